namespace GptCuda.VirtualGpu.Instructions;

/// <summary>An operation on one source, a lane at a time.</summary>
internal interface ILaneUnary<TIn, TOut>
    where TIn : unmanaged
    where TOut : unmanaged
{
    /// <summary>The result of one lane.</summary>
    static abstract TOut Invoke(TIn a);
}

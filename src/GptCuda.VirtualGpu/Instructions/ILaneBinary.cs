namespace GptCuda.VirtualGpu.Instructions;

/// <summary>An operation on two sources, a lane at a time.</summary>
internal interface ILaneBinary<TA, TB, TOut>
    where TA : unmanaged
    where TB : unmanaged
    where TOut : unmanaged
{
    /// <summary>The result of one lane.</summary>
    static abstract TOut Invoke(TA a, TB b);
}

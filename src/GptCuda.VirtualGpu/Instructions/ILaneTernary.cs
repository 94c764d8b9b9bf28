namespace GptCuda.VirtualGpu.Instructions;

/// <summary>An operation on three sources, a lane at a time.</summary>
internal interface ILaneTernary<TA, TB, TC, TOut>
    where TA : unmanaged
    where TB : unmanaged
    where TC : unmanaged
    where TOut : unmanaged
{
    /// <summary>The result of one lane.</summary>
    static abstract TOut Invoke(TA a, TB b, TC c);
}

namespace GptCuda.Engine.Backends;

/// <summary>Sees intermediate values of a forward pass, for comparing one way of computing with another.</summary>
public interface IForwardObserver
{
    /// <summary>Called once a point, in the order of the computation.</summary>
    /// <param name="point">Which values these are.</param>
    /// <param name="layer">The layer, or -1 outside the layers.</param>
    /// <param name="values">Row-major [rows, columns] as <paramref name="point"/> says; valid during the call only.</param>
    void Observe(ForwardPoint point, int layer, ReadOnlySpan<float> values);
}

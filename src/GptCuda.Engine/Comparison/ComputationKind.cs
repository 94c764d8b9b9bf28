namespace GptCuda.Engine.Comparison;

/// <summary>A way of computing a model.</summary>
public enum ComputationKind
{
    /// <summary><see cref="ReferenceModel"/>: double precision, nothing kept between calls.</summary>
    Reference,

    /// <summary>The processor's vector units.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda,
}

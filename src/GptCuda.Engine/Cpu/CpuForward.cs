using GptCuda.Engine.Backends;

namespace GptCuda.Engine.Cpu;

/// <summary>A forward pass compiled for one vector width; what the backend holds without knowing which.</summary>
internal abstract unsafe class CpuForward : IDisposable
{
    /// <summary>The instruction set.</summary>
    public abstract string VectorName { get; }

    /// <summary>Runs a checked batch; see <see cref="IBackend.Forward"/>.</summary>
    public abstract void Run(RaggedBatch batch, float* logits, IForwardObserver? observer);

    /// <summary>Goes on with the same weights laid out otherwise; whoever holds the former ones frees them.</summary>
    public abstract void Use(CpuWeights weights);

    public abstract void Dispose();
}

using System.Runtime.InteropServices;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Tests.Cpu;

/// <summary>Random weights at fixed addresses, as a mapped file has them: row-major f32, each tensor one byte past any alignment.</summary>
internal sealed unsafe class MappedWeights : IWeightSource
{
    private readonly RandomWeights _weights;
    private readonly Dictionary<string, nint> _addresses = [];

    public MappedWeights(RandomWeights weights)
    {
        _weights = weights;
        foreach (WeightTensor tensor in weights.Tensors)
        {
            ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(weights[tensor.Name].AsSpan());
            var address = (byte*)NativeMemory.AlignedAlloc((nuint)bytes.Length + 1, 64);
            bytes.CopyTo(new Span<byte>(address + 1, bytes.Length));
            _addresses.Add(tensor.Name, (nint)address);
        }
    }

    public bool IsDisposed { get; private set; }

    public GptConfiguration Configuration => _weights.Configuration;

    public string Location => "mapped";

    public IReadOnlyList<WeightTensor> Tensors => _weights.Tensors;

    public void Read(string name, long first, Span<float> destination)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        MemoryMarshal.Cast<byte,
        float>(new ReadOnlySpan<byte>((byte*)_addresses[name] + 1 + (first * sizeof(float)), destination.Length * sizeof(float)))
            .CopyTo(destination);
    }

    public bool TryMap(string name, out byte* bytes)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        bytes = (byte*)_addresses[name] + 1;
        return true;
    }

    public void Release(string name, long first, long count) => ObjectDisposedException.ThrowIf(IsDisposed, this);

    /// <summary>Overwrites everything before it is freed, so that whoever still reads it computes nonsense.</summary>
    public void Dispose()
    {
        if (IsDisposed)
            return;
        IsDisposed = true;
        foreach (WeightTensor tensor in Tensors)
        {
            new Span<byte>((void*)_addresses[tensor.Name], (int)tensor.ElementCount * sizeof(float)).Fill(0xFF);
            NativeMemory.AlignedFree((void*)_addresses[tensor.Name]);
        }
    }
}

using GptCuda.Engine;
using GptCuda.Engine.Cpu;
using GptCuda.Engine.Weights;

namespace GptCuda.Cli.Output;

/// <summary>Bytes that a model takes on the CPU with weights of one type and a number of sequences at a time.</summary>
internal sealed record MemoryFacts(string Dtype, int Sequences, long Weights, long Cache, long Activations, long Total)
{
    public static MemoryFacts Of(GptConfiguration configuration, ElementType type, int sequences, int threads)
    {
        CpuMemory memory = CpuMemory.Of(configuration, new CpuOptions { WeightType = type, SlotCount = sequences, Threads = threads });
        return new(NameOf(type), sequences, memory.Weights, checked(memory.CachePerSlot * sequences), memory.Activations, memory.Total);
    }

    /// <summary>A type as <c>--dtype</c> names it.</summary>
    public static string NameOf(ElementType type) => type switch
    {
        ElementType.F32 => "f32",
        ElementType.BF16 => "bf16",
        ElementType.F16 => "f16",
        _ => "int8",
    };
}

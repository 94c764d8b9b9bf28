namespace GptCuda.VirtualGpu.Ptx;

/// <summary>A parsed PTX module: what its text says, nothing decoded yet.</summary>
internal sealed class PtxText
{
    /// <summary>The name it was given when loaded, for messages.</summary>
    public required string Name { get; init; }

    /// <summary>.version, major and minor.</summary>
    public required (int Major, int Minor) Version { get; init; }

    /// <summary>The architecture of .target, such as sm_80.</summary>
    public required string Target { get; init; }

    /// <summary>Variables outside functions, in order.</summary>
    public required IReadOnlyList<PtxVariable> Variables { get; init; }

    /// <summary>Kernels and functions, in order; a declaration that has a definition is left out.</summary>
    public required IReadOnlyList<PtxFunction> Functions { get; init; }

    /// <summary>Source files by the number that .loc uses.</summary>
    public required IReadOnlyDictionary<int, string> Files { get; init; }
}

using GptCuda.VirtualGpu.Ptx;

namespace GptCuda.VirtualGpu.Execution;

/// <summary>The names of a function or of a block in braces, which shadow those outside.</summary>
internal sealed class NameScope(NameScope? outer)
{
    private readonly Dictionary<string, NamedThing> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CodeLabel> _labels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PtxStatement> _tables = new(StringComparer.Ordinal);

    /// <summary>Adds a register or variable; false when this very scope has one of that name.</summary>
    public bool TryAdd(string name, NamedThing thing) => _names.TryAdd(name, thing);

    /// <summary>Adds a label; false when this very scope has one of that name.</summary>
    public bool TryAddLabel(string name, CodeLabel label) => _labels.TryAdd(name, label);

    /// <summary>Adds a table of branch targets; false when this very scope has one of that name.</summary>
    public bool TryAddTable(PtxStatement table) => _tables.TryAdd(table.Name, table);

    /// <summary>The innermost register or variable of a name.</summary>
    public NamedThing? Find(string name) => _names.TryGetValue(name, out NamedThing? thing) ? thing : outer?.Find(name);

    /// <summary>The innermost label of a name.</summary>
    public CodeLabel? FindLabel(string name) => _labels.TryGetValue(name, out CodeLabel? label) ? label : outer?.FindLabel(name);

    /// <summary>The innermost table of a name.</summary>
    public PtxStatement? FindTable(string name) => _tables.TryGetValue(name, out PtxStatement? table) ? table : outer?.FindTable(name);
}

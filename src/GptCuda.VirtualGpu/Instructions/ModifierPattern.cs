using GptCuda.VirtualGpu.Ptx;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>
/// The modifiers that a form takes, in order, separated by spaces: "rn? ftz? f32". Alternatives are separated by bars;
/// a final "?" marks a modifier that may be missing.
/// </summary>
internal sealed class ModifierPattern
{
    private readonly (string[] Alternatives, bool IsOptional)[] _slots;

    /// <summary>Reads a pattern.</summary>
    public ModifierPattern(string words)
    {
        _slots = [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => (word.TrimEnd('?').Split('|'), word.EndsWith('?')))];
    }

    /// <summary>Matches an instruction's modifiers.</summary>
    /// <param name="modifiers">What was written.</param>
    /// <param name="found">The modifier at each slot, null where it is missing.</param>
    /// <param name="reached">How many modifiers matched before the first that did not.</param>
    public bool Matches(IReadOnlyList<PtxToken> modifiers, out string?[] found, out int reached)
    {
        found = new string?[_slots.Length];
        reached = 0;
        return Matches(modifiers, 0, 0, found, ref reached);
    }

    private bool Matches(IReadOnlyList<PtxToken> modifiers, int modifier, int slot, string?[] found, ref int reached)
    {
        reached = Math.Max(reached, modifier);
        if (slot == _slots.Length)
            return modifier == modifiers.Count;
        (string[] alternatives, bool isOptional) = _slots[slot];
        if (modifier < modifiers.Count && alternatives.Contains(modifiers[modifier].Text))
        {
            found[slot] = modifiers[modifier].Text;
            if (Matches(modifiers, modifier + 1, slot + 1, found, ref reached))
                return true;
            found[slot] = null;
        }
        return isOptional && Matches(modifiers, modifier, slot + 1, found, ref reached);
    }
}

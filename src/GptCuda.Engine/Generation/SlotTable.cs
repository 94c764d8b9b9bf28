namespace GptCuda.Engine.Generation;

/// <summary>
/// Which cache slots are free, and which prompt each one's first positions hold. A slot that is given back keeps its prompt until
/// another takes it, and so serves the next sample of the same prompt as it is.
/// </summary>
internal sealed class SlotTable(int count)
{
    private readonly PreparedRequest?[] _prompts = new PreparedRequest?[count];
    private readonly bool[] _taken = new bool[count];

    public bool AnyFree => Array.IndexOf(_taken, false) >= 0;

    /// <summary>Takes a free slot for a prompt, one that holds it already where there is one.</summary>
    /// <returns>The slot, and one that holds the prompt: the same, another, or -1 where none does.</returns>
    public (int Slot, int Source) Take(PreparedRequest prompt)
    {
        int free = -1, source = -1;
        for (int slot = 0; slot < count; slot++)
        {
            bool holds = _prompts[slot] == prompt;
            if (holds)
                source = slot;
            if (!_taken[slot] && (free < 0 || holds && _prompts[free] != prompt))
                free = slot;
        }
        if (_prompts[free] == prompt)
            source = free;
        _taken[free] = true;
        _prompts[free] = prompt;
        return (free, source);
    }

    public void GiveBack(int slot) => _taken[slot] = false;

    /// <summary>Gives all slots back and forgets what they hold.</summary>
    public void Clear()
    {
        Array.Clear(_taken);
        Array.Clear(_prompts);
    }
}

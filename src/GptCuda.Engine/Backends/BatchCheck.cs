namespace GptCuda.Engine.Backends;

/// <summary>Holds what callers ask for to what the slots contain, so that no pass reads keys that nobody wrote.</summary>
internal sealed class BatchCheck(GptConfiguration configuration, int slotCount)
{
    private readonly int[] _cached = new int[slotCount];
    private readonly int[] _next = new int[slotCount];

    /// <summary>Checks a batch against the model's shape and the slots' contents.</summary>
    /// <exception cref="ArgumentException">Something is out of range; the message has the values.</exception>
    public void Check(RaggedBatch batch, int logitCount)
    {
        int count = batch.Tokens.Length;
        if (count == 0)
            throw new ArgumentException("a batch has at least one token");
        if (batch.Slots.Length != count || batch.Positions.Length != count)
            throw new ArgumentException($"{count} tokens with {batch.Slots.Length} slots and {batch.Positions.Length} positions");

        _next.AsSpan().Fill(-1);
        for (int i = 0; i < count; i++)
        {
            int token = batch.Tokens[i], slot = batch.Slots[i], position = batch.Positions[i];
            if ((uint)token >= (uint)configuration.VocabularySize)
                throw new ArgumentException($"token {i} of the batch is {token}: ids go from 0 to {configuration.VocabularySize - 1}");
            if ((uint)slot >= (uint)slotCount)
                throw new ArgumentException($"token {i} of the batch is in slot {slot}: there are {slotCount}");
            if ((uint)position >= (uint)configuration.ContextLength)
                throw new ArgumentException(
                    $"token {i} of the batch is at position {position}: the context has {configuration.ContextLength}");
            if (_next[slot] >= 0 && position != _next[slot])
                throw new ArgumentException(
                    $"token {i} of the batch is at position {position} of slot {slot}: {_next[slot]} comes next there");
            if (_next[slot] < 0 && position > _cached[slot])
                throw new ArgumentException(
                    $"token {i} of the batch is at position {position} of slot {slot}, which holds {_cached[slot]}");
            _next[slot] = position + 1;
        }

        for (int i = 0; i < batch.LogitRows.Length; i++)
        {
            int row = batch.LogitRows[i];
            if ((uint)row >= (uint)count || (i > 0 && row <= batch.LogitRows[i - 1]))
                throw new ArgumentException($"logit row {i} is {row}: rows ascend and are below the batch's {count} tokens");
        }

        long wanted = (long)batch.LogitRows.Length * configuration.VocabularySize;
        if (logitCount != wanted)
            throw new ArgumentException(
                $"room for {logitCount} logits: {batch.LogitRows.Length} rows of {configuration.VocabularySize} are {wanted}");
    }

    /// <summary>Checks the tokens whose likelihood is asked for.</summary>
    /// <exception cref="ArgumentException">Something is out of range; the message has the values.</exception>
    public void CheckTargets(RaggedBatch batch, ReadOnlySpan<int> targets, int likelihoods)
    {
        if (targets.Length != batch.LogitRows.Length || likelihoods != targets.Length)
            throw new ArgumentException(
                $"{targets.Length} tokens and room for {likelihoods} likelihoods after {batch.LogitRows.Length} rows");
        for (int i = 0; i < targets.Length; i++)
        {
            if ((uint)targets[i] >= (uint)configuration.VocabularySize)
                throw new ArgumentException($"token {i} to score is {targets[i]}: ids go from 0 to {configuration.VocabularySize - 1}");
        }
    }

    /// <summary>Checks that no two rows of a decode step share a slot.</summary>
    public void CheckDistinct(ReadOnlySpan<int> slots)
    {
        _next.AsSpan().Clear();
        for (int i = 0; i < slots.Length; i++)
        {
            if ((uint)slots[i] < (uint)slotCount && _next[slots[i]]++ > 0)
                throw new ArgumentException($"sequence {i} is in slot {slots[i]}, which another sequence of the step has");
        }
    }

    /// <summary>Checks a copy and records what the destination holds after it.</summary>
    public void CheckCopy(int source, int destination, int length)
    {
        if ((uint)source >= (uint)slotCount || (uint)destination >= (uint)slotCount)
            throw new ArgumentException($"copy from slot {source} to slot {destination}: there are {slotCount}");
        if (length < 0 || length > _cached[source])
            throw new ArgumentException($"copy of {length} positions from slot {source}, which holds {_cached[source]}");
        _cached[destination] = length;
    }

    /// <summary>
    /// Records that a batch is about to overwrite what its slots hold from its positions on: a pass that fails on its way leaves
    /// those undefined.
    /// </summary>
    public void Retreat(RaggedBatch batch)
    {
        for (int i = 0; i < batch.Slots.Length; i++)
            _cached[batch.Slots[i]] = Math.Min(_cached[batch.Slots[i]], batch.Positions[i]);
    }

    /// <summary>Records what the slots hold after a batch has run.</summary>
    public void Advance(RaggedBatch batch)
    {
        for (int i = 0; i < batch.Slots.Length; i++)
            _cached[batch.Slots[i]] = batch.Positions[i] + 1;
    }
}

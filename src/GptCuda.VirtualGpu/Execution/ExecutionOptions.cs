namespace GptCuda.VirtualGpu.Execution;

/// <summary>How launches are executed.</summary>
internal sealed record ExecutionOptions
{
    /// <summary>The environment variable of <see cref="Seed"/>.</summary>
    public const string SeedVariable = "GPTCUDA_VIRTUAL_SEED";

    /// <summary>The environment variable of <see cref="Threads"/>.</summary>
    public const string ThreadsVariable = "GPTCUDA_VIRTUAL_THREADS";

    /// <summary>The environment variable of <see cref="InstructionBudget"/>.</summary>
    public const string BudgetVariable = "GPTCUDA_VIRTUAL_BUDGET";

    /// <summary>Decides the order of blocks, warps and branches; 0 is the plain order.</summary>
    public ulong Seed { get; init; }

    /// <summary>Host threads that run blocks.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Warp-instructions that one block may execute; more is taken for an endless loop.</summary>
    public long InstructionBudget { get; init; } = 4_000_000_000;

    /// <summary>The options that the environment sets.</summary>
    /// <exception cref="ArgumentException">A variable holds no number, or one that is out of range.</exception>
    public static ExecutionOptions FromEnvironment()
    {
        var defaults = new ExecutionOptions();
        return defaults with
        {
            Seed = (ulong)Number(SeedVariable, 0, (long)defaults.Seed),
            Threads = (int)Math.Min(Number(ThreadsVariable, 1, defaults.Threads), 1024),
            InstructionBudget = Number(BudgetVariable, 1, defaults.InstructionBudget),
        };
    }

    private static long Number(string variable, long least, long otherwise)
    {
        string? value = Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrEmpty(value))
            return otherwise;
        return long.TryParse(value, out long number) && number >= least
            ? number
            : throw new ArgumentException($"{variable}={value}: expected an integer of at least {least}");
    }
}

namespace GptCuda.Cli.Commands;

/// <summary>All commands, one a line.</summary>
internal static class CommandTable
{
    public static IReadOnlyList<CommandEntry> All { get; } =
    [
        new("generate", GenerateCommand.Define),
        new("interactive", InteractiveCommand.Define),
        new("score", ScoreCommand.Define),
        new("logits", LogitsCommand.Define),
        new("tokenize", TokenizeCommand.Define),
        new("detokenize", DetokenizeCommand.Define),
        new("info", InfoCommand.Define),
        new("download", DownloadCommand.Define),
        new("devices", DevicesCommand.Define),
        new("compare", CompareCommand.Define),
        new("selftest", SelfTestCommand.Define),
        new("bench", BenchCommand.Define),
    ];

    /// <summary>What runs where no command is named.</summary>
    public static CommandEntry Default => All[0];

    /// <summary>The command of that name, or null.</summary>
    public static CommandEntry? Find(string name) => All.FirstOrDefault(entry => entry.Name == name);
}

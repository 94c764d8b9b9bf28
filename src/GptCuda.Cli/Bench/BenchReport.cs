namespace GptCuda.Cli.Bench;

/// <summary>What <c>bench</c> tells; the order of the properties is that of the output.</summary>
/// <param name="Version">Of gptcuda.</param>
/// <param name="Model">What ran.</param>
/// <param name="Processor">The processor's name; null where the system does not tell it.</param>
/// <param name="Processors">Logical processors that this program may use.</param>
/// <param name="Runtime">The .NET runtime.</param>
/// <param name="System">The operating system.</param>
/// <param name="Started">When, in UTC.</param>
/// <param name="LoadBefore">The system's load average over a minute before the run; null where it has none.</param>
/// <param name="LoadAfter">The same after it.</param>
/// <param name="Limits">What the devices gave in the same run.</param>
/// <param name="Rows">The cases.</param>
internal sealed record BenchReport(
    string Version,
    string Model,
    string? Processor,
    int Processors,
    string Runtime,
    string System,
    DateTime Started,
    double? LoadBefore,
    double? LoadAfter,
    IReadOnlyList<BenchLimit> Limits,
    IReadOnlyList<BenchRow> Rows);

using System.Runtime.InteropServices;

namespace GptCuda.Cli.Tests.Running;

/// <summary>Sends what Ctrl-C sends.</summary>
internal static partial class Signals
{
    private const int SigInt = 2;

    public static void Interrupt(int process) => Assert.Equal(0, Kill(process, SigInt));

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}

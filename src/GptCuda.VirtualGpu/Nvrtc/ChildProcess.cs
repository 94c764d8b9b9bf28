using System.Collections;
using System.Runtime.InteropServices;

namespace GptCuda.VirtualGpu.Nvrtc;

/// <summary>
/// Runs a program by posix_spawn. System.Diagnostics.Process would install signal handlers and touch the terminal, which in a
/// library belong to the program that loaded it.
/// </summary>
internal static unsafe partial class ChildProcess
{
    private const int O_WRONLY = 1, O_CREAT = 0x40, O_TRUNC = 0x200, EINTR = 4;

    // posix_spawn_file_actions_t is 80 bytes in glibc and musl; there is room to spare.
    private const int FileActionsBytes = 256;

    /// <summary>How a program ended.</summary>
    /// <param name="ExitCode">Its exit code; 128 + the signal's number where a signal ended it.</param>
    /// <param name="Output">What it wrote on standard output and standard error.</param>
    internal readonly record struct Outcome(int ExitCode, string Output);

    /// <summary>Runs a program to its end, with no standard input.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="arguments">Its arguments, without its name; no shell reads them.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="log">The file for its output.</param>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static Outcome Run(string program, IReadOnlyList<string> arguments, string folder, string log)
    {
        byte* actions = stackalloc byte[FileActionsBytes];
        Check(posix_spawn_file_actions_init(actions), program);
        nint[] argv = Strings([program, .. arguments]), environment = Strings(ChildEnvironment());
        try
        {
            const int OwnerReadsAndWrites = 0x180;
            Check(posix_spawn_file_actions_addopen(actions, 0, "/dev/null", 0, 0), program);
            Check(posix_spawn_file_actions_addopen(actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, OwnerReadsAndWrites), program);
            Check(posix_spawn_file_actions_adddup2(actions, 1, 2), program);
            Check(posix_spawn_file_actions_addchdir_np(actions, folder), program);
            int pid;
            fixed (nint* argvPointer = argv, environmentPointer = environment)
                Check(posix_spawn(&pid, program, actions, null, argvPointer, environmentPointer), program);
            return new Outcome(Wait(pid), File.ReadAllText(log));
        }
        finally
        {
            posix_spawn_file_actions_destroy(actions);
            Free(argv);
            Free(environment);
        }
    }

    private static int Wait(int pid)
    {
        int status;
        while (waitpid(pid, &status, 0) < 0)
        {
            // A program that ignores SIGCHLD has its children reaped by the system: how this one ended shows in what it wrote.
            if (Marshal.GetLastPInvokeError() != EINTR)
                return 0;
        }
        int signal = status & 0x7f;
        return signal != 0 ? 128 + signal : (status >> 8) & 0xff;
    }

    /// <summary>
    /// This program's environment, less what would change what clang does: include folders of its own, libraries loaded before all
    /// others, a language for messages.
    /// </summary>
    private static string[] ChildEnvironment()
    {
        List<string> variables = ["LC_ALL=C"];
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            string name = (string)variable.Key;
            if (name is not ("CPATH" or "C_INCLUDE_PATH" or "CPLUS_INCLUDE_PATH" or "LD_PRELOAD" or "LD_LIBRARY_PATH" or "LC_ALL" or "CCC_OVERRIDE_OPTIONS"))
                variables.Add($"{name}={variable.Value}");
        }
        return [.. variables];
    }

    private static nint[] Strings(string[] texts) => [.. texts.Select(Marshal.StringToCoTaskMemUTF8), 0];

    private static void Free(nint[] texts)
    {
        foreach (nint text in texts)
            Marshal.FreeCoTaskMem(text);
    }

    private static void Check(int error, string program)
    {
        if (error != 0)
            throw new IOException($"{program} cannot be started: {Marshal.GetPInvokeErrorMessage(error)}.");
    }

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(void* actions);

    [LibraryImport("libc")]
    private static partial void posix_spawn_file_actions_destroy(void* actions);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn_file_actions_addopen(void* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_adddup2(void* actions, int descriptor, int copy);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn_file_actions_addchdir_np(void* actions, string path);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn(int* pid, string path, void* actions, void* attributes, nint* arguments, nint* environment);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitpid(int pid, int* status, int options);
}

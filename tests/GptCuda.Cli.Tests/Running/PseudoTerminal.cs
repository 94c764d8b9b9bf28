using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace GptCuda.Cli.Tests.Running;

/// <summary>
/// A terminal that a test types on and reads from. A shell opens its other end as the program's standard streams, because
/// <see cref="Process"/> itself only gives pipes.
/// </summary>
internal sealed partial class PseudoTerminal : IDisposable
{
    private const int ReadWrite = 2;
    private const int NoControllingTerminal = 0x100;
    private const nuint SetWindowSize = 0x5414;

    private readonly SafeFileHandle _master;
    private readonly StringBuilder _screen = new();
    private readonly Thread _reader;
    private readonly Process _process;

    /// <param name="redirections">What the shell does with the streams; <c>$TTY</c> is the terminal.</param>
    /// <param name="arguments">Of gptcuda.</param>
    /// <param name="environment">Variables to set.</param>
    public PseudoTerminal(string redirections, string[] arguments, params (string Name, string Value)[] environment)
    {
        int master = Open(ReadWrite | NoControllingTerminal);
        Assert.True(master >= 0 && Grant(master) == 0 && Unlock(master) == 0, "the system gives no pseudo-terminal");
        _master = new SafeFileHandle(master, ownsHandle: true);
        var name = new byte[128];
        Assert.Equal(0, NameOf(master, name, (nuint)name.Length));
        Span<ushort> size = [24, 80, 0, 0];
        Assert.Equal(0, Control(master, SetWindowSize, size));

        var start = new ProcessStartInfo("/bin/sh", ["-c", $"exec \"$0\" \"$@\" {redirections}", Shell.Executable, .. arguments]);
        start.Environment["TTY"] = Encoding.ASCII.GetString(name).TrimEnd('\0');
        start.Environment["TERM"] = "xterm";
        start.Environment.Remove("NO_COLOR");
        foreach ((string key, string value) in environment)
            start.Environment[key] = value;
        _process = Process.Start(start)!;
        _reader = new Thread(ReadScreen) { IsBackground = true };
        _reader.Start();
    }

    /// <summary>Everything that was written to the terminal so far, control sequences included.</summary>
    public string Screen
    {
        get
        {
            lock (_screen)
                return _screen.ToString();
        }
    }

    public int ProcessId => _process.Id;

    public void Type(string keys)
    {
        using var stream = new FileStream(new SafeFileHandle(_master.DangerousGetHandle(), ownsHandle: false), FileAccess.Write, 0);
        stream.Write(Encoding.UTF8.GetBytes(keys));
    }

    /// <summary>Waits until a text has appeared.</summary>
    public void WaitFor(string text) => WaitFor(() => Screen.Contains(text, StringComparison.Ordinal), text);

    /// <summary>Waits until something holds.</summary>
    public void WaitFor(Func<bool> condition, string what)
    {
        var since = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(since.Elapsed < Shell.Limit, $"waited for {what}, found {Screen}");
            Thread.Sleep(10);
        }
    }

    /// <summary>Waits for the end of the program.</summary>
    public int WaitForExit()
    {
        Assert.True(_process.WaitForExit(Shell.Limit), $"the program did not end: {Screen}");
        _reader.Join(TimeSpan.FromSeconds(5));
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _reader.Join(TimeSpan.FromSeconds(5));
        _master.Dispose();
    }

    private void ReadScreen()
    {
        using var stream = new FileStream(new SafeFileHandle(_master.DangerousGetHandle(), ownsHandle: false), FileAccess.Read, 0);
        Decoder decoder = Encoding.UTF8.GetDecoder();
        var bytes = new byte[4096];
        var letters = new char[4096];
        try
        {
            while (stream.Read(bytes) is > 0 and int count)
            {
                int length = decoder.GetChars(bytes.AsSpan(0, count), letters, flush: false);
                lock (_screen)
                    _screen.Append(letters, 0, length);
            }
        }
        catch (IOException)
        {
            // EIO: the last program has closed the terminal.
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt")]
    private static partial int Open(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt")]
    private static partial int Grant(int descriptor);

    [LibraryImport("libc", EntryPoint = "unlockpt")]
    private static partial int Unlock(int descriptor);

    [LibraryImport("libc", EntryPoint = "ptsname_r")]
    private static partial int NameOf(int descriptor, [Out] byte[] name, nuint size);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, Span<ushort> size);
}

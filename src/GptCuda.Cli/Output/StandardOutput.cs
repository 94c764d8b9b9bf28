using System.Runtime.InteropServices;

namespace GptCuda.Cli.Output;

/// <summary>
/// Standard output as bytes. The runtime's own stream treats a pipe without a reader as if everything had been written, so a
/// program would go on computing for nobody; this one says so with <see cref="ClosedPipeException"/>.
/// </summary>
/// <remarks>
/// write(2) and not a FileStream, which writes at an offset of its own and would overwrite what other programs have appended to
/// the same file.
/// </remarks>
internal sealed partial class StandardOutput : Stream
{
    private const int Descriptor = 1;
    private const int Interrupted = 4;
    private const int BrokenPipe = 32;
    private const int BadDescriptor = 9;
    private static readonly int WouldBlock = OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD() ? 35 : 11;

    private readonly bool _isOpen = InheritedDescriptor.IsOpen(Descriptor);

    private StandardOutput() { }

    /// <summary>The stream for the system this runs on; unbuffered.</summary>
    public static Stream Open() => OperatingSystem.IsWindows() ? Console.OpenStandardOutput() : new StandardOutput();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (!_isOpen)
            throw Failed(BadDescriptor);
        while (!buffer.IsEmpty)
        {
            nint written = WriteTo(Descriptor, in MemoryMarshal.GetReference(buffer), buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }
            int error = Marshal.GetLastPInvokeError();
            if (error == BrokenPipe)
                throw new ClosedPipeException();
            // A parent may have made the pipe non-blocking; waiting a moment is enough, there is nothing else to do.
            if (error == WouldBlock)
                Thread.Sleep(1);
            else if (error != Interrupted)
                throw Failed(error);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static IOException Failed(int error) => new($"standard output: {Marshal.GetPInvokeErrorMessage(error)}");

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteTo(int descriptor, ref readonly byte buffer, nint count);
}

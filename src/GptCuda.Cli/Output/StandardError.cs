namespace GptCuda.Cli.Output;

/// <summary>
/// Standard error, to which nothing that goes wrong in writing matters: a program whose messages nobody takes still works.
/// </summary>
internal sealed class StandardError : Stream
{
    private readonly Stream _stream = Open();

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
        try
        {
            _stream.Write(buffer);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Closed, or on a full disk.
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static Stream Open()
    {
        try
        {
            return InheritedDescriptor.IsOpen(2) ? Console.OpenStandardError() : Null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Null;
        }
    }
}

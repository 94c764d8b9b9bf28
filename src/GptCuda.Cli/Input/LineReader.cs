namespace GptCuda.Cli.Input;

/// <summary>Reads JSON Lines as bytes, one line at a time: only <c>\n</c> ends a line, one <c>\r</c> before it belongs to the end.</summary>
internal sealed class LineReader(Stream stream) : IDisposable
{
    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>Number of the line that <see cref="TryRead"/> gave last, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>The next line.</summary>
    /// <param name="line">Its bytes, valid until the next call.</param>
    /// <returns>False at the end. What follows the last newline is a line only where it is not empty.</returns>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        int searched = 0;
        while (true)
        {
            int newline = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                line = Take(searched + newline, separator: 1);
                return true;
            }
            searched = _end - _start;
            if (_ended)
            {
                line = searched > 0 ? Take(searched, separator: 0) : default;
                return searched > 0;
            }
            Fill();
        }
    }

    public void Dispose() => stream.Dispose();

    private ReadOnlySpan<byte> Take(int length, int separator)
    {
        ReadOnlySpan<byte> line = _buffer.AsSpan(_start, length);
        _start += length + separator;
        if (Number++ == 0)
            line = InputFile.WithoutMark(line);
        return line is [.., (byte)'\r'] ? line[..^1] : line;
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, checked(2 * _buffer.Length));
        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _ended = read == 0;
        _end += read;
    }
}

namespace GptCuda.Cli.Input;

/// <summary>
/// Reads lines as bytes, as JSON Lines has them: only <c>\n</c> ends a line, one <c>\r</c> before it belongs to the end.
/// </summary>
internal sealed class LineReader(Stream stream) : IDisposable
{
    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;
    private int _searched;
    private bool _ended;

    /// <summary>Number of the line that was given last, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>The next line, waited for.</summary>
    /// <param name="line">Its bytes, valid until the next call.</param>
    /// <returns>False at the end. What follows the last newline is a line only where it is not empty.</returns>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        while (!TryTake(out line))
        {
            if (_ended)
                return false;
            MakeRoom();
            Filled(stream.Read(_buffer, _end, _buffer.Length - _end));
        }
        return true;
    }

    /// <summary>The next line, where it has been read already.</summary>
    /// <param name="line">Its bytes, valid until the next call.</param>
    public bool TryTake(out ReadOnlySpan<byte> line)
    {
        int newline = _buffer.AsSpan(_start + _searched, _end - _start - _searched).IndexOf((byte)'\n');
        if (newline >= 0)
        {
            line = Take(_searched + newline, separator: 1);
            return true;
        }
        _searched = _end - _start;
        bool last = _ended && _searched > 0;
        line = last ? Take(_searched, separator: 0) : default;
        return last;
    }

    /// <summary>Reads more, without a thread that waits where the stream can do that.</summary>
    /// <returns>False at the end; what was read before may then be the last line.</returns>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        if (_ended)
            return false;
        MakeRoom();
        Filled(await stream.ReadAsync(_buffer.AsMemory(_end), cancellation).ConfigureAwait(false));
        return true;
    }

    public void Dispose() => stream.Dispose();

    private ReadOnlySpan<byte> Take(int length, int separator)
    {
        ReadOnlySpan<byte> line = _buffer.AsSpan(_start, length);
        _start += length + separator;
        _searched = 0;
        if (Number++ == 0)
            line = InputFile.WithoutMark(line);
        return line is [.., (byte)'\r'] ? line[..^1] : line;
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, checked(2 * _buffer.Length));
    }

    private void Filled(int read)
    {
        _ended = read == 0;
        _end += read;
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace GptCuda.Engine.Tests.Download;

/// <summary>
/// A server on a bare socket, so that it can do what a proper one would not: stop in mid-body, reset, lie in its headers. One
/// request a connection; what to write is up to the handler.
/// </summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<LoopbackRequest, Socket, Task> _handle;
    private readonly CancellationTokenSource _stop = new();

    public LoopbackServer(Func<LoopbackRequest, Socket, Task> handle)
    {
        _handle = handle;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _ = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>Every request so far, in order of arrival.</summary>
    public ConcurrentQueue<LoopbackRequest> Requests { get; } = new();

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptSocketAsync(_stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server was disposed.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                LoopbackRequest request = await ReadHeadAsync(socket);
                Requests.Enqueue(request);
                await _handle(request, socket);
                socket.Shutdown(SocketShutdown.Send);
                // Until the client has closed too: closing with unread data would reset the connection.
                await socket.ReceiveAsync(new byte[1], _stop.Token);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException or EndOfStreamException)
            {
                // The client went away, or the handler reset the connection.
            }
        }
    }

    private static async Task<LoopbackRequest> ReadHeadAsync(Socket socket)
    {
        byte[] buffer = new byte[16 << 10];
        int length = 0;
        while (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            int read = await socket.ReceiveAsync(buffer.AsMemory(length));
            length += read > 0 ? read : throw new EndOfStreamException();
        }
        string[] lines = Encoding.ASCII.GetString(buffer, 0, length).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        string[] first = lines[0].Split(' ');
        Dictionary<string, string> headers = lines.Skip(1).Select(line => line.Split(':', 2))
            .ToDictionary(pair => pair[0], pair => pair[1].Trim(), StringComparer.OrdinalIgnoreCase);
        return new LoopbackRequest(first[0], first[1], headers);
    }
}

using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace GptCuda.Engine.Generation;

/// <summary>A stream of what a task produces, while it produces more.</summary>
internal static class ChannelStream
{
    /// <summary>Starts the task when the enumeration starts; leaving the enumeration cancels the task and waits for it.</summary>
    /// <param name="produce">Calls its first argument for each item and returns when there are no more.</param>
    /// <param name="cancellationToken">Handed to the task; the enumeration itself gives all that the task produced.</param>
    public static async IAsyncEnumerable<T> Of<T>(
        Func<Action<T>, CancellationToken, Task> produce, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Unbounded: the producer holds the model's turn, and must not hold it for as long as its consumer likes.
        var channel = Channel.CreateUnbounded<T>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var work = Produce(produce, channel.Writer, stop.Token);
        try
        {
            await foreach (var item in channel.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
                yield return item;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await work.ConfigureAwait(false);
        }
    }

    private static async Task Produce<T>(
        Func<Action<T>, CancellationToken, Task> produce, ChannelWriter<T> writer, CancellationToken cancellationToken)
    {
        try
        {
            await produce(item => writer.TryWrite(item), cancellationToken).ConfigureAwait(false);
            writer.Complete();
        }
        catch (Exception exception)
        {
            // The reader throws it.
            writer.Complete(exception);
        }
    }
}

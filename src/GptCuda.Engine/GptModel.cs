using GptCuda.Engine.Backends;
using GptCuda.Engine.Generation;

namespace GptCuda.Engine;

/// <summary>
/// A GPT-2 model, loaded and ready: it continues prompts, gives logits, scores texts.
/// <code>
/// using var model = GptModel.Load("124M");
/// await foreach (string piece in model.GenerateAsync("Alan Turing theorized that"))
///     Console.Write(piece);
/// </code>
/// </summary>
/// <remarks>
/// Every member can be called from any thread. Calls that compute take turns, each from its beginning to its end, on a thread of
/// the pool; to have sequences computed together, give them to one call of <see cref="GenerateManyAsync"/>. Disposing cancels
/// what is running, waits for the step that it is in, and frees the weights and the cache; calls made after that throw
/// <see cref="ObjectDisposedException"/>.
/// </remarks>
public sealed class GptModel : IDisposable
{
    /// <summary>Most slots that a model takes when <see cref="ModelOptions.Slots"/> does not say how many.</summary>
    public const int DefaultSlotLimit = 16;

    private GptModel(IBackend backend, string location)
    {
        Backend = backend;
        Location = location;
    }

    /// <summary>Loads a model.</summary>
    /// <param name="model">
    /// A folder in Hugging Face's or OpenAI's layout, a name (<see cref="ModelDirectory"/>), or <c>synthetic:SIZE[:SEED]</c>.
    /// </param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder or name; the message says how to get the model.</exception>
    /// <exception cref="InvalidDataException">The files are not a GPT-2 model; the message has file, tensor, expected and found.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="PlatformNotSupportedException">The device asked for cannot be had; the message says what is missing.</exception>
    /// <exception cref="InsufficientMemoryException">The cache does not fit; the message has the numbers.</exception>
    public static GptModel Load(string model, ModelOptions? options = null) => throw new NotImplementedException();

    /// <summary>The model's shape.</summary>
    public GptConfiguration Configuration => Backend.Configuration;

    /// <summary>Where the weights came from: a folder, or <c>synthetic:124M</c>.</summary>
    public string Location { get; }

    /// <summary>What computes, for example <c>CPU, 2 threads, AVX2, bf16</c>.</summary>
    public string Description => Backend.Description;

    /// <summary>What <c>auto</c> chose and why; null where the device was named.</summary>
    public string? DeviceReason { get; }

    /// <summary>The machine beneath. It is used by one thread at a time: use it only while no other member computes.</summary>
    public IBackend Backend { get; }

    /// <summary>What has been done since loading; a snapshot.</summary>
    public ModelStatistics Statistics => throw new NotImplementedException();

    /// <summary>Continues a prompt, piece by piece.</summary>
    /// <param name="prompt">A text or token ids; empty starts from the end-of-text token.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Stops between two steps; the enumeration then throws <see cref="OperationCanceledException"/>.</param>
    /// <returns>Pieces of text, none of them empty, which together are the continuation; no piece ends inside a character.</returns>
    /// <exception cref="ArgumentException">The prompt or an option does not serve; the message has the values.</exception>
    /// <exception cref="InvalidOperationException">The model has no vocabulary.</exception>
    /// <exception cref="InvalidDataException">The model gave logits that are no numbers; the message says where.</exception>
    public IAsyncEnumerable<string> GenerateAsync(
        Prompt prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Continues a prompt and gives the whole sequence, with why it ended.</summary>
    /// <param name="prompt">A text or token ids; empty starts from the end-of-text token.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="onPiece">Called for each step as it happens, on the thread that computes; it should be quick.</param>
    /// <param name="cancellationToken">
    /// Stops between two steps. That is no exception here: the result has what was generated until then and
    /// <see cref="FinishReason.Cancelled"/>.
    /// </param>
    public Task<GenerationResult> CompleteAsync(
        Prompt prompt,
        GenerationOptions? options = null,
        Action<GenerationPiece>? onPiece = null,
        CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>
    /// Continues many prompts, as many sequences at a time as there are slots; a sequence that ends gives its slot to the next one
    /// waiting between two steps. Each result is bit for bit that of the request alone.
    /// </summary>
    /// <param name="requests">The prompts; taken one by one as slots become free, on the thread that computes.</param>
    /// <param name="cancellationToken">
    /// Stops between two steps: sequences that had begun are given as <see cref="FinishReason.Cancelled"/> with what they have, those
    /// that had not are left out. No exception.
    /// </param>
    /// <returns>
    /// A result a sequence, in the order of requests, then samples. A request that does not serve throws after the results of those
    /// before it.
    /// </returns>
    public IAsyncEnumerable<GenerationResult> GenerateManyAsync(
        IEnumerable<GenerationRequest> requests, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The model's raw answer to a sequence.</summary>
    /// <param name="ids">Token ids, from one to the context length.</param>
    /// <param name="all">Whether the logits of all positions are wanted; otherwise those of the last.</param>
    /// <returns>[T, V] row-major with <paramref name="all"/>, else [1, V].</returns>
    /// <exception cref="ArgumentException">The number of ids or an id is out of range; the message has the values.</exception>
    public float[] Logits(ReadOnlySpan<int> ids, bool all = false) => throw new NotImplementedException();

    /// <summary>
    /// Mean negative log-likelihood of a text, by windows of the context length: the first scores all its tokens but the first, each
    /// next one begins <paramref name="stride"/> tokens further and scores those that no window has reached, where something stands
    /// before them in the window.
    /// </summary>
    /// <param name="ids">Token ids of the text, at least two.</param>
    /// <param name="stride">From 1 to the context length; null for half of it.</param>
    /// <param name="progress">Told how far it is, a few times a window.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <exception cref="ArgumentException">Fewer than two tokens, an id out of range, or a stride out of range.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public ScoreResult Score(
        ReadOnlySpan<int> ids,
        int? stride = null,
        IProgress<ScoreProgress>? progress = null,
        CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => Backend.Dispose();
}

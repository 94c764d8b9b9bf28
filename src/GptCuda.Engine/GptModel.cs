using System.Runtime.CompilerServices;
using GptCuda.Engine.Backends;
using GptCuda.Engine.Generation;
using GptCuda.Engine.Tokenization;

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
/// Every member can be called from any thread. Calls that compute take turns, each from its beginning to its end: those that generate
/// on a thread of the pool, <see cref="Logits"/> and <see cref="Score"/> on the caller's. To have sequences computed together, give
/// them to one call of <see cref="GenerateManyAsync(IEnumerable{GenerationRequest}, CancellationToken)"/>. Disposing cancels what is
/// running, waits for the step that it is in (the whole of <see cref="Logits"/> is one), and frees the weights and the cache; calls
/// made after that throw <see cref="ObjectDisposedException"/>. What is called from within a computation (a callback, a source of
/// requests) must neither compute nor dispose: it would wait for itself.
/// </remarks>
public sealed class GptModel : IDisposable
{
    /// <summary>Most slots that a model takes when <see cref="ModelOptions.Slots"/> does not say how many.</summary>
    public const int DefaultSlotLimit = 16;

    private readonly Turnstile _turns = new();
    private readonly ModelLimits _limits;
    private readonly WorkMeter _meter;
    private readonly Lazy<Generator> _generator;
    private readonly Lazy<Scorer> _scorer;
    private readonly Lazy<PromptFeeder> _feeder;

    internal GptModel(IBackend backend, Tokenizer? tokenizer, string location, TimeSpan loadTime, IReadOnlyList<LoadPart>? loadParts = null)
    {
        Backend = backend;
        Tokenizer = tokenizer;
        Location = location;
        EndOfText = backend.Configuration.EndOfText
            ?? (tokenizer?.EndOfText is int token && token < backend.Configuration.VocabularySize ? token : null);
        _limits = new ModelLimits(backend.Configuration, tokenizer, EndOfText);
        _meter = new WorkMeter { LoadTime = loadTime, LoadParts = loadParts ?? [] };
        _generator = new(() => new Generator(backend, _limits, _meter));
        _scorer = new(() => new Scorer(backend));
        _feeder = new(() => new PromptFeeder(backend));
    }

    /// <summary>The model's shape.</summary>
    public GptConfiguration Configuration => Backend.Configuration;

    /// <summary>The model's vocabulary; null where its folder has no vocabulary files: such a model takes and gives ids.</summary>
    public Tokenizer? Tokenizer { get; }

    /// <summary>Id of the token that ends a text: the configuration's, else the vocabulary's; null where there is none.</summary>
    public int? EndOfText { get; }

    /// <summary>Where the weights came from: a folder, or <c>synthetic:124M:7</c>.</summary>
    public string Location { get; }

    /// <summary>What the user should know of the weights though it is no error, a line each: tensors left unread, for example.</summary>
    public IReadOnlyList<string> Notes { get; internal init; } = [];

    /// <summary>What computes, for example <c>CPU, 2 threads, AVX2, bf16</c>.</summary>
    public string Description => Backend.Description;

    /// <summary>What <c>auto</c> chose and why; null where the device was named.</summary>
    public string? DeviceReason { get; internal init; }

    /// <summary>The machine beneath. It is used by one thread at a time: use it only while no other member computes.</summary>
    public IBackend Backend { get; }

    /// <summary>What has been done since loading; a snapshot.</summary>
    public ModelStatistics Statistics => _meter.Snapshot();

    /// <summary>Loads a model.</summary>
    /// <param name="model">
    /// A folder in Hugging Face's or OpenAI's layout, a name (<see cref="ModelDirectory"/>), or <c>synthetic:SIZE[:SEED]</c>.
    /// </param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">The text after <c>synthetic:</c> is not a size and a seed.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder or name; the message says how to get the model.</exception>
    /// <exception cref="FileNotFoundException">The folder lacks files of its layout; the message says which.</exception>
    /// <exception cref="InvalidDataException">
    /// The files are not a GPT-2 model; the message has file, tensor, expected and found.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">The device asked for cannot be had; the message says what is missing.</exception>
    /// <exception cref="InsufficientMemoryException">The model and its cache do not fit; the message has the numbers.</exception>
    public static GptModel Load(string model, ModelOptions? options = null) => ModelLoader.Load(model, options ?? new ModelOptions());

    /// <summary>Continues a prompt, piece by piece.</summary>
    /// <param name="prompt">A text or token ids; empty starts from the end-of-text token.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">
    /// Stops between two steps; the enumeration then throws <see cref="OperationCanceledException"/>.
    /// </param>
    /// <returns>
    /// Pieces of text, none of them empty, which together are the continuation; no piece ends inside a character. Leaving the loop
    /// stops the generation. Exceptions come out of the enumeration.
    /// </returns>
    /// <exception cref="ArgumentException">The prompt does not serve; the message has the values.</exception>
    /// <exception cref="InvalidOperationException">The model has no vocabulary.</exception>
    /// <exception cref="InvalidDataException">The model gave logits that are no numbers; the message says where.</exception>
    public async IAsyncEnumerable<string> GenerateAsync(
        Prompt prompt, GenerationOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (Tokenizer is null)
            throw new InvalidOperationException("the model has no vocabulary files: CompleteAsync gives token ids instead of text");
        var finish = FinishReason.Length;
        var pieces = ChannelStream.Of<string>(
            async (emit, stop) =>
            {
                void EmitText(GenerationPiece piece)
                {
                    if (piece.Text.Length > 0)
                        emit(piece.Text);
                }
                finish = (await CompleteAsync(prompt, options, EmitText, stop).ConfigureAwait(false)).Finish;
            },
            cancellationToken);
        await foreach (string piece in pieces.ConfigureAwait(false))
            yield return piece;
        if (finish == FinishReason.Cancelled)
            cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Continues a prompt and gives the whole sequence, with why it ended.</summary>
    /// <param name="prompt">A text or token ids; empty starts from the end-of-text token.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="onPiece">
    /// Called for each step as it happens, on the thread that computes; it should be quick. What it throws ends the generation and
    /// comes out of the task.
    /// </param>
    /// <param name="cancellationToken">
    /// Stops between two steps. That is no exception here: the result has what was generated until then and
    /// <see cref="FinishReason.Cancelled"/>.
    /// </param>
    /// <exception cref="ArgumentException">The prompt does not serve; the message has the values.</exception>
    /// <exception cref="InvalidOperationException">Text is asked of a model without a vocabulary.</exception>
    /// <exception cref="InvalidDataException">The model gave logits that are no numbers; the message says where.</exception>
    public async Task<GenerationResult> CompleteAsync(
        Prompt prompt,
        GenerationOptions? options = null,
        Action<GenerationPiece>? onPiece = null,
        CancellationToken cancellationToken = default)
    {
        var request = new GenerationRequest(prompt, options ?? new GenerationOptions());
        GenerationResult? result = null;
        await _turns.RunAsync(
            stop => _generator.Value.Run(new ReadyRequests([request]), finished => result = finished, onPiece, stop),
            cancellationToken).ConfigureAwait(false);
        return result ?? Generator.NotBegun(request, _limits);
    }

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
    /// <exception cref="ArgumentException">A prompt does not serve; the message has the values and the request's label.</exception>
    /// <exception cref="InvalidOperationException">Text is asked of a model without a vocabulary.</exception>
    /// <exception cref="InvalidDataException">The model gave logits that are no numbers; the message says where.</exception>
    /// <remarks>
    /// Where a step fails, the sequences that had begun are given with what they have, as <see cref="FinishReason.Cancelled"/>, before the
    /// exception.
    /// </remarks>
    public IAsyncEnumerable<GenerationResult> GenerateManyAsync(
        IEnumerable<GenerationRequest> requests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return GenerateManyAsync(new ReadyRequests(requests), cancellationToken);
    }

    /// <summary>
    /// The same for prompts that arrive over time. The sequences that there are go on while the next prompt is not there yet, and the
    /// result of each is given as soon as it and those before it are finished.
    /// </summary>
    /// <param name="requests">
    /// The prompts; asked for one by one as slots become free. A source that is still waiting for one when the generation is cancelled
    /// is left to it, and disposed when it has it.
    /// </param>
    /// <param name="cancellationToken">As above; it ends the waiting for a prompt at once.</param>
    /// <inheritdoc cref="GenerateManyAsync(IEnumerable{GenerationRequest}, CancellationToken)"/>
    public IAsyncEnumerable<GenerationResult> GenerateManyAsync(
        IAsyncEnumerable<GenerationRequest> requests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return ChannelStream.Of<GenerationResult>(
            (emit, stop) => _turns.RunAsync(turn => _generator.Value.Run(requests, emit, onPiece: null, turn), stop), cancellationToken);
    }

    /// <summary>The model's raw answer to a sequence.</summary>
    /// <param name="ids">Token ids, from one to the context length.</param>
    /// <param name="all">Whether the logits of all positions are wanted; otherwise those of the last.</param>
    /// <returns>[T, V] row-major with <paramref name="all"/>, else [1, V].</returns>
    /// <exception cref="ArgumentException">The number of ids or an id is out of range; the message has the values.</exception>
    public float[] Logits(ReadOnlySpan<int> ids, bool all = false)
    {
        int vocabulary = Configuration.VocabularySize;
        if (ids.IsEmpty || ids.Length > Configuration.ContextLength)
            throw new ArgumentException($"{ids.Length} tokens: logits are those of 1 to {Configuration.ContextLength} tokens");
        _limits.CheckIds(ids);
        var logits = new float[checked((all ? ids.Length : 1) * vocabulary)];
        using var turn = _turns.Enter(CancellationToken.None);
        if (!all)
        {
            _feeder.Value.FeedForLast(slot: 0, ids, logits, CancellationToken.None);
            return logits;
        }
        for (int first = 0; first < ids.Length; first += PromptFeeder.LogitRows)
        {
            var piece = ids.Slice(first, Math.Min(PromptFeeder.LogitRows, ids.Length - first));
            _feeder.Value.FeedForAll(slot: 0, piece, first, logits.AsSpan(first * vocabulary, piece.Length * vocabulary));
        }
        return logits;
    }

    /// <summary>
    /// Mean negative log-likelihood of a text, by windows of the context length: the first scores all its tokens but the first, each
    /// next one begins <paramref name="stride"/> tokens further and scores those that no window has reached, where something stands
    /// before them in the window.
    /// </summary>
    /// <param name="ids">Token ids of the text, at least two.</param>
    /// <param name="stride">From 1 to the context length; null for half of it.</param>
    /// <param name="progress">Told how far it is, many times a window, on the thread that computes.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <exception cref="ArgumentException">Fewer than two tokens, an id out of range, or a stride out of range.</exception>
    /// <exception cref="InvalidOperationException">The model's context is a single token.</exception>
    /// <exception cref="InvalidDataException">The model gave logits that are no numbers; the message says where.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public ScoreResult Score(
        ReadOnlySpan<int> ids,
        int? stride = null,
        IProgress<ScoreProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        int contextLength = Configuration.ContextLength;
        if (ids.Length < 2)
            throw new ArgumentException(
                $"a text of {(ids.Length == 1 ? "1 token" : "0 tokens")} cannot be scored: it takes two, "
                + "the first to predict the second from");
        if (contextLength < 2)
            throw new InvalidOperationException("a model whose context is one token predicts nothing from what came before");
        int step = stride ?? contextLength / 2;
        if (step < 1 || step > contextLength)
            throw new ArgumentOutOfRangeException(
                nameof(stride), step, $"the stride must be from 1 to the context length, {contextLength}");
        _limits.CheckIds(ids);
        using var turn = _turns.Enter(cancellationToken);
        return _scorer.Value.Score(ids, step, progress, turn.Stop);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_turns.Close())
            Backend.Dispose();
    }
}

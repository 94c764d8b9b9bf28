using GptCuda.Engine;
using GptCuda.Engine.Comparison;
using GptCuda.Engine.Tokenization;
using GptCuda.Engine.Weights;

namespace GptCuda.Cli.Settings;

/// <summary>One side of a comparison, with what it was loaded from.</summary>
internal sealed class ComparedSide : IDisposable
{
    private readonly IDisposable _loaded;

    private ComparedSide(IComparedModel model, string location, Tokenizer? tokenizer, IDisposable loaded)
    {
        Model = model;
        Location = location;
        Tokenizer = tokenizer;
        _loaded = loaded;
    }

    public IComparedModel Model { get; }

    /// <summary>A folder, or a <c>synthetic:</c> model.</summary>
    public string Location { get; }

    /// <summary>The vocabulary; null where the model has none, or where it was not loaded.</summary>
    public Tokenizer? Tokenizer { get; }

    /// <summary>A loaded model; this side disposes it from now on.</summary>
    public static ComparedSide Of(GptModel model) =>
        new(new ComparedBackend(model.Backend, ComparedBackend.ComputationOf(model.Backend)), model.Location, model.Tokenizer, model);

    /// <summary>The reference with weights rounded to a type.</summary>
    public static ComparedSide Reference(string location, ElementType type)
    {
        IWeightSource weights = WeightSource.Open(location);
        return new(new ComparedReference(weights, type), location, null, weights);
    }

    public void Dispose() => _loaded.Dispose();
}

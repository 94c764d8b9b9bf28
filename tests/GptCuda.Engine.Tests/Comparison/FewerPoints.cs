using GptCuda.Engine.Backends;
using GptCuda.Engine.Comparison;

namespace GptCuda.Engine.Tests.Comparison;

/// <summary>A model that does not offer some points.</summary>
internal sealed class FewerPoints(IComparedModel model, params ForwardPoint[] missing) : IComparedModel
{
    public Computation Computation => model.Computation;

    public string Description => model.Description;

    public GptConfiguration Configuration => model.Configuration;

    public void Run(ReadOnlySpan<int> tokens, IForwardObserver observer) => model.Run(tokens, new Filter(observer, missing));

    public float[] LastLogits(ReadOnlySpan<int> tokens) => model.LastLogits(tokens);

    public int[] Greedy(ReadOnlySpan<int> prompt, int count, ReadOnlySpan<int> along) => model.Greedy(prompt, count, along);

    private sealed class Filter(IForwardObserver observer, ForwardPoint[] missing) : IForwardObserver
    {
        public void Observe(ForwardPoint point, int layer, ReadOnlySpan<float> values)
        {
            if (!missing.Contains(point))
                observer.Observe(point, layer, values);
        }
    }
}

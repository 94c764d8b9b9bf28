using GptCuda.Cli.Settings;

namespace GptCuda.Cli.Output;

/// <summary>One side in what <c>compare</c> tells.</summary>
/// <param name="Computes">reference, cpu or cuda.</param>
/// <param name="Dtype">How its weights are held, or, for the reference, rounded.</param>
/// <param name="Model">A folder, or a <c>synthetic:</c> model.</param>
/// <param name="Description">What computes, in words.</param>
internal sealed record ComparedSideFacts(string Computes, string Dtype, string Model, string Description)
{
    public static ComparedSideFacts Of(ComparedSide side) => new(
        side.Model.Computation.Kind.ToString().ToLowerInvariant(),
        MemoryFacts.NameOf(side.Model.Computation.Type),
        side.Location,
        side.Model.Description);
}

namespace GptCuda.Engine;

/// <summary>A part of loading a model.</summary>
/// <param name="Name">What was done, for example <c>kernels (3 compiled)</c>.</param>
/// <param name="Time">How long it took.</param>
public readonly record struct LoadPart(string Name, TimeSpan Time);

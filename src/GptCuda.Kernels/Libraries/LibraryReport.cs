namespace GptCuda.Kernels.Libraries;

/// <summary>What was found of one library.</summary>
/// <param name="Library">Which.</param>
/// <param name="Version">Its version; for the driver the newest CUDA version that it supports. Null where it was not found.</param>
/// <param name="Path">Its file, where the system says.</param>
/// <param name="Problem">Why it cannot be used; null where it can.</param>
public sealed record LibraryReport(CudaLibrary Library, string? Version, string? Path, string? Problem);

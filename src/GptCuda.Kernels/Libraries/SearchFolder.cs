namespace GptCuda.Kernels.Libraries;

/// <summary>A folder to look in.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Reason">Why, for messages: a variable's name, or what is installed there.</param>
internal readonly record struct SearchFolder(string Path, string Reason);

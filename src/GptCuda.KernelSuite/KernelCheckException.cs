namespace GptCuda.KernelSuite;

/// <summary>A kernel's result is not what it should be; the message says which, where, and both values.</summary>
public sealed class KernelCheckException(string message) : Exception(message);

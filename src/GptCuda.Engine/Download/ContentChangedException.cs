namespace GptCuda.Engine.Download;

/// <summary>What the server sends does not continue what is already there; only a fresh start can help.</summary>
internal sealed class ContentChangedException(string message) : Exception(message);

namespace GptCuda.Engine.Download;

/// <summary>A download could not be completed; the message says which file, what was expected and what came.</summary>
public sealed class DownloadException : IOException
{
    /// <param name="message">File, expected and found.</param>
    public DownloadException(string message) : base(message)
    {
    }

    /// <param name="message">File, expected and found.</param>
    /// <param name="innerException">What the network or the disk said.</param>
    public DownloadException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

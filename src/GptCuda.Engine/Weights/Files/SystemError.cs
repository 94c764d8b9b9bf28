using System.Runtime.InteropServices;

namespace GptCuda.Engine.Weights.Files;

/// <summary>What the system said of a file, without the path that the runtime puts into its messages.</summary>
internal static class SystemError
{
    private const int LargestNumber = 4095;

    /// <summary>For example <c>No space left on device</c>; the runtime's own message where the system's is not known.</summary>
    public static string ReasonOf(Exception exception) => exception switch
    {
        UnauthorizedAccessException { InnerException: { } inner } => ReasonOf(inner),
        UnauthorizedAccessException => "access is denied",
        DirectoryNotFoundException => "there is no such folder",
        FileNotFoundException => "there is no such file",
        // Except on Windows, the runtime leaves the system's error number in the exception.
        IOException { HResult: > 0 and <= LargestNumber } when !OperatingSystem.IsWindows() =>
            Marshal.GetPInvokeErrorMessage(exception.HResult),
        _ => exception.Message,
    };
}

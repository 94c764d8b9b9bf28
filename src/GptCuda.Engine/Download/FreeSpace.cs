namespace GptCuda.Engine.Download;

/// <summary>Room on a disk.</summary>
internal static class FreeSpace
{
    /// <summary>Bytes that a user may still write below a folder; null where the system does not say, as for some network paths.</summary>
    public static long? At(string directory)
    {
        try
        {
            return new DriveInfo(directory).AvailableFreeSpace;
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

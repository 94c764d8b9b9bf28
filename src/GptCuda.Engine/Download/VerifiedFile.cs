namespace GptCuda.Engine.Download;

/// <summary>A downloaded file and what was checked of it.</summary>
/// <param name="Name">Its name in the model's directory.</param>
/// <param name="Length">Bytes, always checked.</param>
/// <param name="Algorithm">The hash that was checked: SHA-256, MD5, Git blob SHA-1; null where the server gave none.</param>
/// <param name="Hash">Its value, hexadecimal.</param>
public sealed record VerifiedFile(string Name, long Length, string? Algorithm, string? Hash);

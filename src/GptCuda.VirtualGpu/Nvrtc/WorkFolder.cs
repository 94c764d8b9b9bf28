namespace GptCuda.VirtualGpu.Nvrtc;

/// <summary>A folder of its own for one run of the compiler; gone with <see cref="Dispose"/>.</summary>
internal sealed class WorkFolder : IDisposable
{
    public WorkFolder() => Root = Directory.CreateTempSubdirectory("gptcuda-nvrtc-").FullName;

    public string Root { get; }

    /// <summary>Writes a text; a name may have folders in it.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, string text)
    {
        string path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Root, recursive: true);
}

namespace GptCuda.VirtualGpu.Nvrtc;

/// <summary>
/// Folders of compilations, so that what the real NVRTC made elsewhere can be run here. A folder is named by
/// <see cref="CompileRequest.Key"/> and has source.cu, name, options (one a line), expressions (one a line, where there are any),
/// headers/ with each header by its name, and kernel.ptx: the answer.
/// </summary>
internal static class SuppliedPtx
{
    /// <summary>The environment variable with the folder that PTX is taken from instead of compiling.</summary>
    public const string SupplyVariable = "GPTCUDA_VIRTUAL_PTX";

    /// <summary>The environment variable with the folder that each request is written to.</summary>
    public const string RecordVariable = "GPTCUDA_VIRTUAL_PTX_RECORD";

    private const string Answer = "kernel.ptx";

    /// <summary>Writes a request; one that is there already is left alone.</summary>
    /// <param name="root">The folder of folders.</param>
    /// <param name="request">What was asked.</param>
    public static void Record(string root, CompileRequest request)
    {
        string folder = Path.Combine(root, request.Key());
        Directory.CreateDirectory(folder);
        Put(folder, "source.cu", request.Source);
        Put(folder, "name", request.Name);
        Put(folder, "options", string.Concat(request.Options.Select(option => option + "\n")));
        if (request.Expressions.Count > 0)
            Put(folder, "expressions", string.Concat(request.Expressions.Select(expression => expression + "\n")));
        foreach ((string name, string text) in request.Headers)
            Put(folder, Path.Combine("headers", name), text);
    }

    /// <summary>Writes an answer where there is none; one that came from elsewhere stays.</summary>
    public static void RecordAnswer(string root, CompileRequest request, string ptx) => Put(Path.Combine(root, request.Key()), Answer, ptx);

    /// <summary>The PTX for a request.</summary>
    /// <exception cref="NvrtcException">There is none.</exception>
    public static string Take(string root, CompileRequest request)
    {
        string file = Path.Combine(root, request.Key(), Answer);
        return File.Exists(file)
            ? File.ReadAllText(file)
            : throw new NvrtcException(nvrtcResult.NVRTC_ERROR_BUILTIN_OPERATION_FAILURE,
                $"{request.Name}: there is no PTX for this source with these options: {file}. Run once with {RecordVariable}={root} "
                + $"to have the request written there, compile it elsewhere, and put the PTX beside it as {Answer}.");
    }

    /// <summary>Writes a whole file or none, whatever other processes do.</summary>
    private static void Put(string folder, string name, string text)
    {
        string path = Path.Combine(folder, name);
        if (File.Exists(path))
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string temporary = Path.Combine(folder, $".{Guid.NewGuid():N}.tmp");
        File.WriteAllText(temporary, text);
        try
        {
            File.Move(temporary, path);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process wrote the same text first.
            File.Delete(temporary);
        }
    }
}

using System.Buffers;
using GptCuda.Engine.Download;

namespace GptCuda.Engine;

/// <summary>Where models lie, by name.</summary>
public static class ModelDirectory
{
    /// <summary>The environment variable that names the folder of models.</summary>
    public const string EnvironmentVariable = "GPTCUDA_MODELS";

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>The small model that lies beside the gptcuda executable in build, publish and package.</summary>
    public static string Shipped => Path.Combine(AppContext.BaseDirectory, "models", "tiny");

    /// <summary>
    /// The folder in which names are looked up: the one given, else <c>GPTCUDA_MODELS</c>, else <c>gptcuda</c> in the user's cache
    /// folder (<c>$XDG_CACHE_HOME</c> or <c>~/.cache</c>; <c>%LOCALAPPDATA%</c> on Windows).
    /// </summary>
    public static string Root(string? modelsDirectory = null)
    {
        if (!string.IsNullOrEmpty(modelsDirectory))
            return modelsDirectory;
        if (Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } named)
            return named;
        if (OperatingSystem.IsWindows())
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "gptcuda");
        // The XDG base directory specification has a relative path ignored.
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathRooted(cache))
            return Path.Combine(cache, "gptcuda");
        return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "gptcuda");
    }

    /// <summary>
    /// The folder of a model by name, whether it exists or not: below <see cref="Root"/>, for example <c>124M</c> or
    /// <c>openai-community/gpt2</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The text is not a model's name.</exception>
    public static string PathOf(string name, string? modelsDirectory = null)
    {
        if (!IsName(name))
            throw new ArgumentException($"'{name}' is no model name: names are like 124M or openai-community/gpt2", nameof(name));
        return Path.Combine([Root(modelsDirectory), .. name.Split('/')]);
    }

    /// <summary>Whether the text can be a model's name: one or two parts of letters, digits, '.', '_' and '-'.</summary>
    public static bool IsName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('/');
        return parts.Length <= 2 && parts.All(part =>
            part.Length > 0 && part[0] is not ('.' or '-') && !part.AsSpan().ContainsAnyExcept(NameCharacters));
    }

    /// <summary>
    /// The folder that a model's argument means: the folder itself where there is one of that path, else the model of that name
    /// below <see cref="Root"/>.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">
    /// There is neither; the message says where it looked and how to get the model.
    /// </exception>
    public static string Resolve(string model, string? modelsDirectory = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        if (Directory.Exists(model))
            return model;
        if (File.Exists(model))
            throw new DirectoryNotFoundException($"{model} is a file; a model is the folder that holds its files");
        if (!IsName(model))
            throw new DirectoryNotFoundException($"There is no folder {model}");
        string path = PathOf(model, modelsDirectory);
        return Directory.Exists(path)
            ? path
            : throw new DirectoryNotFoundException(
                $"There is no model '{model}': neither a folder of that path nor {path}. "
                + (OfficialModels.IsDownloadable(model)
                    ? $"To get it: gptcuda download {model}"
                    : $"What can be downloaded: {OfficialModels.Names}"));
    }
}

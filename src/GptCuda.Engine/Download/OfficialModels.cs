namespace GptCuda.Engine.Download;

/// <summary>The four published sizes of GPT-2 and where Hugging Face keeps them.</summary>
public static class OfficialModels
{
    /// <summary>Size to repository id.</summary>
    public static IReadOnlyDictionary<string, string> Repositories { get; } = new Dictionary<string, string>
    {
        ["124M"] = "openai-community/gpt2",
        ["355M"] = "openai-community/gpt2-medium",
        ["774M"] = "openai-community/gpt2-large",
        ["1558M"] = "openai-community/gpt2-xl",
    };

    /// <summary>What names a model that can be downloaded, for messages.</summary>
    public static string Names => $"{string.Join(", ", Repositories.Keys)}, or a repository id like openai-community/gpt2";

    /// <summary>Whether <see cref="ModelDownload"/> takes the name: a published size, or a repository id, which has an owner.</summary>
    public static bool IsDownloadable(string name) => ModelDirectory.IsName(name) && (name.Contains('/') || Repositories.ContainsKey(name));
}

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
}

namespace GptCuda.Engine.Sampling;

/// <summary>Which tokens top-p keeps, going down from the likeliest.</summary>
public enum TopPRule
{
    /// <summary>Keeps the token with which the sum reaches p, as Hugging Face transformers does.</summary>
    HuggingFace,

    /// <summary>Keeps tokens while the sum, their own share included, is at most p, and always the first; OpenAI's original code.</summary>
    OpenAI,
}

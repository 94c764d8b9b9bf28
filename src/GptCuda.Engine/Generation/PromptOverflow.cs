namespace GptCuda.Engine.Generation;

/// <summary>What happens to a prompt that leaves no room for a continuation: one of the context length or more.</summary>
public enum PromptOverflow
{
    /// <summary>An error that says both numbers.</summary>
    Error,

    /// <summary>The last half of the context length is kept, the tokens before it are dropped.</summary>
    Slide,
}

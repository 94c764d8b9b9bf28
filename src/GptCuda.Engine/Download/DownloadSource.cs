namespace GptCuda.Engine.Download;

/// <summary>Who serves the official weights.</summary>
public enum DownloadSource
{
    /// <summary>safetensors from a Hugging Face repository.</summary>
    HuggingFace,

    /// <summary>The TensorFlow checkpoints that OpenAI published with GPT-2.</summary>
    OpenAI,
}

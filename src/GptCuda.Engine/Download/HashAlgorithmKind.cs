namespace GptCuda.Engine.Download;

/// <summary>The hashes that the two sources publish for their files.</summary>
public enum HashAlgorithmKind
{
    /// <summary>SHA-256 of the content: Hugging Face's large files, OpenAI's vocabulary.</summary>
    Sha256,

    /// <summary>MD5 of the content: Azure's Content-MD5. Proof against damage, not against malice.</summary>
    Md5,

    /// <summary>SHA-1 of a Git blob, its header included: the entity tag of Hugging Face's small files.</summary>
    GitBlobSha1,
}

namespace GptCuda.Engine.Weights.Files;

/// <summary>What stands at a path, symbolic links followed.</summary>
internal enum FileKind
{
    Missing,
    Regular,
    Directory,
    Pipe,
    Socket,
    CharacterDevice,
    BlockDevice,

    /// <summary>The system did not say, for want of rights for example; opening it will.</summary>
    Unknown,
}

namespace GptCuda.VirtualGpu.Nvrtc;

/// <summary>An option of NVRTC.</summary>
/// <param name="Name">Its long name, with dashes.</param>
/// <param name="Short">Its other names.</param>
/// <param name="Form">What follows.</param>
/// <param name="Apply">What it does; a value that it has no use for is an <see cref="NvrtcException"/>.</param>
internal sealed record OptionRow(string Name, string[] Short, OptionForm Form, Action<CompileOptions, string> Apply);

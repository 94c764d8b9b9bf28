namespace GptCuda.VirtualGpu.Nvrtc;

/// <summary>What follows an option's name.</summary>
internal enum OptionForm
{
    /// <summary>Nothing.</summary>
    Alone,

    /// <summary>=true or =false.</summary>
    Switch,

    /// <summary>=value, or the value as the next option.</summary>
    Value,

    /// <summary>As <see cref="Value"/>; the short name may also have it without anything between: -DNAME.</summary>
    Attached,
}

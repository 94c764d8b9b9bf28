namespace GptCuda.VirtualGpu.Nvrtc;

/// <summary>Reads the options of nvrtcCompileProgram.</summary>
internal static class OptionReader
{
    /// <summary>Reads all of them; a later one wins.</summary>
    /// <exception cref="NvrtcException">
    /// NVRTC_ERROR_INVALID_OPTION: one is unknown, or its value is; the message is for the log.
    /// </exception>
    public static CompileOptions Read(IReadOnlyList<string> options)
    {
        CompileOptions read = new();
        for (int i = 0; i < options.Count; i++)
        {
            (OptionRow row, string? value) = Find(options[i].Trim());
            if (value is null && row.Form is OptionForm.Value or OptionForm.Attached)
                value = ++i < options.Count ? options[i].Trim() : throw Invalid(options[i - 1], "a value is missing.");
            if (row.Form == OptionForm.Switch && value is not ("true" or "false"))
                throw Invalid(options[i], "=true or =false is expected.");
            try
            {
                row.Apply(read, value ?? "");
            }
            catch (NvrtcException refused)
            {
                throw Invalid(options[i], refused.Message);
            }
        }
        return read;
    }

    private static (OptionRow Row, string? Value) Find(string option)
    {
        int equals = option.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? option : option[..equals];
        foreach (OptionRow row in OptionTable.Rows)
        {
            if (row.Name == name || row.Short.Contains(name))
            {
                string? value = equals < 0 ? null : option[(equals + 1)..];
                return value is not null && row.Form == OptionForm.Alone ? throw Invalid(option, "no value is expected.") : (row, value);
            }
        }
        foreach (OptionRow row in OptionTable.Rows.Where(row => row.Form == OptionForm.Attached))
        {
            if (row.Short.FirstOrDefault(prefix => option.StartsWith(prefix, StringComparison.Ordinal)) is { } prefix)
                return (row, option[prefix.Length..].TrimStart());
        }
        throw Invalid(option, "unknown to the virtual compiler.");
    }

    private static NvrtcException Invalid(string option, string why) =>
        new(nvrtcResult.NVRTC_ERROR_INVALID_OPTION, $"nvrtc: error: option \"{option}\": {why}");
}

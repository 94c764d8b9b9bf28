namespace GptCuda.VirtualGpu.Checking;

/// <summary>Where an instruction comes from, for messages.</summary>
/// <param name="PtxLine">The 1-based line in the module's PTX; 0 when unknown.</param>
/// <param name="Text">The instruction as it is written there, empty when unknown.</param>
/// <param name="File">The source file that the last .loc before it names, or null.</param>
/// <param name="Line">The 1-based line in that file; 0 when there is no .loc.</param>
internal readonly record struct InstructionSource(int PtxLine, string Text, string? File, int Line)
{
    /// <summary>k.cu:17, PTX line 240: st.global.f32 [%rd4], %f1;</summary>
    public override string ToString()
    {
        var place = PtxLine > 0 ? $"PTX line {PtxLine}" : "an unknown PTX line";
        if (File is not null && Line > 0)
            place = $"{File}:{Line}, {place}";
        return Text.Length > 0 ? $"{place}: {Text}" : place;
    }
}

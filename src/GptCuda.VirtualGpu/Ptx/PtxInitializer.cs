namespace GptCuda.VirtualGpu.Ptx;

/// <summary>An address in a variable's initial value, filled in when the module's variables have been placed.</summary>
/// <param name="Offset">Bytes into the variable.</param>
/// <param name="Symbol">The variable whose address is stored.</param>
/// <param name="Addend">Bytes added to that address.</param>
/// <param name="Bytes">The width of the stored address.</param>
/// <param name="Line">Where it is written.</param>
/// <param name="Column">Where it is written.</param>
internal sealed record PtxInitializer(int Offset, string Symbol, long Addend, int Bytes, int Line, int Column);

namespace GptCuda.VirtualGpu.Checking.Shadow;

/// <summary>An access that is not ordered behind an earlier, conflicting one of the same block.</summary>
/// <param name="FirstByte">Offset of the cell that both touch.</param>
/// <param name="Lane">The later access's lane.</param>
/// <param name="EarlierThread">The earlier access's thread.</param>
/// <param name="EarlierWrote">Whether the earlier one wrote.</param>
/// <param name="EarlierInstruction">Its instruction, or -1.</param>
/// <param name="IsPending">Whether the earlier one is a cp.async whose wait is still to come.</param>
internal readonly record struct CellConflict(
    int FirstByte, int Lane, int EarlierThread, bool EarlierWrote, int EarlierInstruction, bool IsPending);

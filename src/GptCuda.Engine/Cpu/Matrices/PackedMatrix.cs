using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Cpu.Matrices;

/// <summary>
/// A weight matrix as the products read it: panels of <see cref="PanelWidth"/> outputs, each [inputs][32] from front to back, the
/// last one filled up with zeros; or f32 in the order of a file, see <see cref="FileOrder"/>. It points into memory that its owner
/// frees.
/// </summary>
/// <param name="Type">How the numbers are held.</param>
/// <param name="Inputs">Length of a sum, k.</param>
/// <param name="Outputs">Outputs without the filling.</param>
/// <param name="Panels">The numbers.</param>
/// <param name="Scales">A factor for each output's finished sum, the filling included; 1 except for <see cref="ElementType.Int8"/>.</param>
/// <param name="Bias">What is added after that, the filling included.</param>
internal sealed unsafe record PackedMatrix(ElementType Type, int Inputs, int Outputs, nint Panels, nint Scales, nint Bias)
{
    /// <summary>
    /// Outputs of a panel: two vectors of sixteen numbers or four of eight. A matrix-vector product reads several panels side by
    /// side, because a processor fetches more memory ahead from several streams than from one.
    /// </summary>
    public const int PanelWidth = 32;

    /// <summary>How the numbers stand.</summary>
    public FileOrder Order { get; init; }

    /// <summary>Panels, the last perhaps not full.</summary>
    public int PanelCount => CountPanels(Outputs);

    /// <summary>Bytes from one input of a panel to the next.</summary>
    public nint RowBytes => PanelWidth * ElementConversion.SizeOf(Type);

    /// <summary>Bytes from a panel to the next.</summary>
    public nint PanelLength => Inputs * RowBytes;

    /// <summary>The first number of a panel.</summary>
    public byte* Panel(int panel) => (byte*)Panels + (panel * PanelLength);

    /// <summary>Where the number of one input and one output lies.</summary>
    public byte* Element(int input, int output) =>
        Panel(output / PanelWidth) + (input * RowBytes) + (output % PanelWidth * ElementConversion.SizeOf(Type));

    /// <summary>Panels for so many outputs.</summary>
    public static int CountPanels(int outputs) => (outputs + PanelWidth - 1) / PanelWidth;

    /// <summary>Bytes of the panels of a matrix.</summary>
    public static long PanelBytes(ElementType type, int inputs, int outputs) =>
        (long)CountPanels(outputs) * PanelWidth * inputs * ElementConversion.SizeOf(type);
}

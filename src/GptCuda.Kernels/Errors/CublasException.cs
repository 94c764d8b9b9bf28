namespace GptCuda.Kernels.Errors;

/// <summary>A cuBLAS call failed. The message has the function, the status, and the shapes.</summary>
public sealed class CublasException : Exception
{
    internal CublasException(string message, string function, int status)
        : base(message)
    {
        Function = function;
        Status = status;
    }

    /// <summary>The cuBLAS function.</summary>
    public string Function { get; }

    /// <summary>cuBLAS's status.</summary>
    public int Status { get; }
}

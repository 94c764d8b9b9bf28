namespace GptCuda.Kernels.Errors;

/// <summary>A CUDA driver call failed. The message has the function, the code's name and number, and what was being done.</summary>
public class CudaException : Exception
{
    internal CudaException(string message, string function, string codeName, int code, bool contextLost = false, Exception? first = null)
        : base(message, first)
    {
        Function = function;
        CodeName = codeName;
        Code = code;
        ContextLost = contextLost;
    }

    /// <summary>The driver function, for example <c>cuStreamSynchronize</c>.</summary>
    public string Function { get; }

    /// <summary>The driver's name for the code, for example <c>CUDA_ERROR_ILLEGAL_ADDRESS</c>.</summary>
    public string CodeName { get; }

    /// <summary>The driver's code.</summary>
    public int Code { get; }

    /// <summary>
    /// Whether the context is lost: nothing made in it can be used any more, and only another process gets a working GPU. The
    /// first such exception says what happened; later ones refer to it (<see cref="Exception.InnerException"/>).
    /// </summary>
    public bool ContextLost { get; }
}

namespace GptCuda.VirtualGpu.Driver;

/// <summary>Calls back into the program. CUDA forbids such a function to call CUDA, and so does this driver.</summary>
internal static class HostCallback
{
    [ThreadStatic]
    private static bool _running;

    /// <summary>Whether the calling thread is inside of a function that the driver called.</summary>
    public static bool IsRunning => _running;

    /// <summary>Calls a function of cuLaunchHostFunc.</summary>
    public static unsafe void Run(delegate* unmanaged<void*, void> function, void* argument)
    {
        _running = true;
        try
        {
            function(argument);
        }
        finally
        {
            _running = false;
        }
    }

    /// <summary>Asks a function of cuOccupancyMaxPotentialBlockSize for the dynamic shared bytes of a block size.</summary>
    public static unsafe nuint Ask(delegate* unmanaged<int, nuint> function, int blockSize)
    {
        _running = true;
        try
        {
            return function(blockSize);
        }
        finally
        {
            _running = false;
        }
    }
}

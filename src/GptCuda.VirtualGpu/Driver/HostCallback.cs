namespace GptCuda.VirtualGpu.Driver;

/// <summary>Calls back into the program. CUDA forbids such a function to call CUDA, and so does this driver.</summary>
internal static class HostCallback
{
    [ThreadStatic]
    private static bool t_running;

    /// <summary>Whether the calling thread is inside of a function that the driver called.</summary>
    public static bool IsRunning => t_running;

    /// <summary>Calls a function of cuLaunchHostFunc.</summary>
    public static unsafe void Run(delegate* unmanaged<void*, void> function, void* argument)
    {
        t_running = true;
        try
        {
            function(argument);
        }
        finally
        {
            t_running = false;
        }
    }

    /// <summary>Asks a function of cuOccupancyMaxPotentialBlockSize for the dynamic shared bytes of a block size.</summary>
    public static unsafe nuint Ask(delegate* unmanaged<int, nuint> function, int blockSize)
    {
        t_running = true;
        try
        {
            return function(blockSize);
        }
        finally
        {
            t_running = false;
        }
    }
}

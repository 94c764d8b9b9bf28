using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Tests.Driver;

[Collection(DriverSession.Collection)]
public sealed unsafe class ContextTests
{
    [Fact]
    public void PrimaryContext_RetainedTwice_LivesUntilTheSecondRelease()
    {
        using DriverSession session = new(hasContext: false);
        nint first = Cuda.Get("cuDevicePrimaryCtxRetain", 0), second = Cuda.Get("cuDevicePrimaryCtxRetain", 0);
        Assert.Equal(first, second);
        Cuda.Call("cuCtxSetCurrent", first);
        DriverSession.Allocate(64);

        Cuda.Call("cuDevicePrimaryCtxRelease_v2", 0);
        Assert.Equal(64, session.Machine.Memory.Used);
        Assert.Equal((true, 0u), State());
        Cuda.Call("cuDevicePrimaryCtxRelease", 0);
        Assert.Equal(0, session.Machine.Memory.Used);
        Assert.Equal((false, 0u), State());
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, Cuda.Try("cuDevicePrimaryCtxRelease_v2", 0));
        Assert.Equal(CUDA_ERROR_CONTEXT_IS_DESTROYED, Cuda.Try("cuCtxSetCurrent", first));
    }

    [Fact]
    public void PrimaryContext_Reset_EndsItAndKeepsTheCount()
    {
        using DriverSession session = new(hasContext: false);
        Cuda.Call("cuCtxSetCurrent", Cuda.Get("cuDevicePrimaryCtxRetain", 0));
        DriverSession.Allocate(64);

        Cuda.Call("cuDevicePrimaryCtxReset_v2", 0);
        Assert.Equal((false, 0u), State());
        Assert.Equal(0, session.Machine.Memory.Used);
        Cuda.Call("cuDevicePrimaryCtxRelease_v2", 0);
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, Cuda.Try("cuDevicePrimaryCtxRelease_v2", 0));
    }

    [Fact]
    public void PrimaryContext_Flags_AreKeptWhetherItExistsOrNot()
    {
        using DriverSession session = new(hasContext: false);
        Cuda.Call("cuDevicePrimaryCtxSetFlags_v2", 0, 4);
        Assert.Equal((false, 4u), State());
        Cuda.Call("cuCtxSetCurrent", Cuda.Get("cuDevicePrimaryCtxRetain", 0));
        Assert.Equal(4, Cuda.GetLast("cuCtxGetFlags"));
        Cuda.Call("cuDevicePrimaryCtxSetFlags", 0, 2);

        Assert.Equal((true, 2u), State());
        Assert.Equal(2, Cuda.GetLast("cuCtxGetFlags"));
    }

    [Fact]
    public void Stack_PushAndPop_GivesTheContextsBack()
    {
        using DriverSession session = new();
        nint first = session.Context, second = Cuda.Get("cuCtxCreate_v4", 0, 0, 0);
        Assert.Equal(second, Cuda.Get("cuCtxGetCurrent"));

        Assert.Equal(second, Cuda.Get("cuCtxPopCurrent_v2"));
        Assert.Equal(first, Cuda.Get("cuCtxGetCurrent"));
        Cuda.Call("cuCtxPushCurrent_v2", second);
        Cuda.Call("cuCtxSetCurrent", first);
        Assert.Equal(first, Cuda.Get("cuCtxPopCurrent_v2"));
        Assert.Equal(first, Cuda.Get("cuCtxPopCurrent_v2"));
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, Cuda.Try("cuCtxPopCurrent_v2", 0));
        Assert.Equal(0, Cuda.Get("cuCtxGetCurrent"));
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, Cuda.Try("cuCtxGetDevice", session.Native(4)));
    }

    [Fact]
    public void Current_IsTheThreadsOwn()
    {
        using DriverSession session = new();
        nint current = 1;
        Thread other = new(() => current = Cuda.Get("cuCtxGetCurrent"));
        other.Start();
        other.Join();

        Assert.Equal(0, current);
    }

    [Fact]
    public void Destroy_TheCurrentContext_PopsIt()
    {
        using DriverSession session = new();
        nint second = Cuda.Get("cuCtxCreate_v2", 0, 0);
        nint stream = DriverSession.NewStream(), mark = DriverSession.NewEvent();

        Cuda.Call("cuCtxDestroy_v2", second);

        Assert.Equal(session.Context, Cuda.Get("cuCtxGetCurrent"));
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, Cuda.Try("cuStreamSynchronize", stream));
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, Cuda.Try("cuEventQuery", mark));
        Assert.Equal(CUDA_ERROR_CONTEXT_IS_DESTROYED, Cuda.Try("cuCtxDestroy_v2", second));
    }

    [Fact]
    public void Queries_OfAContext_Answer()
    {
        using DriverSession session = new();
        int least = 1, greatest = 1;
        Assert.Equal(0, Cuda.Get("cuCtxGetDevice"));
        Assert.Equal(3020, Cuda.GetLast("cuCtxGetApiVersion", 0));
        Cuda.Call("cuCtxGetStreamPriorityRange", (nint)(&least), (nint)(&greatest));
        Assert.Equal((0, -5), (least, greatest));
        nint stream = Cuda.Get("cuStreamCreateWithPriority", 1, -99);
        Assert.Equal(greatest, (int)Cuda.GetLast("cuStreamGetPriority", stream));
        Assert.Equal(1, Cuda.GetLast("cuStreamGetFlags", stream));
        Assert.Equal(session.Context, Cuda.GetLast("cuStreamGetCtx", stream));
        Assert.Equal(session.Context, Cuda.GetLast("cuStreamGetCtx", 0));
        Assert.Equal(1024, Cuda.Get("cuCtxGetLimit", 0));
        Cuda.Call("cuCtxSetLimit", 0, 4096);
        Assert.Equal(4096, Cuda.Get("cuCtxGetLimit", 0));
    }

    private static (bool Active, uint Flags) State()
    {
        uint flags;
        int active;
        Cuda.Call("cuDevicePrimaryCtxGetState", 0, (nint)(&flags), (nint)(&active));
        return (active != 0, flags);
    }
}

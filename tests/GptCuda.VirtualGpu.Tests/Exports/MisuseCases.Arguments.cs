using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Tests.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;
using Kernels = GptCuda.VirtualGpu.Tests.Driver.Kernels;

namespace GptCuda.VirtualGpu.Tests.Exports;

/// <content>Arguments that have gone wrong.</content>
internal static partial class MisuseCases
{
    private static MisuseCase Copy(string name, bool hasStream, string what, Func<DriverSession, (nint To, nint From, nint Bytes)> ranges) =>
        new(name, what, CUDA_ERROR_INVALID_VALUE, session =>
        {
            (nint to, nint from, nint bytes) = ranges(session);
            return hasStream ? [to, from, bytes, 0] : [to, from, bytes];
        });

    private static nint Freed()
    {
        nint address = DriverSession.Allocate(64);
        Cuda.Call("cuMemFree_v2", address);
        return address;
    }

    private static nint DestroyedStream()
    {
        nint stream = DriverSession.NewStream();
        Cuda.Call("cuStreamDestroy_v2", stream);
        return stream;
    }

    private static nint DestroyedEvent()
    {
        nint mark = DriverSession.NewEvent();
        Cuda.Call("cuEventDestroy_v2", mark);
        return mark;
    }

    private static nint RecordedEvent(uint flags)
    {
        nint mark = DriverSession.NewEvent(flags);
        Cuda.Call("cuEventRecord", mark, 0);
        return mark;
    }

    private static nint StreamOfAnotherContext()
    {
        Cuda.Get("cuCtxCreate_v2", 0, 0);
        nint stream = DriverSession.NewStream();
        Cuda.Get("cuCtxPopCurrent_v2");
        return stream;
    }

    private static nint Instance() => Cuda.Get("cuGraphInstantiateWithFlags", Cuda.Get("cuGraphCreate", 0), 0);

    private static nint Unloaded(DriverSession session)
    {
        nint module = session.Load(Kernels.Counting);
        Cuda.Call("cuModuleUnload", module);
        return module;
    }

    private static nint UnloadedFunction(DriverSession session)
    {
        nint module = session.Load(Kernels.Empty), function = session.Function(module, "nothing");
        Cuda.Call("cuModuleUnload", module);
        return function;
    }

    private static unsafe nint WithAffinity(DriverSession session)
    {
        nint parameters = session.Native(24);
        ((CUctxCreateParams*)parameters)->numExecAffinityParams = 1;
        return parameters;
    }
}

using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Exports;
using GptCuda.VirtualGpu.Tests.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Tests.Exports;

/// <summary>What every function answers when it is called wrongly. Nothing may crash, and nothing may escape as an exception.</summary>
[Collection(DriverSession.Collection)]
public sealed unsafe class MisuseTests
{
    /// <summary>Functions that need neither cuInit nor a context.</summary>
    private static readonly HashSet<string> Free =
        ["cuInit", "cuDriverGetVersion", "cuGetErrorName", "cuGetErrorString", "cuGetProcAddress", "cuGetProcAddress_v2", "cuModuleGetLoadingMode"];

    public static TheoryData<string> AllFunctions => [.. DriverExports.EntryPoints.Select(entry => entry.Name)];

    public static TheoryData<string> DriverFunctions =>
        [.. DriverExports.EntryPoints.Select(entry => entry.Name).Where(name => !Free.Contains(name))];

    public static TheoryData<string> ContextFunctions =>
        [.. DriverExports.EntryPoints.Select(entry => entry.Name).Where(NeedsContext)];

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, MisuseCases.All.Count)];

    [Theory]
    [MemberData(nameof(DriverFunctions))]
    public void Call_BeforeInit_IsNotInitialized(string function)
    {
        using (new DriverSession(hasContext: false))
        {
        }
        Assert.Equal(CUDA_ERROR_NOT_INITIALIZED, CallWithZeros(function));
    }

    [Theory]
    [MemberData(nameof(ContextFunctions))]
    public void Call_WithoutAContext_IsInvalidContext(string function)
    {
        using DriverSession session = new(hasContext: false);
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, CallWithZeros(function));
    }

    [Theory]
    [MemberData(nameof(ContextFunctions))]
    public void Call_ContextDestroyedElsewhere_SaysSo(string function)
    {
        using DriverSession session = new();
        nint context = session.Context;
        CUresult destroyed = CUDA_ERROR_UNKNOWN;
        Thread other = new(() => destroyed = Cuda.Try("cuCtxDestroy_v2", context));
        other.Start();
        other.Join();

        Assert.Equal(CUDA_SUCCESS, destroyed);
        Assert.Equal(CUDA_ERROR_CONTEXT_IS_DESTROYED, CallWithZeros(function));
    }

    [Theory]
    [MemberData(nameof(AllFunctions))]
    public void Call_AllArgumentsZero_AnswersAndDoesNotCrash(string function)
    {
        using DriverSession session = new();
        CUresult answer = CallWithZeros(function);

        Assert.True(Enum.IsDefined(answer), $"{answer}");
        Assert.NotEqual(CUDA_ERROR_UNKNOWN, answer);
        if (AbiFacts.Cuda.Parameters(function)!.Length > 0 && !MeansSomethingWithZeros(function))
            Assert.NotEqual(CUDA_SUCCESS, answer);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Call_Misused_GivesTheDriversCode(int index)
    {
        MisuseCase misuse = MisuseCases.All[index];
        using DriverSession session = new();
        nint[] arguments = misuse.Arguments(session);

        CUresult answer = Cuda.Try(misuse.Function, arguments);

        Assert.True(answer == misuse.Expected, $"{misuse.Function}, {misuse.What}: {answer}, expected {misuse.Expected}");
        // A refusal is no fault: the context works on.
        Assert.Equal(CUDA_SUCCESS, Cuda.Try("cuCtxSynchronize"));
    }

    [Theory]
    [MemberData(nameof(AllFunctions))]
    public void Cases_EveryFunctionThatCanBeMisused_HasOne(string function) =>
        Assert.True(
            MisuseCases.All.Any(misuse => misuse.Function == function) || MisuseCases.NothingToMisuse.Contains(function),
            $"{function} has no misuse case.");

    private static CUresult CallWithZeros(string function) => Cuda.Try(function, new nint[AbiFacts.Cuda.Parameters(function)!.Length]);

    /// <summary>Whether a function does its work in the current context, and gives that one's fault.</summary>
    public static bool NeedsContext(string name) =>
        !Free.Contains(name) && !name.StartsWith("cuDevice", StringComparison.Ordinal)
        && name is not ("cuCtxCreate_v2" or "cuCtxCreate_v4" or "cuCtxDestroy_v2" or "cuCtxPushCurrent_v2" or "cuCtxPopCurrent_v2"
            or "cuCtxSetCurrent" or "cuCtxGetCurrent" or "cuCtxGetDevice" or "cuCtxGetFlags" or "cuCtxGetApiVersion");

    /// <summary>Flags 0, stream 0, nothing to copy, a null pointer to free: all zeros are a right call of these.</summary>
    private static bool MeansSomethingWithZeros(string name) =>
        name.StartsWith("cuMemcpy", StringComparison.Ordinal) || name.StartsWith("cuMemset", StringComparison.Ordinal)
        || name is "cuInit" or "cuDevicePrimaryCtxReset" or "cuDevicePrimaryCtxReset_v2" or "cuDevicePrimaryCtxSetFlags"
            or "cuDevicePrimaryCtxSetFlags_v2" or "cuCtxPopCurrent_v2" or "cuCtxSetCurrent" or "cuCtxSetLimit" or "cuMemFree_v2"
            or "cuStreamSynchronize" or "cuStreamQuery" or "cuCtxGetStreamPriorityRange";
}

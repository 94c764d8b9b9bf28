using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;

namespace GptCuda.VirtualGpu.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD8_v2))]
    public static CUresult cuMemsetD8_v2(ulong destination, byte value, nuint count) =>
        FillNow(nameof(cuMemsetD8_v2), destination, [value], count);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD16_v2))]
    public static CUresult cuMemsetD16_v2(ulong destination, ushort value, nuint count) =>
        FillNow(nameof(cuMemsetD16_v2), destination, BitConverter.GetBytes(value), count);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD32_v2))]
    public static CUresult cuMemsetD32_v2(ulong destination, uint value, nuint count) =>
        FillNow(nameof(cuMemsetD32_v2), destination, BitConverter.GetBytes(value), count);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD8Async))]
    public static CUresult cuMemsetD8Async(ulong destination, byte value, nuint count, nint stream) =>
        FillLater(nameof(cuMemsetD8Async), destination, [value], count, stream);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD16Async))]
    public static CUresult cuMemsetD16Async(ulong destination, ushort value, nuint count, nint stream) =>
        FillLater(nameof(cuMemsetD16Async), destination, BitConverter.GetBytes(value), count, stream);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD32Async))]
    public static CUresult cuMemsetD32Async(ulong destination, uint value, nuint count, nint stream) =>
        FillLater(nameof(cuMemsetD32Async), destination, BitConverter.GetBytes(value), count, stream);

    /// <summary>On the legacy stream; the call need not wait for the device, so a program must not take it for a wait.</summary>
    private static CUresult FillNow(string function, ulong destination, byte[] pattern, nuint count) =>
        Boundary.OnContext(function, context =>
        {
            context.RefuseImplicitOrder(context.Legacy);
            context.RefuseWhileCapturing(function);
            Fill(context, context.Legacy, destination, pattern, count, function);
        });

    private static CUresult FillLater(string function, ulong destination, byte[] pattern, nuint count, nint stream) =>
        Boundary.OnContext(function, context => Fill(context, Stream(context, stream), destination, pattern, count, function));

    private static void Fill(VirtualContext context, VirtualStream stream, ulong destination, byte[] pattern, nuint count, string function)
    {
        stream.Capture?.RequireValid();
        if (count == 0)
            return;
        Require(destination % (ulong)pattern.Length == 0, $"0x{destination:x} is no multiple of {pattern.Length}.");
        Require(count <= (nuint)(long.MaxValue / pattern.Length), $"{count} elements.");
        RequireRange(context, destination, count * (nuint)pattern.Length, isDevice: true);
        context.Submit(stream, new FillOperation(destination, pattern, (long)count, function));
    }
}

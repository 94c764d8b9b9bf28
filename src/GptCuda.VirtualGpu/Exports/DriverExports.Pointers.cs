using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Memory;
using static GptCuda.VirtualGpu.Driver.CUpointer_attribute;

namespace GptCuda.VirtualGpu.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuPointerGetAttribute))]
    public static CUresult cuPointerGetAttribute(void* value, CUpointer_attribute attribute, ulong address) =>
        Boundary.OnContext(nameof(cuPointerGetAttribute), context =>
        {
            RequirePointer(value);
            Require(
                context.Driver.Memory.Find(address) is { IsFreed: false } allocation && GivePointerAttribute(
                    context, value, attribute, address, allocation),
                $"attribute {(int)attribute} of 0x{address:x}: no allocation of the device, or no attribute that it has.");
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuPointerGetAttributes))]
    public static CUresult cuPointerGetAttributes(uint count, CUpointer_attribute* attributes, void** values, ulong address) =>
        Boundary.OnContext(nameof(cuPointerGetAttributes), context =>
        {
            RequirePointer(attributes);
            RequirePointer(values);
            Allocation? allocation = context.Driver.Memory.Find(address) is { IsFreed: false } found ? found : null;
            for (uint i = 0; i < count; i++)
            {
                RequirePointer(values[i]);
                // Unlike the query of one attribute, this one gives zeros for memory that it does not know.
                if (allocation is null || !GivePointerAttribute(context, values[i], attributes[i], address, allocation))
                    new Span<byte>(values[i], Width(attributes[i])).Clear();
            }
        });

    private static bool GivePointerAttribute(
        VirtualContext context, void* value, CUpointer_attribute attribute, ulong address, Allocation allocation)
    {
        const int Host = 1, Device = 2;
        bool pinned = allocation.Kind == AllocationKind.PinnedHost;
        switch (attribute)
        {
            case CU_POINTER_ATTRIBUTE_CONTEXT:
                *(nint*)value = (allocation.Owner as VirtualContext ?? (allocation.Owner as LoadedModule)?.Context ?? context).Handle;
                return true;
            case CU_POINTER_ATTRIBUTE_MEMORY_TYPE:
                *(int*)value = pinned ? Host : Device;
                return true;
            case CU_POINTER_ATTRIBUTE_HOST_POINTER when !pinned:
                return false;
            case CU_POINTER_ATTRIBUTE_HOST_POINTER or CU_POINTER_ATTRIBUTE_DEVICE_POINTER:
                *(ulong*)value = address;
                return true;
            case CU_POINTER_ATTRIBUTE_BUFFER_ID:
                *(long*)value = allocation.Serial;
                return true;
            case CU_POINTER_ATTRIBUTE_IS_MANAGED:
                *(byte*)value = 0;
                return true;
            case CU_POINTER_ATTRIBUTE_MAPPED:
                *(byte*)value = 1;
                return true;
            case CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL:
                *(int*)value = 0;
                return true;
            case CU_POINTER_ATTRIBUTE_RANGE_START_ADDR:
                *(ulong*)value = allocation.Address;
                return true;
            case CU_POINTER_ATTRIBUTE_RANGE_SIZE:
                *(nuint*)value = (nuint)allocation.Size;
                return true;
            default:
                return false;
        }
    }

    /// <summary>Bytes of an attribute's value.</summary>
    private static int Width(CUpointer_attribute attribute) => attribute switch
    {
        CU_POINTER_ATTRIBUTE_IS_MANAGED or CU_POINTER_ATTRIBUTE_MAPPED => 1,
        CU_POINTER_ATTRIBUTE_MEMORY_TYPE or CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL => 4,
        CU_POINTER_ATTRIBUTE_CONTEXT or CU_POINTER_ATTRIBUTE_DEVICE_POINTER or CU_POINTER_ATTRIBUTE_HOST_POINTER
            or CU_POINTER_ATTRIBUTE_BUFFER_ID or CU_POINTER_ATTRIBUTE_RANGE_START_ADDR or CU_POINTER_ATTRIBUTE_RANGE_SIZE => 8,
        _ => throw new DriverException(CUresult.CUDA_ERROR_INVALID_VALUE, $"pointer attribute {(int)attribute} is not kept here."),
    };
}

using System.Runtime.CompilerServices;
using GptCuda.Kernels.Devices;
using GptCuda.Kernels.Errors;
using GptCuda.Kernels.Native.Driver;
using GptCuda.Kernels.Streams;

namespace GptCuda.Kernels.Launching;

/// <summary>A kernel loaded on a GPU. It is valid while the module that it comes from is.</summary>
/// <remarks>
/// A typed launcher holds one of these and has a method whose parameters are the kernel's, which computes the shape, fills a
/// <see cref="KernelArguments"/> in the order of the kernel's parameters, and launches. That method is the only place where the
/// order stands in C#.
/// </remarks>
public sealed unsafe class Kernel
{
    private readonly CudaContext _context;
    private readonly CUfunction _function;
    private int _dynamicShared;

    internal Kernel(CudaContext context, CUfunction function, string name)
    {
        _context = context;
        _function = function;
        Name = name;
        int Ask(CUfunction_attribute attribute)
        {
            int value;
            context.Check(
                context.Cu.cuFuncGetAttribute(&value, attribute, function),
                nameof(LibCuda.cuFuncGetAttribute),
                $"asking kernel {name} for {attribute}");
            return value;
        }
        Resources = new KernelResources(
            Ask(CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS),
            Ask(CUfunction_attribute.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES),
            Ask(CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES),
            Ask(CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK),
            Ask(CUfunction_attribute.CU_FUNC_ATTRIBUTE_PTX_VERSION),
            Ask(CUfunction_attribute.CU_FUNC_ATTRIBUTE_BINARY_VERSION));
        _dynamicShared = Math.Max(0, context.Device.SharedBytesPerBlock - Resources.SharedBytes);
    }

    /// <summary>Its name in the image.</summary>
    public string Name { get; }

    /// <summary>What it takes of a multiprocessor.</summary>
    public KernelResources Resources { get; }

    /// <summary>Allows launches with more dynamic shared memory than every kernel has.</summary>
    /// <param name="bytes">Bytes a block; with the static ones at most <see cref="CudaDevice.SharedBytesPerBlockOptIn"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The device has not so much.</exception>
    /// <exception cref="CudaException">The driver failed.</exception>
    public void AllowSharedBytes(int bytes)
    {
        if (bytes <= _dynamicShared) return;
        int most = _context.Device.SharedBytesPerBlockOptIn - Resources.SharedBytes;
        if (bytes > most)
        {
            throw new ArgumentOutOfRangeException(
                nameof(bytes),
                $"{Name} needs {bytes} bytes of dynamic shared memory; a block of {_context.Device.Name} has at most {most}.");
        }
        _context.Enter();
        _context.Check(
            _context.Cu.cuFuncSetAttribute(_function, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes),
            nameof(LibCuda.cuFuncSetAttribute),
            $"allowing kernel {Name} {bytes} bytes of shared memory");
        _dynamicShared = bytes;
    }

    /// <summary>How many blocks of it one multiprocessor runs at once.</summary>
    /// <exception cref="CudaException">The driver failed.</exception>
    public int BlocksPerMultiprocessor(int threadsPerBlock, int sharedBytes)
    {
        _context.Enter();
        int blocks;
        _context.Check(
            _context.Cu.cuOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, _function, threadsPerBlock, (nuint)sharedBytes),
            nameof(LibCuda.cuOccupancyMaxActiveBlocksPerMultiprocessor),
            $"asking for the occupancy of kernel {Name}");
        return blocks;
    }

    /// <summary>Queues the kernel. Nothing is allocated.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="shape">Grid, block and dynamic shared memory; checked against the device and the kernel first.</param>
    /// <param name="arguments">One for each of the kernel's parameters, in order.</param>
    /// <param name="options">Attributes of the launch.</param>
    /// <exception cref="ArgumentException">
    /// The shape passes a limit of the device or the kernel, and the message has both numbers; or the stream is another context's.
    /// </exception>
    /// <exception cref="CudaException">The driver refused the launch, or reports an earlier failure.</exception>
    [SkipLocalsInit]
    public void Launch(
        CudaStream stream, in LaunchShape shape, scoped ref KernelArguments arguments, LaunchOptions options = LaunchOptions.None)
    {
        stream.Enter();
        if (stream.Context != _context)
            throw new ArgumentException($"Kernel {Name} and stream {stream.Name} are of different contexts.", nameof(stream));
        LaunchLimits.Check(this, _context.Device, shape, _dynamicShared);
        // Field by field into one local: an initializer fills a temporary and copies it with wide loads, which wait for the
        // narrow stores before them; that alone took longer than all the rest of a launch.
        Attributes attributes;
        CUlaunchConfig config;
        config.gridDimX = (uint)shape.Grid.X;
        config.gridDimY = (uint)shape.Grid.Y;
        config.gridDimZ = (uint)shape.Grid.Z;
        config.blockDimX = (uint)shape.Block.X;
        config.blockDimY = (uint)shape.Block.Y;
        config.blockDimZ = (uint)shape.Block.Z;
        config.sharedMemBytes = (uint)shape.SharedBytes;
        config.hStream = stream.Handle;
        config.attrs = (CUlaunchAttribute*)&attributes;
        config.numAttrs = options == LaunchOptions.None ? 0 : WriteAttributes((CUlaunchAttribute*)&attributes, options, shape);
        Addresses addresses;
        fixed (ulong* values = &arguments.FirstValue)
        {
            arguments.WriteAddresses((void**)&addresses, values);
            CUresult result = _context.Cu.cuLaunchKernelEx(&config, _function, (void**)&addresses, null);
            if (result != CUresult.CUDA_SUCCESS) Refused(result, shape, arguments.Count);
        }
        stream.Launched(Name, shape.Grid, shape.Block);
    }

    private uint WriteAttributes(CUlaunchAttribute* attributes, LaunchOptions options, in LaunchShape shape)
    {
        uint count = 0;
        if ((options & LaunchOptions.Cooperative) != 0)
        {
            int resident = BlocksPerMultiprocessor((int)shape.Block.Count, shape.SharedBytes);
            LaunchLimits.CheckCooperative(this, _context.Device, shape, resident);
            attributes[count] = default;
            attributes[count].id = CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_COOPERATIVE;
            attributes[count++].value.cooperative = 1;
        }
        if ((options & LaunchOptions.Overlapping) != 0)
        {
            LaunchLimits.CheckOverlapping(this, _context.Device);
            attributes[count] = default;
            attributes[count].id = CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION;
            attributes[count++].value.programmaticStreamSerializationAllowed = 1;
        }
        return count;
    }

    private void Refused(CUresult result, in LaunchShape shape, int arguments) => throw _context.Failure(
        result,
        nameof(LibCuda.cuLaunchKernelEx),
        $"launching {Name}<<<{shape.Grid}, {shape.Block}, {shape.SharedBytes}>>> with {arguments} arguments");

    [InlineArray(2)]
    private struct Attributes
    {
        private CUlaunchAttribute _first;
    }

    [InlineArray(KernelArguments.MaxCount)]
    private struct Addresses
    {
        private nint _first;
    }
}

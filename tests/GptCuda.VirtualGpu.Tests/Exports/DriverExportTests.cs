using System.Reflection;
using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;
using GptCuda.VirtualGpu.Exports;

namespace GptCuda.VirtualGpu.Tests.Exports;

public sealed class DriverExportTests
{
    private static readonly MethodInfo[] Methods =
    [
        .. typeof(DriverExports).GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(method => method.GetCustomAttribute<UnmanagedCallersOnlyAttribute>() is not null),
    ];

    public static TheoryData<string> Names => [.. Methods.Select(method => method.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Export_NameAndWidths_AreCudas(string name)
    {
        MethodInfo method = Methods.Single(method => method.Name == name);

        Assert.Equal(name, method.GetCustomAttribute<UnmanagedCallersOnlyAttribute>()!.EntryPoint);
        Assert.Contains(name, AbiFacts.Cuda.Exports);
        string[]? expected = AbiFacts.Cuda.Parameters(name);
        Assert.NotNull(expected);
        // A C enumeration is 32 bits wide, whatever its sign.
        Assert.Equal(expected.Select(Unsigned), method.GetParameters().Select(parameter => Unsigned(Width(parameter.ParameterType))));
        Assert.Equal(typeof(CUresult), method.ReturnType);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EntryPoints_EveryExport_WithItsAddressAndVersion(string name)
    {
        EntryPoint entry = Assert.Single(DriverExports.EntryPoints, entry => entry.Name == name);

        Assert.Equal(Methods.Single(method => method.Name == name).MethodHandle.GetFunctionPointer(), entry.Address);
        int form = name == entry.BaseName ? 1 : name[^1] - '0';
        Assert.Equal(AbiFacts.Cuda.Since(entry.BaseName)[form - 1], entry.Since);
    }

    [Fact]
    public void EntryPoints_Names_AreExportsInOrder() =>
        Assert.Equal(
            Methods.Select(method => method.Name).Order(StringComparer.Ordinal), DriverExports.EntryPoints.Select(entry => entry.Name));

    [Theory]
    [InlineData(typeof(CUlaunchConfig), "CUlaunchConfig")]
    [InlineData(typeof(CUlaunchAttribute), "CUlaunchAttribute")]
    [InlineData(typeof(CUgraphExecUpdateResultInfo), "CUgraphExecUpdateResultInfo_v1")]
    [InlineData(typeof(CUDA_KERNEL_NODE_PARAMS), "CUDA_KERNEL_NODE_PARAMS_v2")]
    [InlineData(typeof(CUDA_GRAPH_INSTANTIATE_PARAMS), "CUDA_GRAPH_INSTANTIATE_PARAMS")]
    [InlineData(typeof(CUctxCreateParams), "CUctxCreateParams")]
    public void Struct_SizeAndOffsets_AreCudas(Type type, string name)
    {
        (int bytes, Dictionary<string, (int Offset, int Bytes)> fields) = AbiFacts.Cuda.Struct(name);

        Assert.Equal(bytes, Marshal.SizeOf(type));
        foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public))
            Assert.Equal(fields[field.Name].Offset, field.GetCustomAttribute<FieldOffsetAttribute>()!.Value);
    }

    [Theory]
    [InlineData(typeof(CUresult))]
    [InlineData(typeof(CUdevice_attribute))]
    [InlineData(typeof(CUfunction_attribute))]
    [InlineData(typeof(CUpointer_attribute))]
    [InlineData(typeof(CUlimit))]
    [InlineData(typeof(CUjit_option))]
    [InlineData(typeof(CUgraphNodeType))]
    [InlineData(typeof(CUgraphExecUpdateResult))]
    [InlineData(typeof(CUlaunchAttributeID))]
    [InlineData(typeof(CUdriverProcAddressQueryResult))]
    public void Enumeration_Values_AreCudas(Type type)
    {
        Dictionary<string, long> constants = AbiFacts.Cuda.Constants(type.Name);

        foreach (string name in Enum.GetNames(type))
            Assert.Equal(constants[name], Convert.ToInt64(Enum.Parse(type, name)));
    }

    private static string Width(Type type) => type switch
    {
        { IsPointer: true } or { IsFunctionPointer: true } => "pointer",
        { IsEnum: true } => Width(type.GetEnumUnderlyingType()),
        _ when type == typeof(nint) => "pointer",
        _ when type == typeof(int) => "i32",
        _ when type == typeof(uint) => "u32",
        _ when type == typeof(ulong) || type == typeof(nuint) => "u64",
        _ when type == typeof(ushort) => "u16",
        _ when type == typeof(byte) => "u8",
        _ => type.Name,
    };

    private static string Unsigned(string width) => width[0] == 'i' ? $"u{width[1..]}" : width;
}

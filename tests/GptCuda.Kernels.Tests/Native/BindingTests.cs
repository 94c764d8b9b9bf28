using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GptCuda.Kernels.Native;
using GptCuda.Kernels.Native.Blas;
using GptCuda.Kernels.Native.Driver;
using GptCuda.Kernels.Native.Nvrtc;

namespace GptCuda.Kernels.Tests.Native;

/// <summary>Every binding, struct and constant against CUDA's own headers.</summary>
public sealed class BindingTests
{
    private static readonly (Type Library, AbiFacts Facts)[] Libraries =
        [(typeof(LibCuda), AbiFacts.Cuda), (typeof(LibNvrtc), AbiFacts.Nvrtc), (typeof(LibCublas), AbiFacts.Cublas)];

    public static TheoryData<string, string> Bindings()
    {
        var bindings = new TheoryData<string, string>();
        foreach ((Type library, _) in Libraries)
        {
            foreach (FieldInfo field in FunctionPointers(library)) bindings.Add(library.Name, field.Name);
        }
        return bindings;
    }

    public static TheoryData<string> NativeTypes(bool enums) => new(typeof(LibCuda).Assembly.GetTypes()
        .Where(type => type.Namespace?.StartsWith("GptCuda.Kernels.Native.", StringComparison.Ordinal) == true)
        .Where(type => enums ? type.IsEnum : type.IsExplicitLayout)
        .Select(type => type.Name)
        // library_types.h, which declares it, is not among the headers that the tables were read from.
        .Where(name => name != nameof(libraryPropertyType)));

    [Theory]
    [MemberData(nameof(Bindings))]
    public void Binding_AgainstHeader_HasItsParameters(string library, string function)
    {
        (Type type, AbiFacts facts) = Libraries.Single(entry => entry.Library.Name == library);
        Type signature = FunctionPointers(type).Single(field => field.Name == function).FieldType;

        Assert.True(facts.Exports(function), $"{function} is not exported.");
        string[]? expected = facts.Parameters(function);
        Assert.True(expected is not null, $"{function} has no entry.");
        Type[] parameters = signature.GetFunctionPointerParameterTypes();
        Assert.Equal(expected.Length, parameters.Length);
        for (int i = 0; i < parameters.Length; i++)
            Assert.True(Passes(parameters[i], expected[i]), $"{function}, parameter {i}: {parameters[i]} for {expected[i]}.");

        Type result = signature.GetFunctionPointerReturnType();
        Assert.True(result == typeof(byte*) || SizeOf(result) == 4, $"{function} returns {result}.");
    }

    [Fact]
    public void LibCuda_RequiredVersions_AreThoseOfTheHeader()
    {
        Dictionary<string, int> required = Requested(typeof(LibCuda));

        Assert.Equal(FunctionPointers(typeof(LibCuda)).Select(field => field.Name).Order(), required.Keys.Order());
        Assert.All(required, binding => Assert.Equal(AbiFacts.Cuda.Since(binding.Key), binding.Value));
        Assert.Equal(LibCuda.OldestVersion, required.Values.Max());
    }

    [Fact]
    public void Readme_ListOfExports_IsTheBindings()
    {
        string readme = File.ReadAllText(Path.Combine(GptCuda.Tests.Repository.Root, "src", "GptCuda.Kernels", "Native", "README.md"));
        IEnumerable<string> listed = readme.Split('\n').Where(line => line.StartsWith("- ", StringComparison.Ordinal))
            .SelectMany(line => line[(line.IndexOf(':') < 0 ? 2 : line.IndexOf(':') + 1)..].Split(',', StringSplitOptions.TrimEntries));

        Assert.Equal(Libraries.SelectMany(entry => FunctionPointers(entry.Library)).Select(field => field.Name).Order(), listed.Order());
    }

    [Theory]
    [MemberData(nameof(NativeTypes), false)]
    public void Struct_AgainstHeader_HasItsSizeAndOffsets(string name)
    {
        Type type = NativeType(name);
        (int bytes, Dictionary<string, (int Offset, int Bytes)> fields) = AbiFacts.Cuda.Struct(name)
            ?? throw new InvalidOperationException($"{name} has no entry.");

        Assert.Equal(bytes, SizeOf(type));
        foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            Assert.True(fields.TryGetValue(field.Name, out (int Offset, int Bytes) expected), $"{name}.{field.Name} has no entry.");
            Assert.Equal(expected.Offset, field.GetCustomAttribute<FieldOffsetAttribute>()!.Value);
            Assert.Equal(expected.Bytes, SizeOf(field.FieldType));
        }
    }

    [Theory]
    [MemberData(nameof(NativeTypes), true)]
    public void Enum_AgainstHeader_HasItsValues(string name)
    {
        Dictionary<string, long>? expected = Libraries.Select(
            entry => entry.Facts.Constants(name)).FirstOrDefault(constants => constants is not null);
        Assert.True(expected is not null, $"{name} has no entry.");
        Type type = NativeType(name);

        Assert.Equal(4, SizeOf(type));
        Assert.All(Enum.GetNames(type), constant => Assert.Equal(expected[constant], Convert.ToInt64(Enum.Parse(type, constant))));
    }

    [Theory]
    [InlineData("cuLaunchKernelEx", "CUDA 11.6")]
    [InlineData("cuMemAlloc_v2", "CUDA 3.2")]
    public void LibCuda_MissingSymbol_NamesLibrarySymbolAndVersion(string missing, string version)
    {
        var functions = Requested(typeof(LibCuda)).Keys.Where(name => name != missing).ToDictionary(name => name, _ => (nint)1);

        var exception = Assert.Throws<MissingSymbolException>(() => new LibCuda(SymbolTable.FromFunctions("libcuda.so.1", functions)));

        Assert.Equal(missing, exception.Symbol);
        Assert.Contains("libcuda.so.1", exception.Message);
        Assert.Contains(missing, exception.Message);
        Assert.Contains(version, exception.Message);
    }

    [Fact]
    public void Libraries_TwoTables_KeepTheirOwnAddresses()
    {
        unsafe
        {
            LibCuda first = new(Constant(1)), second = new(Constant(2));
            Assert.Equal(1, (nint)first.cuInit);
            Assert.Equal(2, (nint)second.cuInit);
        }

        static SymbolTable Constant(nint address) =>
            SymbolTable.FromFunctions("test", FunctionPointers(typeof(LibCuda)).Select(field => KeyValuePair.Create(field.Name, address)));
    }

    /// <summary>The symbols that a table asks for with their versions, found by refusing one more each time.</summary>
    private static Dictionary<string, int> Requested(Type library)
    {
        var requested = new Dictionary<string, int>();
        while (true)
        {
            try
            {
                var symbols = SymbolTable.FromFunctions("test", requested.Select(entry => KeyValuePair.Create(entry.Key, (nint)1)));
                Activator.CreateInstance(library, BindingFlags.Instance | BindingFlags.NonPublic, null, [symbols], null);
                return requested;
            }
            catch (TargetInvocationException exception) when (exception.InnerException is MissingSymbolException missing)
            {
                requested.Add(missing.Symbol, missing.Since);
            }
        }
    }

    private static IEnumerable<FieldInfo> FunctionPointers(Type library) =>
        library.GetFields(
            BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).Where(field => field.FieldType.IsFunctionPointer);

    private static Type NativeType(string name) => typeof(LibCuda).Assembly.GetTypes().Single(type => type.Name == name);

    private static bool Passes(Type type, string how)
    {
        int bits = SizeOf(type) * 8;
        // Handles are structs of one field, passed as that field is.
        if (!type.IsPrimitive && !type.IsEnum && !type.IsPointer)
            type = type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic).Single().FieldType;
        if (how == "pointer") return type.IsPointer || type == typeof(nint);
        if (type.IsPointer || type == typeof(nint)) return false;
        if (type.IsEnum) return how == "u32" && bits == 32;
        char kind = type == typeof(float) || type == typeof(double) ? 'f'
            : type == typeof(int) || type == typeof(long) || type == typeof(short) || type == typeof(sbyte) ? 'i' : 'u';
        return how == $"{kind}{bits}";
    }

    private static int SizeOf(Type type)
    {
        if (type.IsPointer) return nint.Size;
        if (type.IsEnum) type = Enum.GetUnderlyingType(type);
        return (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;
    }
}

using System.Reflection;
using System.Runtime.InteropServices;

namespace GptCuda.VirtualGpu.Tests.Exports;

/// <summary>The exported functions of a class.</summary>
internal static class ExportedMethods
{
    public static IEnumerable<MethodInfo> Of(Type type) =>
        type.GetMethods(BindingFlags.Static | BindingFlags.Public).Where(
            method => method.GetCustomAttribute<UnmanagedCallersOnlyAttribute>() is not null);

    /// <summary>Asserts that a function is exported under its name, and takes what CUDA's function of that name takes.</summary>
    public static void RequireFacts(Type type, string name, AbiFacts facts)
    {
        MethodInfo method = Of(type).Single(method => method.Name == name);
        Assert.Equal(name, method.GetCustomAttribute<UnmanagedCallersOnlyAttribute>()!.EntryPoint);
        Assert.Contains(name, facts.Exports);
        string[]? expected = facts.Parameters(name);
        Assert.NotNull(expected);
        // A C enumeration is 32 bits wide, whatever its sign.
        Assert.Equal(expected.Select(Unsigned), method.GetParameters().Select(parameter => Unsigned(Width(parameter.ParameterType))));
        Assert.Contains(Width(method.ReturnType), (string[])["u32", "i32", "pointer"]);
    }

    private static string Width(Type type) => type switch
    {
        { IsPointer: true } => "pointer",
        { IsEnum: true } => Width(type.GetEnumUnderlyingType()),
        _ when type == typeof(nint) => "pointer",
        _ when type == typeof(int) => "i32",
        _ when type == typeof(uint) => "u32",
        _ when type == typeof(long) => "i64",
        _ when type == typeof(nuint) => "u64",
        _ => type.Name,
    };

    private static string Unsigned(string width) => width[0] == 'i' ? $"u{width[1..]}" : width;
}

using System.Reflection;

namespace GptCuda.Tests;

/// <summary>Paths in the repository that tests read from; the root is written into each test assembly when it is built.</summary>
internal static class Repository
{
    /// <summary>The folder that holds GptCuda.sln.</summary>
    public static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>A path below tests/data.</summary>
    public static string TestData(params ReadOnlySpan<string> parts) => Path.Combine([Root, "tests", "data", .. parts]);

    /// <summary>The shipped model's folder.</summary>
    public static string TinyModel => Path.Combine(Root, "models", "tiny");
}

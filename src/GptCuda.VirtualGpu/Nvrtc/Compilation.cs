using System.Text;
using System.Text.RegularExpressions;

namespace GptCuda.VirtualGpu.Nvrtc;

/// <summary>From a request to PTX: by clang, or from a folder of supplied PTX.</summary>
internal static partial class Compilation
{
    private const string ExpressionName = "__gptcuda_name_expression_";

    /// <summary>What NVRTC has built in, in the order in which it is included before every program.</summary>
    private static readonly string[] BuiltinNames = ["types.cuh", "warp.cuh", "memory.cuh", "arithmetic.cuh"];

    private static readonly Lazy<string[]> BuiltinTexts = new(() => [.. BuiltinNames.Select(ReadBuiltin)]);

    /// <summary>What a compilation gives.</summary>
    /// <param name="Ptx">The text.</param>
    /// <param name="Log">Warnings.</param>
    /// <param name="LoweredNames">Mangled names by expression.</param>
    internal sealed record Result(string Ptx, string Log, IReadOnlyDictionary<string, string> LoweredNames);

    /// <summary>Compiles. Safe to call from several threads and processes at once.</summary>
    /// <exception cref="NvrtcException">
    /// An option is unknown, the text does not compile, or there is no compiler; the message is the log.
    /// </exception>
    public static Result Run(CompileRequest request)
    {
        CompileOptions options = OptionReader.Read(request.Options);
        string? record = Folder(SuppliedPtx.RecordVariable), supply = Folder(SuppliedPtx.SupplyVariable);
        if (record is not null)
            SuppliedPtx.Record(record, request);
        (string ptx, string log) = supply is not null ? (SuppliedPtx.Take(supply, request), "") : Compile(request, options);
        if (record is not null && supply is null)
            SuppliedPtx.RecordAnswer(record, request, ptx);
        (string stripped, Dictionary<string, string> names) = TakeNames(ptx, request.Expressions);
        return new Result(stripped, log, names);
    }

    private static string? Folder(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } folder ? Path.GetFullPath(folder) : null;

    private static (string Ptx, string Log) Compile(CompileRequest request, CompileOptions options)
    {
        if (Clang.Find(options.Capability) is not { } clang)
            throw new NvrtcException(
                nvrtcResult.NVRTC_ERROR_BUILTIN_OPERATION_FAILURE, $"{request.Name}: {Clang.Advice(options.Capability)}");
        using WorkFolder folder = new();
        // Each in a folder of its own: nothing but the headers can be included.
        string program = folder.Write(Path.Combine("source", "program.cu"), Program(request, options));
        string ptx = Path.Combine(folder.Root, "program.ptx");
        string headers = Path.Combine(folder.Root, "headers");
        Directory.CreateDirectory(headers);
        foreach ((string name, string text) in request.Headers)
            folder.Write(Path.Combine("headers", name), Named(name, text));
        IReadOnlyList<string> arguments =
        [
            "-I", headers,
            .. options.ClangArguments(Clang.PtxFeature(options.Capability)),
            .. BuiltinNames.Zip(
                BuiltinTexts.Value,
                (name, text) => folder.Write(Path.Combine("builtin", name), text)).SelectMany(path => new[] { "-include", path }),
            .. options.PreIncludes.SelectMany(name => new[] { "-include", name }),
            "-S", program, "-o", ptx,
        ];
        ChildProcess.Outcome outcome = ChildProcess.Run(clang.Path, arguments, headers, Path.Combine(folder.Root, "log"));
        if (outcome.ExitCode != 0 || !File.Exists(ptx))
            throw new NvrtcException(nvrtcResult.NVRTC_ERROR_COMPILATION,
                outcome.Output.Length > 0
                    ? outcome.Output.TrimEnd('\n')
                    : $"{clang.Path} ended with exit code {outcome.ExitCode} and no word.");
        return (FilePrefix().Replace(File.ReadAllText(ptx), "$1"), outcome.Output);
    }

    /// <summary>The program's text under the user's name for it; the names that are asked for are taken at its end.</summary>
    private static string Program(CompileRequest request, CompileOptions options)
    {
        StringBuilder text = new();
        if (options.DeviceByDefault)
            text.Append("#pragma clang force_cuda_host_device begin\n");
        text.Append(Named(request.Name, request.Source)).Append('\n');
        for (int i = 0; i < request.Expressions.Count; i++)
        {
            string expression = request.Expressions[i], address = expression.StartsWith('&') ? expression : "&" + expression;
            text.Append(
                $"#line 1 \"name expression\"\nextern \"C\" __device__ __attribute__((used)) const void* {ExpressionName}{i} "
                + $"= (const void*)({address});\n");
        }
        if (options.DeviceByDefault)
            text.Append("#pragma clang force_cuda_host_device end\n");
        return text.ToString();
    }

    private static string Named(string name, string text) =>
        $"#line 1 \"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"\n{text}";

    /// <summary>Reads the mangled names off the variables that were initialised with them, and takes those out.</summary>
    private static (string Ptx, Dictionary<string, string> Names) TakeNames(string ptx, IReadOnlyList<string> expressions)
    {
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        if (expressions.Count == 0)
            return (ptx, names);
        foreach (Match match in ExpressionLine().Matches(ptx))
            names[expressions[int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture)]] =
                match.Groups[2].Value;
        return (ForwardDeclaration().Replace(ExpressionLine().Replace(ptx, ""), ""), names);
    }

    private static string ReadBuiltin(string name)
    {
        using Stream resource = typeof(Compilation).Assembly.GetManifestResourceStream($"builtin/{name}")
            ?? throw new InvalidOperationException($"builtin/{name} is not in the assembly.");
        using StreamReader reader = new(resource);
        return $"#line 1 \"the compiler's own {name}\"\n" + reader.ReadToEnd();
    }

    // clang puts "./" before a relative name.
    [GeneratedRegex(@"^(\s*\.file\s+\d+ "")\./", RegexOptions.Multiline)]
    private static partial Regex FilePrefix();

    // The variables made them necessary.
    [GeneratedRegex(@"^\.visible \.entry [\w$]+\s*\([^)]*\)\s*;\r?\n", RegexOptions.Multiline)]
    private static partial Regex ForwardDeclaration();

    [GeneratedRegex(@"^.*\b" + ExpressionName + @"(\d+) = (?:generic\()?([\w$]+)\)?;\r?\n?", RegexOptions.Multiline)]
    private static partial Regex ExpressionLine();
}

using System.Text;

namespace GptCuda.VirtualGpu.Tests.Execution;

/// <summary>
/// Writes random C functions without undefined behaviour: integers of all widths, floats, doubles, branches, loops, switches, local
/// arrays and calls. The same text compiles for the device and for the host.
/// </summary>
internal sealed class RandomProgram(int seed)
{
    private static readonly string[] Integers = ["u32", "i32", "u64", "i64", "u16", "i16", "u8", "i8"];
    private static readonly string[] Types = [.. Integers, "f32", "f64"];

    private readonly Random _random = new(seed);
    private readonly StringBuilder _text = new();
    private readonly List<(string Type, string Name)> _variables = [];
    private int _names;

    /// <summary>What both compilers need before the functions.</summary>
    public const string Prelude = """
        #ifdef __CUDA__
        #define FN static __device__
        #define SQRTF __nvvm_sqrt_rn_f
        #define SQRT __nvvm_sqrt_rn_d
        #define FMAF __nvvm_fma_rn_f
        #define FMA __nvvm_fma_rn_d
        #else
        #define FN static
        #define SQRTF __builtin_sqrtf
        #define SQRT __builtin_sqrt
        #define FMAF __builtin_fmaf
        #define FMA __builtin_fma
        #endif
        typedef unsigned char u8; typedef unsigned short u16; typedef unsigned u32; typedef unsigned long long u64;
        typedef signed char i8; typedef short i16; typedef int i32; typedef long long i64; typedef float f32; typedef double f64;
        // A NaN's sign and payload are the machine's own affair.
        FN u64 bits_f32(f32 x) { return x != x ? 1 : __builtin_bit_cast(u32, x); }
        FN u64 bits_f64(f64 x) { return x != x ? 1 : __builtin_bit_cast(u64, x); }
        FN f32 f32_of(u64 x) { return (f32)(i32)(u32)x * 0.0009765625f; }
        FN f64 f64_of(u64 x) { return (f64)(i64)x * 0.00000095367431640625; }
        FN i64 i64_of(f64 x) { return x > -9e18 && x < 9e18 ? (i64)x : 7; }
        FN i32 i32_of(f32 x) { return x > -2e9f && x < 2e9f ? (i32)x : 5; }
        __attribute__((noinline)) FN u64 mix(u64 a, u32 b) { for (u32 i = 0; i < (b & 3); ++i) a = a * 6364136223846793005ull + (a >> 29) + b; return a; }

        """;

    /// <summary>A function u64 name(u64 a, u64 b, u64 c).</summary>
    public string Function(string name)
    {
        _text.Clear();
        _variables.Clear();
        _names = 0;
        _text.Append($"FN u64 {name}(u64 a, u64 b, u64 c) {{\n");
        _variables.AddRange([("u64", "a"), ("u64", "b"), ("u64", "c")]);
        _text.Append("u32 table[8]; for (int i = 0; i < 8; ++i) table[i] = (u32)(a >> i) ^ (u32)i;\n");
        int statements = _random.Next(3, 8);
        for (int i = 0; i < statements; i++)
            Statement(0);
        string sum = string.Join(" ^ ", _variables.Select((variable, i) => $"({AsBits(variable.Type, variable.Name)} * {2 * i + 1}ull)"));
        _text.Append($"return {sum} ^ table[b & 7];\n}}\n");
        return _text.ToString();
    }

    private void Statement(int depth)
    {
        int visible = _variables.Count;
        switch (depth < 2 ? _random.Next(10) : 0)
        {
            case 4:
                _text.Append($"if ({Condition(2)}) {{\n");
                Block(depth + 1, visible);
                if (_random.Next(2) == 0)
                {
                    _text.Append("} else {\n");
                    Block(depth + 1, visible);
                }
                _text.Append("}\n");
                break;
            case 5:
                string i = NewName();
                _text.Append($"for (u32 {i} = 0; {i} < ((u32)({Expression("u32", 1)}) & {(_random.Next(2) == 0 ? 7 : 3)}u); ++{i}) {{\n");
                _variables.Add(("u32", i));
                // A loop's variable is read, never written.
                int readOnly = _variables.Count;
                Block(depth + 1, readOnly, i);
                if (_random.Next(3) == 0)
                    _text.Append($"if ({Condition(1)}) {(_random.Next(2) == 0 ? "break" : "continue")};\n");
                _text.Append("}\n");
                _variables.RemoveRange(visible, _variables.Count - visible);
                break;
            case 6:
                _text.Append($"switch ((u32)({Expression("u32", 1)}) & 7) {{\n");
                for (int label = 0; label < 6; label++)
                {
                    _text.Append($"case {label}: {{\n");
                    Block(depth + 1, visible);
                    _text.Append(_random.Next(4) == 0 ? "}\n" : "} break;\n");
                }
                _text.Append("default: break;\n}\n");
                break;
            case 7:
                _text.Append($"table[(u32)({Expression("u32", 1)}) & 7] += {Expression("u32", 2)};\n");
                break;
            case 8:
                Assign($"mix({Expression("u64", 1)}, {Expression("u32", 1)})", "u64");
                break;
            default:
                string type = Pick(Types);
                if (_random.Next(2) == 0
                    && _variables.Skip(3).Where(variable => variable.Name[0] == 'v').ToArray() is { Length: > 0 } known)
                {
                    (string knownType, string name) = known[_random.Next(known.Length)];
                    _text.Append($"{name} = {Expression(knownType, 2)};\n");
                }
                else
                {
                    Assign(Expression(type, 2), type);
                }
                break;
        }
    }

    private void Assign(string expression, string type)
    {
        string name = "v" + _names++;
        _text.Append($"{type} {name} = {expression};\n");
        _variables.Add((type, name));
    }

    private void Block(int depth, int visible, string? loopVariable = null)
    {
        int statements = _random.Next(1, 3);
        for (int i = 0; i < statements; i++)
            Statement(depth);
        if (loopVariable is null)
            visible = Math.Min(visible, _variables.Count);
        _variables.RemoveRange(visible, _variables.Count - visible);
    }

    private string NewName() => "n" + _names++;

    private string Condition(int depth) => _random.Next(4) switch
    {
        0 => $"({Expression("f32", depth)}) {Pick("<", ">", "<=", ">=", "==", "!=")} ({Expression("f32", depth)})",
        1 => $"({Condition1(depth)}) {Pick("&&", "||")} ({Condition1(depth)})",
        _ => Condition1(depth),
    };

    private string Condition1(int depth)
    {
        string type = Pick(Integers);
        return $"({type})({Expression(type, depth)}) {Pick("<", ">", "<=", ">=", "==", "!=")} ({type})({Expression(type, depth)})";
    }

    private string Expression(string type, int depth)
    {
        if (depth == 0 || _random.Next(6) == 0)
            return Leaf(type);
        string Inner(string of) => $"({Expression(of, depth - 1)})";
        if (type is "f32" or "f64")
        {
            string root = type == "f32" ? "SQRTF" : "SQRT", fused = type == "f32" ? "FMAF" : "FMA";
            return _random.Next(9) switch
            {
                0 => $"{root}({Inner(type)})",
                1 => $"{fused}({Inner(type)}, {Inner(type)}, {Inner(type)})",
                2 => $"({type})({Inner(Pick(Integers))})",
                3 => $"({type})({Inner(type == "f32" ? "f64" : "f32")})",
                4 => $"({Condition1(1)} ? {Inner(type)} : {Inner(type)})",
                5 => $"({Inner(type)} / {Inner(type)})",
                _ => $"({Inner(type)} {Pick("+", "-", "*")} {Inner(type)})",
            };
        }
        int bits = type is "u8" or "i8" ? 8 : type is "u16" or "i16" ? 16 : type[1..] == "32" ? 32 : 64;
        string result = _random.Next(14) switch
        {
            0 => $"{Inner(type)} << ({Inner("u32")} & {bits - 1})",
            1 => $"{Inner(type)} >> ({Inner("u32")} & {bits - 1})",
            // Divisors are odd, and never -1.
            2 => $"{Inner(type)} / ({type})(({type})({Inner(type)} & 63) | 1)",
            3 => $"{Inner(type)} % ({type})(({type})({Inner(type)} & 63) | 1)",
            4 => $"{Condition1(1)} ? {Inner(type)} : {Inner(type)}",
            5 => $"~{Inner(type)}",
            6 => $"-{Inner(type)}",
            7 => $"__builtin_popcountll({Inner("u64")})",
            8 => $"__builtin_clz({Inner("u32")} | 1)",
            9 => _random.Next(2) == 0 ? $"i64_of({Inner("f64")})" : $"i32_of({Inner("f32")})",
            10 => $"{Inner(Pick(Integers))}",
            _ => $"{Inner(type)} {Pick("+", "-", "*", "&", "|", "^")} {Inner(type)}",
        };
        return $"({type})({result})";
    }

    private string Leaf(string type)
    {
        if (_random.Next(4) == 0)
        {
            return type switch
            {
                "f32" => $"{_random.Next(-100, 100)}.{_random.Next(1000)}f",
                "f64" => $"{_random.Next(-100, 100)}.{_random.Next(1000)}",
                _ => $"({type}){_random.NextInt64(long.MaxValue) >> _random.Next(62)}ll",
            };
        }
        if (_random.Next(8) == 0 && type is not ("f32" or "f64"))
            return $"({type})table[(u32)c & 7]";
        (string of, string name) = _variables[_random.Next(_variables.Count)];
        if (type is "f32" or "f64")
            return of is "f32" or "f64" ? $"({type}){name}" : $"{type}_of({name})";
        return of switch
        {
            "f32" => $"({type})i32_of({name})",
            "f64" => $"({type})i64_of({name})",
            _ => $"({type}){name}",
        };
    }

    private static string AsBits(string type, string name) => type is "f32" or "f64" ? $"bits_{type}({name})" : $"(u64){name}";

    private string Pick(params ReadOnlySpan<string> choices) => choices[_random.Next(choices.Length)];
}

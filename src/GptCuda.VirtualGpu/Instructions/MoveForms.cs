using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GptCuda.VirtualGpu.Counting;
using GptCuda.VirtualGpu.Execution;
using GptCuda.VirtualGpu.Ptx;

namespace GptCuda.VirtualGpu.Instructions;

/// <summary>mov in all its forms, cvta, isspacep, mapping of one warp's values to vectors and back.</summary>
internal static unsafe class MoveForms
{
    private const InstructionClass Integer = InstructionClass.Integer;

    /// <summary>Adds the family's rows.</summary>
    public static void AddTo(InstructionTable table)
    {
        table.Add("mov", "pred", "=p p", &LogicOperations.MovePredicate, Integer);
        table.Add("mov", "b16|u16|s16|f16|bf16", "=2 2", &VectorLoop.Unary<ushort, Copy<ushort>>, Integer);
        table.Add("mov", "b32|u32|s32|f32", "=* *", Integer, (instruction, _) => BindMove(instruction, 4));
        table.Add("mov", "b64|u64|s64|f64", "=* *", Integer, (instruction, _) => BindMove(instruction, 8));

        AddAddressConversion(table, "u64", "=8 8");
        AddAddressConversion(table, "u32", "=4 4");
        table.Add("isspacep", "global|const|shared|shared::cta|local|param|param::entry", "=p 8", Integer, (instruction, slots) =>
        {
            instruction.Handler = &AddressConversion.IsInSpace;
            instruction.Detail.Space = MemoryForms.Space(slots[0]) ?? default;
            return null;
        });
    }

    private static void AddAddressConversion(InstructionTable table, string width, string operands)
    {
        const string spaces = "global|const|shared|shared::cta|local|param|param::entry";
        table.Add("cvta", $"{spaces} {width}", operands, Integer, (instruction, slots) =>
        {
            instruction.Detail.Space = MemoryForms.Space(slots[0]) ?? default;
            instruction.Handler = &AddressConversion.ToGeneric;
            return width == "u64" ? null : "generic addresses have 64 bits";
        });
        table.Add("cvta", $"to {spaces} {width}", operands, Integer, (instruction, slots) =>
        {
            instruction.Detail.Space = MemoryForms.Space(slots[1]) ?? default;
            instruction.Handler = &AddressConversion.FromGeneric;
            return width == "u64" ? null : "generic addresses have 64 bits";
        });
    }

    /// <summary>A plain move, {a, b} into one register, or one register into {a, b}.</summary>
    private static string? BindMove(LoweredInstruction instruction, int bytes)
    {
        List<LoweredOperand> operands = instruction.Operands;
        int results = operands.Count(operand => operand.IsResult), sources = operands.Count - results;
        if (results == 1 && operands[0].Bytes != bytes && sources == 1)
            return $"the register has {operands[0].Bytes * 8} bits";
        // What is thrown away is as wide as its neighbours.
        IReadOnlyList<PtxOperand> written = instruction.Statement.Operands[0].Elements;
        for (int i = 0; i < results && results > 1; i++)
        {
            if (written[i].Kind == PtxOperandKind.Sink)
                operands[i] = operands[i] with { Bytes = bytes / results };
        }
        for (int i = results; i < operands.Count; i++)
        {
            if (operands[i].Kind != LoweredOperandKind.Register)
                operands[i] = operands[i] with { Bytes = bytes / sources };
        }
        if (operands.Any(operand => operand.Bytes != bytes / (operand.IsResult ? results : sources)))
            return "the registers' widths do not add up";
        instruction.Handler = (results, sources, bytes) switch
        {
            (1, 1, 4) => &VectorLoop.Unary<uint, Copy<uint>>,
            (1, 1, 8) => &VectorLoop.Unary<ulong, Copy<ulong>>,
            (1, 2, 4) => &Pack<ushort, uint>,
            (1, 2, 8) => &Pack<uint, ulong>,
            (1, 4, 8) => &Pack<ushort, ulong>,
            (2, 1, 4) => &Unpack<ushort, uint>,
            (2, 1, 8) => &Unpack<uint, ulong>,
            (4, 1, 8) => &Unpack<ushort, ulong>,
            _ => null,
        };
        instruction.Detail.Elements = Math.Max(results, sources);
        return instruction.Handler is null ? "no such combination of vectors" : null;
    }

    internal struct Copy<T> : IVectorUnary<T>
        where T : unmanaged
    {
        public static Vector256<T> Invoke(Vector256<T> a) => a;
    }

    private static void Pack<TPart, TWhole>(Warp warp, Instruction* instruction)
        where TPart : unmanaged
        where TWhole : unmanaged
    {
        byte* registers = warp.Registers;
        // Little-endian: the first part is the lowest.
        byte* whole = instruction->D.In(registers);
        int parts = instruction->Detail->Elements;
        TWhole* scratch = stackalloc TWhole[Warp.Lanes];
        for (int part = 0; part < parts; part++)
        {
            TPart* source = (TPart*)instruction->All[1 + part].In(registers);
            for (int lane = 0; lane < Warp.Lanes; lane++)
                ((TPart*)scratch)[lane * parts + part] = source[lane];
        }
        uint mask = warp.Mask;
        for (int lane = 0; lane < Warp.Lanes; lane++)
        {
            if ((mask >> lane & 1) != 0)
                ((TWhole*)whole)[lane] = scratch[lane];
        }
    }

    private static void Unpack<TPart, TWhole>(Warp warp, Instruction* instruction)
        where TPart : unmanaged
        where TWhole : unmanaged
    {
        byte* registers = warp.Registers;
        int parts = instruction->Detail->Elements;
        TWhole* scratch = stackalloc TWhole[Warp.Lanes];
        // A copy: a result may share its place with the source.
        Unsafe.CopyBlock(scratch, instruction->All[parts].In(registers), (uint)(Warp.Lanes * sizeof(TWhole)));
        uint mask = warp.Mask;
        for (int part = 0; part < parts; part++)
        {
            TPart* d = (TPart*)instruction->All[part].In(registers);
            for (int lane = 0; lane < Warp.Lanes; lane++)
            {
                if ((mask >> lane & 1) != 0)
                    d[lane] = ((TPart*)scratch)[lane * parts + part];
            }
        }
    }
}

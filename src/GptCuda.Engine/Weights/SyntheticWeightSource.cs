using System.Globalization;
using System.Numerics;
using System.Text;

namespace GptCuda.Engine.Weights;

/// <summary>
/// A model of a released size whose weights come from a formula, so that full-size models can be run and compared without files.
/// Every value is exact in f32, bf16 and f16.
/// </summary>
/// <remarks>
/// Of a tensor named n, element i in row-major order: h = FNV-1a 64 of the name, z = splitmix64((h xor seed) + i * golden),
/// k = (z >> 55) - 256. Weights of a LayerNorm are 1 + (k >> 4) / 128, all else k / 256 times 2^-5 for wpe, 2^-3 for wte, 2^-4 for the
/// rest. The formula is that of tests/data/README.md. Reading is thread-safe.
/// </remarks>
public sealed class SyntheticWeightSource : IWeightSource
{
    /// <summary>What a location of this kind begins with.</summary>
    public const string Scheme = "synthetic:";

    /// <summary>The seed where none is given; the expected results in tests/data/synthetic are for this one.</summary>
    public const ulong DefaultSeed = 7;

    /// <summary>2^64 divided by the golden ratio: the step of splitmix64.</summary>
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private readonly Dictionary<string, WeightTensor> _tensors;
    private readonly ulong _seed;

    /// <param name="size">124M, 355M, 774M or 1558M.</param>
    /// <param name="seed">Picks one of many models.</param>
    /// <exception cref="ArgumentException">There is no such size.</exception>
    public SyntheticWeightSource(string size, ulong seed = DefaultSeed)
    {
        Configuration = ReleasedSizes.Find(size)
            ?? throw new ArgumentException($"{Scheme}{size}: expected a size of {string.Join(", ", ReleasedSizes.Names)}");
        Location = $"{Scheme}{size}:{seed}";
        Tensors = [.. WeightCatalog.Tensors(Configuration).Select(tensor => new WeightTensor(tensor.Name, ElementType.F32, tensor.Shape))];
        _tensors = Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        _seed = seed;
    }

    /// <inheritdoc/>
    public GptConfiguration Configuration { get; }

    /// <inheritdoc/>
    public string Location { get; }

    /// <inheritdoc/>
    public IReadOnlyList<WeightTensor> Tensors { get; }

    /// <summary>Reads <c>synthetic:SIZE</c> or <c>synthetic:SIZE:SEED</c>.</summary>
    /// <exception cref="ArgumentException">The text is not of that form.</exception>
    public static SyntheticWeightSource Parse(string location)
    {
        string[] parts = location.Split(':');
        if (parts is [_, string size])
            return new(size);
        if (parts is [_, string sizeOfSeed, string seed]
            && ulong.TryParse(seed, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value))
            return new(sizeOfSeed, value);
        throw new ArgumentException($"{location}: expected {Scheme}SIZE or {Scheme}SIZE:SEED with a seed from 0 to {ulong.MaxValue}");
    }

    /// <inheritdoc/>
    public void Read(string name, long first, Span<float> destination)
    {
        WeightTensor tensor = Find(name);
        tensor.CheckRange(first, destination.Length);
        ulong state = (Hash(name) ^ _seed) + ((ulong)first + 1) * Golden;
        if (name.EndsWith(".weight", StringComparison.Ordinal) && name.Contains("ln_", StringComparison.Ordinal))
            Fill(state, shift: 4, scale: 1f / 128, offset: 1, destination);
        else
            Fill(state, shift: 0, Scale(name), offset: 0, destination);
    }

    /// <inheritdoc/>
    public unsafe bool TryMap(string name, out byte* bytes)
    {
        Find(name);
        bytes = null;
        return false;
    }

    /// <inheritdoc/>
    public void Release(string name, long first, long count) => Find(name).CheckRange(first, count);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private WeightTensor Find(string name) => _tensors.TryGetValue(name, out WeightTensor? tensor)
        ? tensor
        : throw new KeyNotFoundException($"{Location} has no tensor {name}");

    private static float Scale(string name) => name switch
    {
        WeightCatalog.PositionEmbedding => 1f / 256 / 32,
        WeightCatalog.TokenEmbedding => 1f / 256 / 8,
        _ => 1f / 256 / 16,
    };

    private static ulong Hash(string name)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte value in Encoding.UTF8.GetBytes(name))
            hash = (hash ^ value) * 0x100000001B3;
        return hash;
    }

    /// <summary>Writes (k >> shift) * scale + offset, where k of element i comes from state + i * golden.</summary>
    private static void Fill(ulong state, int shift, float scale, float offset, Span<float> destination)
    {
        int i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            int half = Vector<ulong>.Count;
            Vector<ulong> low = Vector.Create(state) + Vector<ulong>.Indices * Vector.Create(Golden);
            Vector<ulong> high = low + Vector.Create((ulong)half * Golden);
            Vector<ulong> step = Vector.Create(2 * (ulong)half * Golden);
            for (; i <= destination.Length - 2 * half; i += 2 * half)
            {
                Vector<int> k = Vector.Narrow(TopBits(low).As<ulong, long>(), TopBits(high).As<ulong, long>()) - Vector.Create(256);
                (Vector.ConvertToSingle(k >> shift) * scale + Vector.Create(offset)).CopyTo(destination[i..]);
                low += step;
                high += step;
            }
        }

        for (; i < destination.Length; i++)
        {
            int k = (int)TopBits(state + (ulong)i * Golden) - 256;
            destination[i] = (k >> shift) * scale + offset;
        }
    }

    /// <summary>The top nine bits of splitmix64; its last xor-shift, by 31, does not reach them.</summary>
    private static ulong TopBits(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        return ((z ^ (z >> 27)) * 0x94D049BB133111EB) >> 55;
    }

    private static Vector<ulong> TopBits(Vector<ulong> z)
    {
        z = (z ^ (z >> 30)) * Vector.Create(0xBF58476D1CE4E5B9);
        return ((z ^ (z >> 27)) * Vector.Create(0x94D049BB133111EB)) >> 55;
    }
}

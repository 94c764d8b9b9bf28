namespace GptCuda.Engine.Weights;

/// <summary>
/// The weights of one model, opened and checked: each tensor that the configuration calls for is there, with its name, type
/// and shape, before any arithmetic. Values are read on demand, so no more of a file is in memory than is being converted.
/// </summary>
/// <remarks>Reading is thread-safe; disposing while another thread reads is not.</remarks>
public interface IWeightSource : IDisposable
{
    /// <summary>The model's shape.</summary>
    GptConfiguration Configuration { get; }

    /// <summary>Where the weights came from, for messages: a directory, or <c>synthetic:124M:1</c>.</summary>
    string Location { get; }

    /// <summary>
    /// The tensors of the model in the order wte, wpe, blocks 0 to L - 1, ln_f, and lm_head only where it is not tied. Mask
    /// buffers and a tied copy of the embedding are left out.
    /// </summary>
    IReadOnlyList<WeightTensor> Tensors { get; }

    /// <summary>What the user should know though it is no error, a line each: tensors that were left unread, for example.</summary>
    IReadOnlyList<string> Notes => [];

    /// <summary>Reads elements <paramref name="first"/> up to <paramref name="first"/> + length of a tensor, row-major, as f32.</summary>
    /// <exception cref="KeyNotFoundException">The model has no tensor of that name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie inside the tensor.</exception>
    /// <exception cref="IOException">The file became unreadable or shorter since it was opened.</exception>
    /// <exception cref="InvalidDataException">The tensor's bytes do not have the checksum that the file gives for them.</exception>
    void Read(string name, long first, Span<float> destination);

    /// <summary>
    /// The tensor's bytes where a memory-mapped file holds them in row-major little-endian order, for use in place or for
    /// upload; false for a source that computes its values. The address is valid until the source is disposed, and need not be
    /// a multiple of the element's size.
    /// </summary>
    /// <exception cref="KeyNotFoundException">The model has no tensor of that name.</exception>
    /// <exception cref="IOException">The file became unreadable or shorter since it was opened.</exception>
    /// <exception cref="InvalidDataException">The tensor's bytes do not have the checksum that the file gives for them.</exception>
    unsafe bool TryMap(string name, out byte* bytes);

    /// <summary>Says that these elements will not be read again soon, so that their pages need not stay resident.</summary>
    /// <exception cref="KeyNotFoundException">The model has no tensor of that name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie inside the tensor.</exception>
    void Release(string name, long first, long count);
}

using GptCuda.Engine.Weights.HuggingFace;

namespace GptCuda.Engine.Tests.Weights;

public sealed class SafetensorsFileTests : IDisposable
{
    private const string A = """{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Open_HeaderOfOddLength_IsRead()
    {
        // As in the published gpt2, whose header has 14,283 bytes and leaves every tensor at an odd address.
        string header = $$"""{"a":{{A}}}""";
        Assert.NotEqual(0, header.Length % 4);
        using SafetensorsFile file = Open(header, 8);

        Assert.Equal((8 + header.Length, 8L), (file.Tensors["a"].Offset, file.Tensors["a"].ByteCount));
    }

    [Theory]
    [InlineData("[0]", 0)]
    [InlineData("[0, 9223372036854775807, 9223372036854775807]", 0)]
    [InlineData("[]", 4)]
    [InlineData("[1, 1, 1]", 4)]
    public void Open_EmptyAndScalarTensors_AreRead(string shape, int bytes)
    {
        using SafetensorsFile file = Open(
            $$$"""{"__metadata__":{"a":"b"},"a":{"dtype":"F32","shape":{{{shape}}},"data_offsets":[0,{{{bytes}}}]}}  """, bytes);
        Assert.Equal(bytes, file.Tensors["a"].ByteCount);
    }

    [Theory]
    [InlineData(
        """{"dtype":"F32","shape":[2],"data_offsets":[0,16]}""",
        "a: expected data_offsets in order within 8 bytes, found [0, 16] in file.safetensors")]
    [InlineData(
        """{"dtype":"F32","shape":[2],"data_offsets":[8,0]}""",
        "a: expected data_offsets in order within 8 bytes, found [8, 0] in file.safetensors")]
    [InlineData(
        """{"dtype":"F32","shape":[2],"data_offsets":[8]}""",
        "a: expected data_offsets in order within 8 bytes, found [8] in file.safetensors")]
    [InlineData(
        """{"dtype":"F32","shape":[2],"data_offsets":[0,4,8]}""",
        "file.safetensors: a: data_offsets: expected at most 2 numbers, found 8 at byte 52")]
    [InlineData(
        """{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}""",
        "file.safetensors: a: data_offsets: expected numbers of at least 0, found -8 at byte 48")]
    [InlineData(
        """{"dtype":"F32","shape":[1],"data_offsets":[2,6]}""",
        "a: expected data_offsets at a multiple of 4 for F32, found 2 in file.safetensors")]
    [InlineData("""{"dtype":"F32","shape":[2],"data_offsets":[0,4]}""", "a: expected 8 bytes for F32 [2], found 4 in file.safetensors")]
    [InlineData(
        """{"dtype":"BF16","shape":[2,3],"data_offsets":[0,8]}""", "a: expected 12 bytes for BF16 [2, 3], found 8 in file.safetensors")]
    [InlineData(
        """{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}""",
        "a: expected more than 2^63 bytes for F32 [4294967296, 4294967296], found 0 in file.safetensors")]
    [InlineData(
        """{"dtype":"F32","shape":[9223372036854775807,4],"data_offsets":[0,8]}""",
        "a: expected more than 2^63 bytes for F32 [9223372036854775807, 4], found 8 in file.safetensors")]
    [InlineData("""{"dtype":"F33","shape":[2],"data_offsets":[0,8]}""", "a: expected a type of safetensors, found F33 in file.safetensors")]
    [InlineData("""{"dtype":"F32","shape":[2]}""", "a: data_offsets is missing in file.safetensors")]
    [InlineData("""{"shape":[2],"data_offsets":[0,8]}""", "a: dtype is missing in file.safetensors")]
    [InlineData("""{"dtype":"F32","data_offsets":[0,8]}""", "a: shape is missing in file.safetensors")]
    [InlineData(
        """{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}""",
        "file.safetensors: a: dtype appears twice, the second time before byte 28")]
    [InlineData(
        """{"dtype":"F32","shape":[1],"data_offsets":[0,4]}""", "file.safetensors: expected 4 bytes of tensors after the header, found 8")]
    [InlineData(
        """{"dtype":"F32","shape":[1],"data_offsets":[4,8]}""",
        "a: leaves a gap after the header: expected data_offsets from 0, found 4 in file.safetensors")]
    [InlineData(
        """{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}""",
        "b: overlaps a: expected data_offsets from 8, found 4 in file.safetensors")]
    [InlineData(
        """{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""",
        "b: overlaps a: expected data_offsets from 8, found 0 in file.safetensors")]
    [InlineData(
        """{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""",
        "file.safetensors: a appears twice, the second time before byte 105")]
    [InlineData(
        """{"dtype":"F32","shape":[2],"data_offsets":[0,8],"strides":[1]}""",
        "a: expected dtype, shape and data_offsets, found strides in file.safetensors")]
    [InlineData("7", "file.safetensors: a: expected an object, found 7 at byte 5")]
    public void Open_TensorThatDoesNotFit_SaysWhatIsWrong(string tensors, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => Open($$"""{"a":{{tensors}}}""", 8)).Message);

    [Theory]
    [InlineData(0, "file.safetensors: the file is empty")]
    [InlineData(7, "file.safetensors: expected at least 8 bytes, found 7")]
    public void Open_TooShort_IsRefused(int length, string message)
    {
        File.WriteAllBytes(_directory.File("file.safetensors"), new byte[length]);
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(_directory.File("file.safetensors"))).Message);
    }

    [Theory]
    [InlineData(57)]
    [InlineData(100_000_001)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    public void Open_HeaderLengthPastTheEnd_IsRefused(long length)
    {
        byte[] bytes = [.. BitConverter.GetBytes(length), .. new byte[56]];
        File.WriteAllBytes(_directory.File("file.safetensors"), bytes);

        string message = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(_directory.File("file.safetensors"))).Message;

        Assert.Equal($"file.safetensors: header length: expected at most 56, found {(ulong)length}", message);
    }

    [Fact]
    public void Open_CutAnywhere_IsRefused()
    {
        byte[] whole = SmallModel.Safetensors(new SmallModel("F16").Tensors);
        string path = _directory.File("file.safetensors");
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path));
        }
    }

    [Fact]
    public void Open_HugeSparseHeader_AllocatesNothingOfItsSize()
    {
        string path = _directory.File("file.safetensors");
        using (FileStream stream = File.Create(path))
        {
            stream.Write(BitConverter.GetBytes(100_000_000L));
            stream.Write("{"u8);
            stream.SetLength(1L << 40);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 10);
    }

    private SafetensorsFile Open(string header, int dataLength)
    {
        File.WriteAllBytes(_directory.File("file.safetensors"), SmallModel.Safetensors(header, new byte[dataLength]));
        return SafetensorsFile.Open(_directory.File("file.safetensors"));
    }
}

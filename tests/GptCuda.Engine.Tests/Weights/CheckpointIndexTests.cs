using GptCuda.Engine.Weights.OpenAI;

namespace GptCuda.Engine.Tests.Weights;

/// <summary>Tables and messages that are wrong although their checksums fit.</summary>
public sealed class CheckpointIndexTests
{
    private static readonly byte[] Header = [0x08, 0x01];
    private static readonly byte[] Entry = CheckpointWriter.Entry(1, [4], 0, 0, 16, 0);

    [Theory]
    [InlineData(new byte[0], "expected 1 to 99999 data files, found 0")]
    [InlineData(new byte[] { 0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0x07 }, "expected 1 to 99999 data files, found 2147483647")]
    [InlineData(new byte[] { 0x08, 0x01, 0x10, 0x01 }, "expected little-endian data (0), found 1")]
    [InlineData(new byte[] { 0x08, 0x01, 0x1A, 0x02, 0x10, 0x02 }, "expected a format that version 1 can read, found one for version 2")]
    [InlineData(new byte[] { 0x08 }, "a number is cut off")]
    [InlineData(new byte[] { 0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02 }, "a number is cut off")]
    [InlineData(new byte[] { 0x0A, 0x00 }, "field 1: expected wire type 0, found 2")]
    [InlineData(new byte[] { 0x00 }, "expected a field number from 1 to 536870911, found 0")]
    [InlineData(new byte[] { 0x7B }, "field 15: expected wire type 0, 1, 2 or 5, found 3")]
    [InlineData(new byte[] { 0x7A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F }, "field 15: expected at most 0 bytes, found 4294967295")]
    public void Parse_HeaderThatIsWrong_SaysWhatIs(byte[] header, string message) =>
        Assert.Equal($"header in model.ckpt.index: {message}", Refusal(new CheckpointWriter() { Entries = { [""] = header } }));

    [Fact]
    public void Parse_FieldsOfLaterVersions_ArePassedOver()
    {
        CheckpointWriter writer = new();
        writer.Entries[""] = [0x08, 0x02, 0x78, 0x05, 0x7D, 1, 2, 3, 4, 0x79, 1, 2, 3, 4, 5, 6, 7, 8, 0x7A, 0x01, 0xFF];
        writer.Entries["a"] = CheckpointWriter.Entry(1, [2, 3], 1, 64, 24, 0x12345678, [0x78, 0x05]);

        CheckpointEntry entry = Assert.Single(CheckpointIndex.Parse(writer.Index()).Entries);

        Assert.Equal(
            ("a", 1, 1, 64L, 24L, 0x12345678u), (entry.Name, entry.Type, entry.Shard, entry.Offset, entry.ByteCount, entry.Checksum));
        Assert.Equal([2L, 3L], entry.Shape.ToArray());
    }

    public static TheoryData<byte[], string> WrongEntries => new()
    {
        { CheckpointWriter.Entry(1, [4], 1, 0, 16, 0), "expected a data file from 0 to 0, found 1" },
        { CheckpointWriter.Entry(1, [4], -1, 0, 16, 0), "expected a data file from 0 to 0, found -1" },
        { CheckpointWriter.Entry(1, [4], 0, -16, 16, 0), "expected a range of bytes, found 16 at -16" },
        { CheckpointWriter.Entry(1, [4], 0, 16, -16, 0), "expected a range of bytes, found -16 at 16" },
        { CheckpointWriter.Entry(1, [4], 0, long.MaxValue, 1, 0), $"expected a range of bytes, found 1 at {long.MaxValue}" },
        { CheckpointWriter.Entry(1, [-4], 0, 0, 16, 0), "expected extents of at least 0, found -4" },
        { CheckpointWriter.Entry(1, [.. Enumerable.Repeat(1L, 17)], 0, 0, 16, 0), "expected at most 16 dimensions" },
        { CheckpointWriter.Entry(1, [4], 0, 0, 16, 0, [0x3A, 0x00]), "expected a tensor in one piece, found one in slices" },
        { [0x35, 1, 2, 3], "field 6: expected at most 3 bytes, found 4" },
    };

    [Theory]
    [MemberData(nameof(WrongEntries))]
    public void Parse_EntryThatIsWrong_SaysWhatIs(byte[] entry, string message) =>
        Assert.Equal($"a in model.ckpt.index: {message}", Refusal(new CheckpointWriter() { Entries = { ["a"] = entry } }));

    [Fact]
    public void Parse_WithoutHeader_IsRefused()
    {
        CheckpointWriter writer = new();
        writer.Entries.Clear();
        writer.Entries["a"] = Entry;
        Assert.Equal("model.ckpt.index: expected a header under the empty key, found a first", Refusal(writer));
    }

    [Theory]
    [InlineData(1024, null)]
    [InlineData(1025, "expected a key of at most 1024 bytes, found 0 shared with one of 0 and 1025 more")]
    public void Parse_LongKey_IsRefused(int length, string? message)
    {
        CheckpointWriter writer = new();
        writer.Entries[new('a', length)] = Entry;
        if (message is null)
            Assert.Equal(length, Assert.Single(CheckpointIndex.Parse(writer.Index()).Entries).Name.Length);
        else
            Assert.EndsWith(message, Refusal(writer), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_KeysTwiceOrOutOfOrder_AreRefused()
    {
        foreach (string second in new[] { "b", "a" })
        {
            MemoryStream table = new();
            byte[] block = CheckpointWriter.WriteBlock(table, [([], Header), ("b"u8.ToArray(), Entry), ([(byte)second[0]], Entry)]);
            Assert.Contains("expected keys in ascending order without repetition", Refusal(Finish(table, block)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Parse_SameBlockTwice_IsRefused()
    {
        // A megabyte of places, all of one block of a megabyte, would be read for hours.
        MemoryStream table = new();
        byte[] block = CheckpointWriter.WriteBlock(table, [([], Header), ("a"u8.ToArray(), Entry)]);
        Assert.Contains("expected a block within bytes", Refusal(Finish(table, block, block)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "expected no compression (0), found type 1, snappy")]
    [InlineData(2, "expected no compression (0), found type 2")]
    public void Parse_CompressedBlock_IsRefused(byte compression, string message)
    {
        MemoryStream table = new();
        byte[] block = CheckpointWriter.WriteRawBlock(table, new byte[20], compression);
        Assert.Equal($"model.ckpt.index: block at byte 0: {message}", Refusal(Finish(table, block)));
    }

    [Theory]
    [InlineData(new byte[0], "expected restart points within 0 bytes, found 4294967295")]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF }, "expected restart points within 4 bytes, found 4294967295")]
    [InlineData(new byte[] { 0x01, 0x00, 0x00, 0x00 }, "expected restart points within 4 bytes, found 1")]
    [InlineData(
        new byte[] { 0x01, 0x00, 0, 0, 0, 0, 0, 0 }, "expected a key of at most 1024 bytes, found 1 shared with one of 0 and 0 more")]
    [InlineData(new byte[] { 0x00, 0x05, 0x05, 0x61, 0, 0, 0, 0 }, "expected 1 bytes for a key and a value, found 5 and 5")]
    [InlineData(new byte[] { 0x00, 0x80, 0, 0, 0, 0 }, "an entry's lengths are cut off")]
    public void Parse_BlockThatIsWrong_SaysWhatIs(byte[] block, string message)
    {
        MemoryStream table = new();
        byte[] handle = CheckpointWriter.WriteRawBlock(table, block, compression: 0);
        Assert.Equal($"model.ckpt.index: block at byte 0: {message}", Refusal(Finish(table, handle)));
    }

    [Fact]
    public void Parse_PlacesOutOfTheFile_AreRefused()
    {
        foreach (byte[] handle
            in new byte[][] { [0x00, 0xFF, 0xFF, 0xFF, 0x0F], [.. CheckpointWriter.Varint(ulong.MaxValue), 0x01], [0x80] })
        {
            MemoryStream table = new();
            Assert.StartsWith("model.ckpt.index: ", Refusal(Finish(table, handle)), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(47)]
    [InlineData(48)]
    public void Parse_NoFooter_IsRefused(int length) =>
        Assert.StartsWith("model.ckpt.index: expected ", Refusal(new byte[length]), StringComparison.Ordinal);

    private static byte[] Finish(MemoryStream table, params byte[][] blocks)
    {
        byte[] metaindex = CheckpointWriter.WriteBlock(table, []);
        byte[] index = CheckpointWriter.WriteBlock(table, [.. blocks.Select((handle, i) => ((byte[])[(byte)('x' + i)], handle))]);
        byte[] footer = [.. metaindex, .. index];
        table.Write([.. footer, .. new byte[40 - footer.Length], .. BitConverter.GetBytes(0xDB4775248B80FB57)]);
        return table.ToArray();
    }

    private static string Refusal(CheckpointWriter writer) => Refusal(writer.Index());

    private static string Refusal(byte[] table) => Assert.Throws<InvalidDataException>(() => CheckpointIndex.Parse(table)).Message;
}

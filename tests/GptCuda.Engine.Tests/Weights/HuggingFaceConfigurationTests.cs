using System.Text;
using GptCuda.Engine.Weights.HuggingFace;

namespace GptCuda.Engine.Tests.Weights;

public sealed class HuggingFaceConfigurationTests
{
    [Fact]
    public void Parse_EmptyObject_HasTheDefaultsOfTransformers() => Assert.Equal(
        new GptConfiguration
        {
            VocabularySize = 50257,
            ContextLength = 1024,
            Width = 768,
            HeadCount = 12,
            LayerCount = 12,
            InnerSize = 3072,
            LayerNormEpsilon = 1e-5,
            ScaleAttention = true,
            ScaleAttentionByInverseLayer = false,
            TiedEmbeddings = true,
            EndOfText = 50256,
        },
        Parse("{}"));

    [Fact]
    public void Parse_EveryField_IsHonoured() => Assert.Equal(
        new GptConfiguration
        {
            VocabularySize = 11,
            ContextLength = 12,
            Width = 26,
            HeadCount = 2,
            LayerCount = 15,
            InnerSize = 16,
            LayerNormEpsilon = 0.25,
            ScaleAttention = false,
            ScaleAttentionByInverseLayer = true,
            TiedEmbeddings = false,
            EndOfText = 7,
        },
        Parse("""
            {"vocab_size": 11, "n_positions": 12, "n_ctx": 99, "n_embd": 26, "n_head": 2, "n_layer": 15, "n_inner": 16,
             "layer_norm_epsilon": 0.25, "scale_attn_weights": false, "scale_attn_by_inverse_layer_idx": true,
             "tie_word_embeddings": false, "eos_token_id": 7, "activation_function": "gelu_new", "model_type": "gpt2",
             "add_cross_attention": false, "task_specific_params": {"text-generation": {"do_sample": [true, 1.5, null]}}}
            """));

    [Theory]
    [InlineData("""{"n_inner": null, "n_embd": 24}""", 96)]
    [InlineData("""{"n_inner": 7, "n_embd": 24}""", 7)]
    [InlineData("""{"n_embd": 24}""", 96)]
    public void Parse_InnerSize_IsFourTimesTheWidthUnlessGiven(string json, int expected) => Assert.Equal(expected, Parse(json).InnerSize);

    [Theory]
    [InlineData("""{"n_ctx": 512}""", 512)]
    [InlineData("""{"n_ctx": 512, "n_positions": 256}""", 256)]
    [InlineData("""{"max_position_embeddings": 256}""", 256)]
    [InlineData("""{"max_position_embeddings": 256, "n_positions": 256}""", 256)]
    public void Parse_ContextLength_IsThatOfThePositionEmbedding(string json, int expected) =>
        Assert.Equal(expected, Parse(json).ContextLength);

    [Fact]
    public void Parse_NamesOfOtherModels_AreAliasesAsInTransformers()
    {
        GptConfiguration configuration = Parse("""{"hidden_size": 24, "num_attention_heads": 3, "num_hidden_layers": 5}""");

        Assert.Equal((24, 3, 5), (configuration.Width, configuration.HeadCount, configuration.LayerCount));
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("0", 0)]
    [InlineData("[8]", 8)]
    [InlineData("[8, 9]", 8)]
    [InlineData("[]", null)]
    [InlineData("null", null)]
    [InlineData("-1", null)]
    [InlineData("10", null)]
    [InlineData("50256", null)]
    public void Parse_EndOfText_IsAnIdOfTheVocabularyOrNone(string json, int? expected) =>
        Assert.Equal(expected, Parse($$"""{"vocab_size": 10, "eos_token_id": {{json}}}""").EndOfText);

    [Fact]
    public void Parse_SeveralEndOfTextIds_AreNoted()
    {
        List<string> notes = [];
        HuggingFaceConfiguration.Parse("""{"eos_token_id": [8, 9]}"""u8, notes);
        Assert.Equal(["config.json: eos_token_id has 2 ids; only the first, 8, ends a text"], notes);
    }

    [Theory]
    [InlineData(
        """{"activation_function": "relu"}""",
        "activation_function: expected \"gelu_new\", the only one supported, found \"relu\" at byte 24")]
    [InlineData("""{"activation_function": null}""", "activation_function: expected a string, found null at byte 24")]
    [InlineData("""{"model_type": "llama"}""", "model_type: expected \"gpt2\", the only one supported, found \"llama\" at byte 15")]
    [InlineData(
        """{"add_cross_attention": true}""",
        "add_cross_attention: expected false, since cross-attention is not supported, found true at byte 24")]
    [InlineData("""{"n_head": 5}""", "n_head: expected a divisor of n_embd = 768, found 5")]
    [InlineData("""{"n_head": 0}""", "n_head: expected 1 to 16777216, found 0")]
    [InlineData("""{"n_layer": -3}""", "n_layer: expected 1 to 16777216, found -3")]
    [InlineData("""{"vocab_size": 16777217}""", "vocab_size: expected 1 to 16777216, found 16777217")]
    [InlineData("""{"n_embd": 16777216, "n_head": 1}""", "4 x n_embd: expected 1 to 16777216, found 67108864")]
    [InlineData("""{"n_inner": 0}""", "n_inner: expected 1 to 16777216, found 0")]
    [InlineData("""{"n_embd": 768.5}""", "n_embd: expected an integer of 64 bits, found 768.5 at byte 11")]
    [InlineData("""{"n_embd": 99999999999999999999}""", "n_embd: expected an integer of 64 bits, found 99999999999999999999 at byte 11")]
    [InlineData("""{"n_embd": "768"}""", "n_embd: expected an integer, found \"768\" at byte 11")]
    [InlineData("""{"n_embd": 768, "hidden_size": 512}""", "n_embd and hidden_size are the same number, found 768 and 512")]
    [InlineData("""{"n_embd": 768, "n_embd": 768}""", "n_embd appears twice, the second time before byte 26")]
    [InlineData("""{"layer_norm_epsilon": 0}""", "layer_norm_epsilon: expected a number above 0, found 0 at byte 23")]
    [InlineData("""{"layer_norm_epsilon": 1e999}""", "layer_norm_epsilon: expected a finite number, found 1e999 at byte 23")]
    [InlineData("""{"scale_attn_weights": 1}""", "scale_attn_weights: expected true or false, found 1 at byte 23")]
    [InlineData("""{"tie_word_embeddings": {}}""", "tie_word_embeddings: expected true or false, found an object at byte 24")]
    [InlineData("""[1]""", "the file: expected an object, found an array at byte 0")]
    [InlineData("""{"a": "\ud800", "\ud800": 1}""", "not valid JSON: the string at byte 16 is not valid Unicode")]
    public void Parse_WhatIsNotSupportedOrNotPossible_IsRefusedByNameAndValue(string json, string message) =>
        Assert.Equal($"config.json: {message}", Assert.Throws<InvalidDataException>(() => Parse(json)).Message);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("{\"n_embd\": NaN}")]
    [InlineData("{\"n_embd\": 768,}")]
    [InlineData("\0\0\0\0")]
    public void Parse_WhatIsNoJson_IsRefused(string json) =>
        Assert.StartsWith("config.json: ", Assert.Throws<InvalidDataException>(() => Parse(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData('[', ']')]
    [InlineData('{', '}')]
    public void Parse_DeepNesting_IsRefused(char open, char close)
    {
        string nested = open == '['
            ? new string(open, 100_000) + new string(close, 100_000)
            : string.Concat(Enumerable.Repeat("{\"a\":", 100_000)) + "1" + new string(close, 100_000);

        var error = Assert.Throws<InvalidDataException>(() => Parse($$"""{"x": {{nested}}}"""));

        Assert.Contains("maximum configured depth of 64", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_ByteOrderMark_IsPassedOver() => Assert.Equal(24, Parse("\uFEFF{\"n_embd\": 24}").Width);

    [Fact]
    public void Parse_LongValueWithTerminalCodes_IsCutAndEscapedInTheMessage()
    {
        string message = Assert.Throws<InvalidDataException>(
            () => Parse($$"""{"model_type": "\u001b[31m{{new string('x', 5000)}}"}""")).Message;

        Assert.Contains("found \"\\u001B[31mxxx", message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 200, 400);
    }

    private static GptConfiguration Parse(string json) => HuggingFaceConfiguration.Parse(Encoding.UTF8.GetBytes(json), []);
}

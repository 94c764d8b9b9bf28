namespace GptCuda.Kernels.Tests.Fakes;

/// <summary>Tests that share the fake driver's state run one after another.</summary>
[CollectionDefinition(FakeDriver.Collection)]
public sealed class SharedFakeDriver;

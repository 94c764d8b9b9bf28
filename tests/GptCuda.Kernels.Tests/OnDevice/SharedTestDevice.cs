namespace GptCuda.Kernels.Tests.OnDevice;

/// <summary>Device tests run one after another: some of them lose the context, which is the process's.</summary>
[CollectionDefinition(TestDevice.Collection)]
public sealed class SharedTestDevice : ICollectionFixture<TestDevice>;

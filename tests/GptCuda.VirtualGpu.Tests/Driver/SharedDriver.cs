namespace GptCuda.VirtualGpu.Tests.Driver;

/// <summary>Tests that go through the exports run one after another: there is one machine a process.</summary>
[CollectionDefinition(DriverSession.Collection)]
public sealed class SharedDriver;

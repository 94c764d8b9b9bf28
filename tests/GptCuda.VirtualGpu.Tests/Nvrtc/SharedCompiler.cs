namespace GptCuda.VirtualGpu.Tests.Nvrtc;

/// <summary>Some tests change the environment that the compiler sees: none of them runs beside another test of any kind.</summary>
[CollectionDefinition(CompilerEnvironment.Name, DisableParallelization = true)]
public sealed class SharedCompiler;

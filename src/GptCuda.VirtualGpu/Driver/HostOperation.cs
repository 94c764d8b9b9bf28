using GptCuda.VirtualGpu.Counting;

namespace GptCuda.VirtualGpu.Driver;

/// <summary>cuLaunchHostFunc: a call back into the program.</summary>
internal sealed unsafe class HostOperation(delegate* unmanaged<void*, void> function, void* argument) : IOperation
{
    private readonly delegate* unmanaged<void*, void> _function = function;
    private readonly void* _argument = argument;

    public CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_HOST;

    public string Name => "host";

    public bool MayWrite(PinnedSource source) => true;

    public void Execute(VirtualDriver driver, GraphNodeReference? node) => HostCallback.Run(_function, _argument);
}

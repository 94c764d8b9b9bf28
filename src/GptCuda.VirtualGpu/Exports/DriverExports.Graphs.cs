using System.Runtime.InteropServices;
using GptCuda.VirtualGpu.Driver;
using static GptCuda.VirtualGpu.Driver.CUresult;

namespace GptCuda.VirtualGpu.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphCreate))]
    public static CUresult cuGraphCreate(nint* graph, uint flags) => Boundary.OnContext(nameof(cuGraphCreate), context =>
    {
        RequirePointer(graph);
        Require(flags == 0, $"flags is {flags}; 0 is expected.");
        *graph = AddGraph(context.Driver, new VirtualGraph());
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphDestroy))]
    public static CUresult cuGraphDestroy(nint graph) => Boundary.OnContext(nameof(cuGraphDestroy), context =>
    {
        foreach (GraphNode node in context.Driver.Graphs.Remove(graph).Nodes)
            context.Driver.Nodes.Remove(node.Handle);
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphGetNodes))]
    public static CUresult cuGraphGetNodes(nint graph, nint* nodes, nuint* count) => Boundary.OnContext(nameof(cuGraphGetNodes), context =>
        GiveList([.. context.Driver.Graphs.Get(graph).Nodes.Select(node => node.Handle)], nodes, count));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphGetRootNodes))]
    public static CUresult cuGraphGetRootNodes(nint graph, nint* nodes, nuint* count) =>
        Boundary.OnContext(nameof(cuGraphGetRootNodes), context => GiveList(
            [.. context.Driver.Graphs.Get(graph).Nodes.Where(node => node.Dependencies.Count == 0).Select(node => node.Handle)], nodes, count));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphGetEdges))]
    public static CUresult cuGraphGetEdges(nint graph, nint* from, nint* to, nuint* count) =>
        Boundary.OnContext(nameof(cuGraphGetEdges), context =>
        {
            RequirePointer(count);
            Require(from is null == to is null, "one of from and to is null.");
            (nint From, nint To)[] edges =
            [
                .. from node in context.Driver.Graphs.Get(graph).Nodes
                   from dependency in node.Dependencies
                   select (dependency.Handle, node.Handle),
            ];
            nuint room = *count;
            GiveList([.. edges.Select(edge => edge.From)], from, count);
            *count = room;
            GiveList([.. edges.Select(edge => edge.To)], to, count);
        });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphNodeGetType))]
    public static CUresult cuGraphNodeGetType(nint node, CUgraphNodeType* type) => Boundary.OnContext(nameof(cuGraphNodeGetType), context =>
    {
        RequirePointer(type);
        *type = context.Driver.Nodes.Get(node).Operation.NodeType;
    });

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphNodeGetDependencies))]
    public static CUresult cuGraphNodeGetDependencies(nint node, nint* dependencies, nuint* count) =>
        Boundary.OnContext(nameof(cuGraphNodeGetDependencies), context => GiveList(
            [.. context.Driver.Nodes.Get(node).Dependencies.Select(dependency => dependency.Handle)], dependencies, count));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphKernelNodeGetParams_v2))]
    public static CUresult cuGraphKernelNodeGetParams_v2(nint node, CUDA_KERNEL_NODE_PARAMS* parameters) =>
        Boundary.OnContext(nameof(cuGraphKernelNodeGetParams_v2), context =>
        {
            RequirePointer(parameters);
            if (context.Driver.Nodes.Get(node).Operation is not KernelLaunch launch)
                throw new DriverException(CUDA_ERROR_INVALID_VALUE, "the node launches no kernel.");
            *parameters = new CUDA_KERNEL_NODE_PARAMS
            {
                func = launch.Function.Handle,
                gridDimX = (uint)launch.Request.Grid.X,
                gridDimY = (uint)launch.Request.Grid.Y,
                gridDimZ = (uint)launch.Request.Grid.Z,
                blockDimX = (uint)launch.Request.Block.X,
                blockDimY = (uint)launch.Request.Block.Y,
                blockDimZ = (uint)launch.Request.Block.Z,
                sharedMemBytes = (uint)launch.Request.DynamicSharedBytes,
                kernelParams = launch.Arguments.Pointers,
                ctx = launch.Function.Module.Context.Handle,
            };
        });

    private static nint AddGraph(VirtualDriver driver, VirtualGraph graph)
    {
        foreach (GraphNode node in graph.Nodes)
            node.Handle = driver.Nodes.Add(node);
        return driver.Graphs.Add(graph);
    }
}

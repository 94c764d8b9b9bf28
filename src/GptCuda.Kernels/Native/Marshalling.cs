using System.Runtime.CompilerServices;

// Everything that crosses the native boundary is blittable; a call through a table is then the call and nothing else.
[assembly: DisableRuntimeMarshalling]

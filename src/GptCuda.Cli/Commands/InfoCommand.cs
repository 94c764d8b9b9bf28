using System.CommandLine;
using GptCuda.Cli.Parsing;
namespace GptCuda.Cli.Commands;
internal static class InfoCommand { public static CommandDefinition Define() => new(new Command("info","x"), _ => Task.FromResult(0), ""); }

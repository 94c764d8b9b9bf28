using System.CommandLine;
using System.CommandLine.Help;
using GptCuda.Cli.Commands;
using GptCuda.Cli.Input;

namespace GptCuda.Cli.Parsing;

/// <summary>
/// Sorts a command line into options and text before System.CommandLine converts the values. Left alone, that library takes a
/// first argument <c>[x]</c> for a directive, a first argument that equals the program's name for the program, a mistyped option
/// for a prompt, and refuses <c>--prompt ""</c> written as <c>--prompt=</c>; here each is what the user meant.
/// </summary>
internal static class ArgumentScanner
{
    private const string Separator = "--";

    /// <summary>
    /// The command: the first positional argument where that names one, else the default. Options may stand before the name.
    /// </summary>
    /// <returns>The command, the other arguments, and whether it was named.</returns>
    public static (CommandDefinition Definition, string[] Others, bool Named) FindCommand(string[] arguments)
    {
        if (arguments.Length > 0 && CommandTable.Find(arguments[0]) is { } first)
            return (first.Create(), arguments[1..], true);

        CommandDefinition standard = CommandTable.Default.Create();
        for (int i = 0; i < arguments.Length && arguments[i] != Separator; i++)
        {
            if (!IsOption(arguments[i]))
            {
                // Only a name that options precede is left to find: a prompt that comes first was looked at above.
                return i > 0 && CommandTable.Find(arguments[i]) is { } later
                    ? (later.Create(), [.. arguments[..i], .. arguments[(i + 1)..]], true)
                    : (standard, arguments, false);
            }
            if (Match(arguments[i], standard.Command) is not { } match)
                break;
            if (TakesValue(match.Option) && match.Value is null)
                i++;
        }
        return (standard, arguments, false);
    }

    /// <summary>The command that a first word is close to and may have been meant to be; null where there is none.</summary>
    public static string? NearestCommand(string[] arguments) =>
        arguments is [var word, ..] && word.Length > 0 && word.All(char.IsAsciiLetter)
            ? Spelling.Nearest(word, CommandTable.All.Select(entry => entry.Name))
            : null;

    /// <summary>Sorts the arguments of one command.</summary>
    /// <exception cref="UsageException">An option is unknown or lacks its value, or there are too many positional arguments.</exception>
    public static ScannedArguments Scan(string[] arguments, Command command)
    {
        List<string> options = [command.Name];
        List<string> texts = [];
        Dictionary<Option, string> given = [];
        bool standardInput = false, help = false, version = false;
        int separated = int.MaxValue;
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            if (argument == Separator)
            {
                separated = texts.Count;
                texts.AddRange(arguments.AsSpan(i + 1));
                break;
            }
            if (!IsOption(argument))
            {
                standardInput |= argument == "-";
                texts.Add(argument);
                continue;
            }
            (Option option, string name, string? value) = Match(argument, command) ?? throw Unknown(argument, command);
            help |= option is HelpOption;
            version |= option is VersionOption;
            if (!TakesValue(option))
            {
                if (value is not null)
                    throw new UsageException($"{name} takes no value, found '{value}'");
                options.Add(name);
                continue;
            }
            value ??= i + 1 < arguments.Length ? arguments[++i] : throw new UsageException($"{name} needs a value");
            if (option.Arity.MaximumNumberOfValues == 1 && !given.TryAdd(option, $"{name} {value}"))
                throw new UsageException($"{option.Name} is given twice: {given[option]} and {name} {value}");
            // Two arguments or one: an empty value is only understood apart, a value '--' only together with the name.
            if (value.Length == 0)
                options.AddRange([name, value]);
            else
                options.Add($"{name}={value}");
        }
        int most = command.Arguments is [var positional] ? positional.Arity.MaximumNumberOfValues : 0;
        if (!help && !version && texts.Count > most)
            throw TooMany(texts, separated, most, command);
        return new([.. options, Separator, .. texts], standardInput, help, version);
    }

    /// <summary>Whether a flag stands among the arguments, for when they could not be parsed.</summary>
    public static bool HasFlag(string[] arguments, string name) =>
        arguments.TakeWhile(argument => argument != Separator).Contains(name);

    private static bool IsOption(string argument) => argument.Length > 1 && argument[0] == '-';

    private static bool TakesValue(Option option) =>
        option is not (HelpOption or VersionOption) && option.Arity.MaximumNumberOfValues > 0;

    /// <summary>The option that an argument names, with the value where it holds one: <c>--top-k=40</c>, <c>-n40</c>.</summary>
    private static (Option Option, string Name, string? Value)? Match(string argument, Command command)
    {
        int equals = argument.IndexOf('=');
        string name = equals < 0 ? argument : argument[..equals];
        if (Find(name, command) is { } option)
            return (option, name, equals < 0 ? null : argument[(equals + 1)..]);
        bool attached = argument.Length > 2 && argument[1] != '-';
        return attached && Find(argument[..2], command) is { } letter && TakesValue(letter) ? (letter, argument[..2], argument[2..]) : null;
    }

    private static Option? Find(string name, Command command) =>
        command.Options.FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));

    private static UsageException Unknown(string argument, Command command)
    {
        string name = argument.Split('=')[0];
        IEnumerable<string> names = command.Options.SelectMany(option => option.Aliases.Prepend(option.Name));
        string advice = Spelling.Nearest(name, names) is { } nearest ? $"did you mean {nearest}?"
            : TakesText(command) ? $"a text that begins with '-' comes after --: gptcuda {command.Name} -- \"{argument}\""
            : $"gptcuda {command.Name} --help shows them";
        return new($"{command.Name} has no option {name}; {advice}");
    }

    private static UsageException TooMany(List<string> texts, int separated, int most, Command command)
    {
        if (most == 0)
            return new($"{command.Name} takes no text, found '{texts[0]}'");
        string all = string.Join(' ', texts);
        if (!TakesText(command))
            return new($"{command.Name} takes one {command.Arguments[0].Name}, found {texts.Count}: {all}");
        string found = $"{command.Name} takes one text, found {texts.Count}";
        // Not the first of them, which may be a text that begins like an option.
        if (texts.Skip(Math.Max(separated, 1)).FirstOrDefault(text => IsOption(text) && Match(text, command) is not null) is { } option)
            return new($"{found}: all that follows -- is text; {option} comes before it");
        return new($"{found}: put it in quotes: gptcuda {command.Name} {(all.StartsWith('-') ? "-- " : "")}\"{all}\"");
    }

    /// <summary>Whether what stands on the command line beside options may be any text.</summary>
    private static bool TakesText(Command command) => command.Arguments is [{ Name: TextSource.PromptName or TextSource.TextName }];
}

return await GptCuda.Cli.Application.RunAsync(args).ConfigureAwait(false);

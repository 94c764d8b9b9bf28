return GptCuda.Cli.Application.Run(args);

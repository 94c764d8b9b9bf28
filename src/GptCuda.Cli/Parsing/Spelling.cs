namespace GptCuda.Cli.Parsing;

/// <summary>Finds what a mistyped option was meant to be.</summary>
internal static class Spelling
{
    /// <summary>The name with the fewest letters to insert, remove, replace or swap, where these are few for its length.</summary>
    public static string? Nearest(string mistyped, IEnumerable<string> names)
    {
        string letters = mistyped.TrimStart('-');
        (string? best, int least) = (null, int.MaxValue);
        foreach (string name in names)
        {
            string candidate = name.TrimStart('-');
            int distance = Distance(letters, candidate);
            if (distance < least && distance <= Math.Max(candidate.Length, letters.Length) / 3)
                (best, least) = (name, distance);
        }
        return best;
    }

    /// <summary>Optimal string alignment distance: Levenshtein's with swaps of neighbours, '_' being as good as '-'.</summary>
    internal static int Distance(string a, string b)
    {
        var cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            cost[i, 0] = i;
        for (int j = 0; j <= b.Length; j++)
            cost[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = cost[i - 1, j - 1] + (Same(a[i - 1], b[j - 1]) ? 0 : 1);
                cost[i, j] = Math.Min(replaced, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
            }
        }
        return cost[a.Length, b.Length];
    }

    private static bool Same(char x, char y) => Fold(x) == Fold(y);

    private static char Fold(char letter) => letter == '_' ? '-' : char.ToLowerInvariant(letter);
}

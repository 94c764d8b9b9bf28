namespace GptCuda.KernelSuite;

/// <summary>Seeded values.</summary>
public static class SuiteRandom
{
    /// <summary>Values between -magnitude and magnitude around a centre.</summary>
    public static float[] Floats(this Random random, int count, float magnitude, float centre = 0)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++) values[i] = centre + (((random.NextSingle() * 2) - 1) * magnitude);
        return values;
    }
}

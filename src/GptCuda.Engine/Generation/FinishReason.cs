namespace GptCuda.Engine.Generation;

/// <summary>Why a sequence ended.</summary>
public enum FinishReason
{
    /// <summary>It has the number of tokens asked for, or the context is full.</summary>
    Length,

    /// <summary>Its text reached a stop string.</summary>
    Stop,

    /// <summary>The model produced its end-of-text token.</summary>
    End,

    /// <summary>The caller cancelled; what was generated until then is kept.</summary>
    Cancelled,
}

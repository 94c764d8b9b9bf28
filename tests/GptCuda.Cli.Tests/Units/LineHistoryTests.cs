using GptCuda.Cli.Input;

namespace GptCuda.Cli.Tests.Units;

public sealed class LineHistoryTests
{
    [Fact]
    public void Lines_ComeBackInOrder_AndTheDraftAtTheEnd()
    {
        var history = new LineHistory();
        history.Add("one");
        history.Add("two");
        history.Add("two");
        history.Add("");
        Assert.Equal("two", history.Older("draft"));
        Assert.Equal("one", history.Older("two"));
        Assert.Null(history.Older("one"));
        Assert.Equal("two", history.Newer());
        Assert.Equal("draft", history.Newer());
        Assert.Null(history.Newer());
    }

    [Fact]
    public void Empty_HasNothing()
    {
        var history = new LineHistory();
        Assert.Null(history.Older("draft"));
        Assert.Null(history.Newer());
    }
}

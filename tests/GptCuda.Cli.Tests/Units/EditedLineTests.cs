using GptCuda.Cli.Input;

namespace GptCuda.Cli.Tests.Units;

public sealed class EditedLineTests
{
    private readonly EditedLine _line = new();

    [Fact]
    public void Letters_GoInAtTheCursor()
    {
        _line.Set("ac");
        _line.MoveLeft();
        _line.Insert('b');
        Assert.Equal("abc", _line.Text);
        Assert.Equal("ab", _line.BeforeCursor);
    }

    [Fact]
    public void Moves_StopAtTheEnds()
    {
        _line.Set("a");
        _line.MoveRight();
        Assert.Equal(1, _line.Cursor);
        _line.MoveToStart();
        _line.MoveLeft();
        _line.DeleteBefore();
        Assert.Equal("a", _line.Text);
        _line.MoveToEnd();
        _line.DeleteAfter();
        Assert.Equal("a", _line.Text);
    }

    [Theory]
    [InlineData("a😀")]
    [InlineData("ae\u0301")]
    [InlineData("a👩‍👩‍👧")]
    public void CharactersOfSeveralUnits_AreOne(string text)
    {
        _line.Set(text);
        _line.MoveLeft();
        Assert.Equal("a", _line.BeforeCursor);
        _line.MoveRight();
        _line.DeleteBefore();
        Assert.Equal("a", _line.Text);
    }

    [Fact]
    public void Deletions_TakeWhatTheirNamesSay()
    {
        _line.Set("one two  three");
        _line.DeleteWord();
        Assert.Equal("one two  ", _line.Text);
        _line.DeleteWord();
        Assert.Equal("one ", _line.Text);
        _line.Set("abcd");
        _line.MoveLeft();
        _line.MoveLeft();
        _line.DeleteToEnd();
        Assert.Equal("ab", _line.Text);
        _line.MoveLeft();
        _line.DeleteToStart();
        Assert.Equal("b", _line.Text);
        Assert.Equal(0, _line.Cursor);
    }
}

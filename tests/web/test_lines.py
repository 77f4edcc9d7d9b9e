"""Lines of code become HTML in one go, and nothing in them becomes more than text."""

from markupsafe import Markup

from web.design.lines import Highlighted, Run, blame_runs, code_lines


def test_each_line_has_its_number_and_anchor():
    shown = code_lines(Highlighted(["a", '<span class="k">if</span>']), start=7, marked=range(8, 9))
    assert shown == Markup(
        '<li class="code-line" id="L7"><a class="code-no" href="#L7" data-n="7"'
        ' aria-label="Line 7"></a><code class="code-text">a</code></li>'
        '<li class="code-line is-marked" id="L8"><a class="code-no" href="#L8" data-n="8"'
        ' aria-label="Line 8"></a><code class="code-text"><span class="k">if</span></code></li>'
    )


def test_what_nobody_highlighted_is_escaped():
    shown = code_lines(["<b>", Markup("<i>")], anchor='">')
    assert "<b>" not in shown
    assert "&lt;b&gt;" in shown
    assert "<i>" in shown
    assert 'id="&#34;&gt;1"' in shown


def test_runs_stand_beside_their_reasons():
    lines = Highlighted(["a", "b", "c"])
    runs = [Run("x", 4, 1, lines.part(0, 1)), Run("y", 1, 2, lines.part(1, 3))]
    shown = blame_runs(runs, {"x": Markup("<summary>x</summary>"), "y": "<y>"})
    assert shown.count('<div class="blame-run">') == 2
    assert '<details class="why is-age-4 is-short" name="why"><summary>x</summary>' in shown
    assert '<details class="why is-age-1" name="why">&lt;y&gt;</details>' in shown
    assert '<ol class="code" start="2"><li class="code-line" id="L2">' in shown

"""Every pair of colours that meets on a page can be read, by day and by night.

Computed from the tokens by WCAG 2's relative luminance, so that another theme may replace them
only if all of this still holds.
"""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "web/design/tokens.css").read_text()
PAIRS = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
COLOURS = {name: (light, dark) for name, light, dark in PAIRS.findall(TOKENS)}

CODE = ("code-keyword", "code-string", "code-number", "code-name", "code-comment")
GROUNDS_OF_CODE = ("paper", "paper-sunk", "added", "removed")
TEXT = [
    *(("ink", ground) for ground in ("paper", "paper-sunk", "paper-raised", "found")),
    *(("ink", ground) for ground in ("added", "added-word", "removed", "removed-word")),
    *(("ink", f"{tone}-wash") for tone in ("moss", "ochre", "clay")),
    *(("ink-soft", ground) for ground in ("paper", "paper-sunk", "paper-raised")),
    *(("ink-faint", ground) for ground in ("paper", "paper-sunk", "paper-raised")),
    *(("ink-faint", ground) for ground in ("added", "removed")),
    *(("moss", ground) for ground in ("paper", "paper-sunk", "paper-raised")),
    ("moss-deep", "moss-wash"),
    ("moss-on", "moss"),
    ("moss-on", "moss-deep"),
    *((tone, "paper") for tone in ("ochre", "clay", "elder")),
    *((tone, f"{tone}-wash") for tone in ("ochre", "clay", "elder")),
    ("clay-on", "clay"),
    *((word, ground) for word in CODE for ground in GROUNDS_OF_CODE),
]
SHAPES = [
    ("edge", "paper"),
    ("edge", "paper-raised"),
    *(("focus", ground) for ground in ("paper", "paper-sunk", "moss-wash")),
]
THEMES = pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])


def luminance(colour):
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_the_formula_gives_what_the_standard_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@THEMES
@pytest.mark.parametrize(("front", "ground"), TEXT)
def test_text_stands_out_from_its_ground(front, ground, theme):
    assert contrast(COLOURS[front][theme], COLOURS[ground][theme]) >= 4.5


@THEMES
@pytest.mark.parametrize(("front", "ground"), SHAPES)
def test_what_is_no_text_is_still_seen(front, ground, theme):
    assert contrast(COLOURS[front][theme], COLOURS[ground][theme]) >= 3


def test_each_colour_says_what_it_is_by_day_and_by_night():
    assert re.findall(r"--([\w-]+): #", TOKENS.partition("@media print")[0]) == []
    assert {name for pair in (*TEXT, *SHAPES) for name in pair} <= set(COLOURS)

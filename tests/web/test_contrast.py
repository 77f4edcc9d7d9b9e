"""Everybody can read the pages: contrasts of WCAG 2 are computed from the tokens, in both themes."""

import re
from pathlib import Path

import pytest

from web.design import stylesheet

DESIGN = Path(stylesheet.__file__).parent
LIGHT, DARK = 0, 1

TEXT = [
    *[
        (ink, ground)
        for ink in ("ink", "ink-soft", "ink-faint")
        for ground in ("paper", "paper-sunk")
    ],
    ("ink", "paper-raised"),
    ("ink-soft", "paper-raised"),
    ("ink-faint", "paper-raised"),
    *[("ink-faint", ground) for ground in ("added", "removed")],
    *[("moss", ground) for ground in ("paper", "paper-sunk", "paper-raised")],
    ("moss-deep", "moss-wash"),
    ("moss-on", "moss"),
    ("moss-on", "moss-deep"),
    *[(ink, ground) for ink in ("ochre", "clay", "elder") for ground in ("paper", f"{ink}-wash")],
    ("clay-on", "clay"),
    *[("ink", f"{side}{word}") for side in ("added", "removed") for word in ("", "-word")],
    ("ink", "found"),
    *[("ink", f"{hue}-wash") for hue in ("moss", "ochre", "clay")],
    *[
        (f"code-{kind}", ground)
        for kind in ("keyword", "string", "number", "name", "comment")
        for ground in ("paper", "paper-sunk", "added", "removed")
    ],
]
SHAPES = [
    ("edge", "paper"),
    ("edge", "paper-raised"),
    *[("focus", ground) for ground in ("paper", "paper-sunk", "moss-wash")],
]


def tokens():
    """Each colour's pair, light and dark."""
    text = (DESIGN / "tokens.css").read_text()
    pairs = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", text)
    return {name: (light, dark) for name, light, dark in pairs}


def luminance(colour):
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_formula_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(ink, ground, theme):
    known = tokens()
    assert contrast(known[ink][theme], known[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_controls_and_focus_can_be_seen(shape, ground, theme):
    known = tokens()
    assert contrast(known[shape][theme], known[ground][theme]) >= 3


def sheets():
    return [path for path in stylesheet.files() if path.name != "tokens.css"]


@pytest.mark.parametrize("path", sheets(), ids=lambda path: path.name)
def test_a_rule_names_only_tokens_and_never_shouts(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    known = (DESIGN / "tokens.css").read_text() + text
    defined = set(re.findall(r"(--[\w-]+):", known))
    assert set(re.findall(r"var\((--[\w-]+)", text)) <= defined
    assert "!important" not in text
    assert not re.search(r"(?:^|[\s,}])#[a-zA-Z][\w-]*\s*[{,]", text)
    assert "http" not in re.sub(r'\[href\^="http"\]', "", text)

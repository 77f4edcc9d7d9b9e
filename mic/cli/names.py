"""Names and sentences as one line of text: what would break or command the line is written out.

Only for people. JSON has its own way to write any character, and gets names as they are.
"""

import re

_SHORT = {"\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r"}
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SPECIAL = re.compile(r'[\\"]')


def quoted(name: str) -> str:
    r"""Return a file's name for a line of text, in quotes with escapes, as in C, if it needs them.

    A name with a control character, a change of direction, a quote or a backslash does. Those of
    ASCII are written as in C (`\n`, `\033`), the others as `\uXXXX`.
    """
    if not (CONTROLS.search(name) or _SPECIAL.search(name)):
        return name
    return '"' + escaped(_SPECIAL.sub(lambda found: "\\" + found[0], name)) + '"'


def escaped(text: str) -> str:
    """Return a sentence on one line, its control characters and changes of direction escaped."""
    return CONTROLS.sub(lambda found: "\\" + _code(found[0]), text)


def _code(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    number = ord(character)
    return f"{number:03o}" if number < 0x80 else f"u{number:04x}"

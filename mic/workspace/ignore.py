"""Ignore rules: `.micignore` at the root of a workspace, for files that are not tracked yet.

    # text      a comment
    name        that name, at any depth, and all below it
    /name       that name at the root only
    a/b         that path from the root, and all below it
    name/       directories only
    *           anything within one segment
    **          any number of segments
    !rule       not ignored after all; the last rule that matches decides

Everything else is literal. Without a `.micignore`, the `.gitignore` at the root says what is
ignored; there `?`, `[abc]` and backslashes mean what they mean to git. `.mic/` is always ignored,
and so is `.git`: another tool's store is not content. Each rule becomes one regular expression
whose stars are atomic groups: for these patterns the first fit is as good as any, and so a hostile
rule cannot make matching slow.
"""

import functools
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import msgspec

from mic.errors import Exhausted, Invalid

NAME = ".micignore"
GITS = ".gitignore"
IGNORE_MAX = 1 << 20
STARRED_MAX = 10_000
ALWAYS = frozenset({".mic", ".git"})
_MAGIC = re.compile(r"[?\[\\]")
_GLOB = re.compile(r"(?P<any>\?)|\[(?P<set>[!^]?[^\]/]+)\]|\\(?P<literal>.)|.", re.DOTALL)
_IN_SET = re.compile(r"[\\\[\]^&|~]")


class _Run:
    """Neighbouring rules of one kind: names and paths without a star, and expressions.

    A name that ends in a slash is a directory's; so are paths.
    """

    def __init__(self, *, ignores: bool) -> None:
        self.ignores = ignores
        self.names: set[str] = set()
        self.paths: set[str] = set()
        self.expressions: list[str] = []

    @functools.cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(self.expressions) or r"(?!)", re.DOTALL)

    def matches(self, path: str) -> bool:
        """Return whether a rule fits `path`, where a directory's path ends in a slash."""
        return self._fits_name(path) or self._fits_path(path) or bool(self._pattern.match(path))

    def _fits_name(self, path: str) -> bool:
        if not self.names:
            return False
        *folders, last = path.split("/")
        above = (name for folder in folders for name in (folder, folder + "/"))
        return last in self.names or any(name in self.names for name in above)

    def _fits_path(self, path: str) -> bool:
        if not self.paths:
            return False
        cuts = (cut for cut, letter in enumerate(path) if letter == "/")
        above = (path[:end] for cut in cuts for end in (cut, cut + 1))
        return path in self.paths or any(each in self.paths for each in above)


class Rules(msgspec.Struct, frozen=True):
    """Rules in force, the last first."""

    runs: tuple[_Run, ...] = ()

    def ignores(self, path: str, *, is_directory: bool = False) -> bool:
        """Return whether the untracked `path` is left out."""
        if any(name in ALWAYS for name in path.casefold().split("/")):
            return True
        text = path + "/" if is_directory else path
        return next((run.ignores for run in self.runs if run.matches(text)), False)

    def prunes(self, path: str) -> bool:
        """Return whether nothing below the directory `path` can be wanted."""
        if path.rpartition("/")[2].casefold() in ALWAYS:
            return True
        if not self.runs or any(not run.ignores for run in self.runs):
            return False
        return self.ignores(path, is_directory=True)


def load(root: Path) -> Rules:
    """Return the rules of a workspace, none without a file; raises `Exhausted`, `Invalid`."""
    for name in (NAME, GITS):
        data = _read(root / name)
        if data is None:
            continue
        if len(data) > IGNORE_MAX:
            reason = f"{name} is larger than {IGNORE_MAX} bytes."
            raise Exhausted(reason, code="workspace.ignore-size")
        try:
            return parse(data.decode("utf-8-sig"), is_gits=name == GITS)
        except UnicodeDecodeError as fault:
            raise Invalid(f"{name} is not UTF-8.", code="workspace.ignore-text") from fault
    return Rules()


def _read(path: Path) -> bytes | None:
    """Return the rules' text, None without a file; never waits, wherever a link leads."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise _no_file(path, fault.strerror or str(fault)) from fault
    try:
        mode = os.fstat(handle).st_mode
        if stat.S_ISDIR(mode):
            return None
        if not stat.S_ISREG(mode):
            raise _no_file(path, "it is no plain file")
        return _up_to(handle, IGNORE_MAX + 1)
    finally:
        os.close(handle)


def _up_to(handle: int, most: int) -> bytes:
    parts: list[bytes] = []
    while most and (part := os.read(handle, most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _no_file(path: Path, why: str) -> Invalid:
    return Invalid(
        f"{path.name} cannot be read: {why}.",
        code="workspace.ignore-file",
        hint="Make it a plain file, or remove it.",
        path=path.name,
    )


def parse(text: str, *, is_gits: bool = False) -> Rules:
    """Return the rules in `text`, one a line; raises `Exhausted` for too many with stars.

    `is_gits` reads them as git does.
    """
    runs: list[_Run] = []
    starred = 0
    for line in text.split("\n"):
        rule = line.rstrip(" \t\r")
        if not rule or rule.startswith("#"):
            continue
        ignores = not rule.startswith("!")
        if not runs or runs[-1].ignores is not ignores:
            runs.append(_Run(ignores=ignores))
        starred += _add(runs[-1], rule.removeprefix("!"), _glob if is_gits else re.escape)
    if starred > STARRED_MAX:
        raise Exhausted(
            f"{NAME} has more than {STARRED_MAX} rules with a star.", code="workspace.ignore-size"
        )
    return Rules(tuple(reversed(runs)))


Escape = Callable[[str], str]
"""Turns a part of a rule without stars into an expression."""


def _glob(part: str) -> str:
    """Return git's single letters, sets and escapes as an expression."""
    return "".join(_of_glob(found) for found in _GLOB.finditer(part))


def _of_glob(found: re.Match[str]) -> str:
    if found["any"]:
        return "[^/]"
    if found["set"]:
        inverted = "^/" if found["set"][0] in "!^" else ""
        members = found["set"].removeprefix("!").removeprefix("^") if inverted else found["set"]
        return f"[{inverted}{_IN_SET.sub(_escaped, members)}]"
    return re.escape(found["literal"] or found[0])


def _escaped(found: re.Match[str]) -> str:
    return "\\" + found[0]


def _add(run: _Run, rule: str, escape: Escape) -> bool:
    """Add a rule to its run; return whether it has a star."""
    segments = [segment for segment in rule.split("/") if segment]
    if not segments:
        return False
    if "*" in rule or (escape is _glob and _MAGIC.search(rule)):
        run.expressions.append(_expression(rule, segments, escape))
        return True
    literal = "/".join(segments) + ("/" if rule.endswith("/") else "")
    is_bare = "/" not in rule.rstrip("/")
    (run.names if is_bare else run.paths).add(literal)
    return False


def _expression(rule: str, segments: list[str], escape: Escape) -> str:
    """Return `rule` as an expression for a path; a directory's path ends in a slash there."""
    is_for_directories = rule.endswith("/")
    if set(segments) == {"**"}:
        return "[^/]+/" if is_for_directories else "."
    if "/" not in rule.rstrip("/"):
        segments = ["**", *segments]
    while segments[-1] == "**":
        segments = segments[:-1]
        is_for_directories = True
    return _path(_chunks(segments), escape) + ("/" if is_for_directories else "(?:/|\\Z)")


def _chunks(segments: list[str]) -> list[list[str]]:
    """Split `segments` at each `**`; the first chunk stands at the root."""
    chunks: list[list[str]] = [[]]
    for segment in segments:
        if segment == "**":
            if chunks[-1] or len(chunks) == 1:
                chunks.append([])
        else:
            chunks[-1].append(segment)
    return chunks


def _path(chunks: list[list[str]], escape: Escape) -> str:
    first, *others = ["/".join(_segment(one, escape) for one in chunk) for chunk in chunks]
    if not others:
        return first
    *middle, last = others
    head = first + "/" if first else ""
    return head + "".join(f"(?>(?:[^/]+/)*?{chunk}/)" for chunk in middle) + f"(?:[^/]+/)*{last}"


def _segment(segment: str, escape: Escape) -> str:
    first, *others = re.split(r"\*+", segment)
    if not others:
        return escape(first)
    *middle, last = map(escape, others)
    return escape(first) + "".join(f"(?>[^/]*?{part})" for part in middle) + f"[^/]*{last}"

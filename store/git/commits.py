"""A commit of git: what stands in it, and one of ours as git would write it.

A commit is read leniently, for it may be older than any rule: what cannot be decoded is replaced,
the bytes themselves are kept elsewhere. One that we write has one form, so that every node gives a
landing the same id.
"""

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass

from store.git.errors import BadHistory
from store.git.objects import object_id

_MOMENT = re.compile(
    rb"^(.*?) ?<([^<>\n]*)>[^<>\n]*? (-?\d{1,18})(?: ([+-]\d{1,7}))?\s*$", re.DOTALL
)
_TEXTS = re.compile(
    r"ascii|utf-(8|16|32)(-[bl]e|-sig)?|(iso8859-|cp|mac-)[a-z0-9-]+|koi8-[rtu]|tis-620|johab|hz"
    r"|(euc|iso2022|shift|big5|gb|kz|ptcp)[a-z0-9_]+|big5|gbk"
)
"""Encodings of texts. Others that Python knows are for something else: one takes the square of the
length in time, some read escapes."""

_LONGEST_ENCODING = 40
LONGEST_NAME = 255
EARLIEST, LATEST = -62_000_000_000, 253_000_000_000
"""Seconds from 1970 that a date may be: the years from 5 to 9987, which every program can show."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as a reader sees it; times in Unix milliseconds, before 1970 below zero."""

    id: str
    tree: str
    parents: tuple[str, ...]
    author: str
    email: str
    authored_at: int
    message: str

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.strip().partition("\n")[0].strip()


def parse(name: str, data: bytes) -> Commit:
    """Return the commit in `data`; raises `BadHistory` if it has no tree or no sane parents."""
    head, _, body = data.partition(b"\n\n")
    fields = _fields(head)
    trees = fields.get(b"tree", [])
    parents = tuple(value.decode("ascii", "replace") for value in fields.get(b"parent", []))
    if len(trees) != 1 or not all(map(_is_id, (trees[0].decode("ascii", "replace"), *parents))):
        raise BadHistory(name, "", "is no commit that can be read")
    encoding = fields.get(b"encoding", [b"utf-8"])[0].decode("ascii", "replace")
    author, email, at = _person(fields.get(b"author", [b""])[0], encoding)
    return Commit(name, trees[0].decode(), parents, author, email, at, _text(body, encoding))


def _fields(head: bytes) -> dict[bytes, list[bytes]]:
    """Return the values of each header; the lines that continue one are left out."""
    found: dict[bytes, list[bytes]] = {}
    for line in head.split(b"\n"):
        key, _, value = line.partition(b" ")
        if key:
            found.setdefault(key, []).append(value)
    return found


def _is_id(text: str) -> bool:
    return len(text) == 40 and not set(text) - set("0123456789abcdef")


def _person(line: bytes, encoding: str) -> tuple[str, str, int]:
    found = _MOMENT.match(line)
    if found is None:
        return _short(_text(line, encoding)), "", 0
    seconds = min(max(int(found[3]), EARLIEST), LATEST)
    name, email = (_short(_text(part.strip(), encoding)) for part in (found[1], found[2]))
    return name, email, seconds * 1000


def _short(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else " " for letter in text).strip()
    return shown.encode()[:LONGEST_NAME].decode("utf-8", "ignore")


def _text(data: bytes, encoding: str) -> str:
    """Return text as its author meant it, as far as that can be known."""
    for name in (encoding, "utf-8"):
        with suppress(LookupError, UnicodeError, ValueError):
            if _is_of_texts(name):
                return data.decode(name)
    return data.decode("latin-1")


def _is_of_texts(encoding: str) -> bool:
    if len(encoding) > _LONGEST_ENCODING:
        return False
    return _TEXTS.fullmatch(codecs.lookup(encoding).name) is not None


@dataclass(frozen=True, slots=True)
class NewCommit:
    """A landing as a commit; `at` is Unix milliseconds."""

    tree: str
    parent: str | None
    author: str
    email: str
    at: int
    message: str


def encode(new: NewCommit) -> bytes:
    """Return the bytes of the one commit that a landing is."""
    person = person_line(new)
    parent = f"parent {new.parent}\n" if new.parent else ""
    text = f"tree {new.tree}\n{parent}author {person}\ncommitter {person}\n\n"
    return text.encode() + new.message.encode()


def person_line(new: NewCommit) -> str:
    """Return who made a landing and when, as git writes it."""
    name, email = (re.sub(r"[<>\n\0]", " ", text).strip() for text in (new.author, new.email))
    return f"{name or 'unknown'} <{email}> {new.at // 1000} +0000"


def commit_id(new: NewCommit) -> str:
    """Return the id of the one commit that a landing is."""
    return object_id("commit", encode(new))

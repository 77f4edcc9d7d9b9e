"""Which project, and what of it, the words behind a command mean.

A project is named by address (`account/project` or a URL), by two words (`account project`), or
not at all: then the workspace around the current directory says.
"""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mic.cli.context import Context
from mic.client.addresses import Address, parse
from mic.errors import Invalid, Missing
from mic.workspace import manifest as manifests
from mic.workspace.manifest import Manifest

if TYPE_CHECKING:
    from mic.client.remote import Remote

_POSITION = re.compile(r"@?([0-9]{1,18})|@position:([0-9]{1,18})|@?latest|@?head", re.IGNORECASE)
_NAME = re.compile(r"@[^\s@]\S*")


class Workspace(NamedTuple):
    """A checked-out directory and what it holds."""

    root: Path
    manifest: Manifest

    @property
    def address(self) -> Address:
        """Return the project's address."""
        m = self.manifest
        return Address(m.server, m.account, m.project)

    @property
    def name(self) -> str:
        """Return `account/project`; the file's name for a project that came in one."""
        m = self.manifest
        return f"{m.account}/{m.project}" if m.account else m.project

    def remote(self, context: Context) -> "Remote":
        """Return the project that this is a workspace of: the one with its id, and no other."""
        return context.remote(self.address, self.manifest.project_id)

    def path(self, cwd: Path, word: str) -> str:
        """Return a path as typed in `cwd`, relative to the root; raises `Invalid` outside it."""
        full = os.path.normpath(cwd / word)
        relative = os.path.relpath(full, self.root)
        if relative == "..":
            raise _outside(word)
        if relative.startswith("../"):
            raise _outside(word)
        return "" if relative == "." else relative


class Target(NamedTuple):
    """A project, the words that do not name it, and the workspace if that named it."""

    remote: "Remote"
    words: list[str]
    workspace: Workspace | None

    @property
    def base(self) -> int | None:
        """Return the position that the workspace holds; None means the newest."""
        return self.workspace.manifest.position if self.workspace else None


def workspace(context: Context) -> Workspace:
    """Return the workspace around the current directory; raises `Missing`."""
    root = manifests.find_root(context.cwd)
    return Workspace(root, manifests.load(root))


def here(context: Context, words: list[str]) -> Target:
    """Return the workspace's own project."""
    found = workspace(context)
    return Target(found.remote(context), words, found)


def target(context: Context, words: list[str], rest: int) -> Target:
    """Split `words` into a project and exactly `rest` words behind it."""
    named = len(words) - rest
    if named == 0:
        return here(context, words)
    if named not in {1, 2}:
        raise Invalid(
            f"{len(words)} words are not a project and {rest} more.",
            code="usage",
            hint="Name the project as account/project, or run this in a workspace.",
        )
    return Target(context.remote(_address(context, words[:named])), words[named:], None)


def positioned(context: Context, words: list[str]) -> Target:
    """Split `words` into a project and the positions behind it."""
    last = len(words)
    while last and (_POSITION.fullmatch(words[last - 1]) or _NAME.fullmatch(words[last - 1])):
        last -= 1
    return target(context, words, len(words) - last)


def position(text: str) -> int | None:
    """Read `N`, `@N`, `@position:N`, `latest` or `HEAD`; None is the newest."""
    found = _POSITION.fullmatch(text.strip())
    if not found:
        raise Invalid(
            f"{text} is not a position.",
            code="position.invalid",
            hint="Write a number, @number or latest",
            given=text,
        )
    digits = found[1] or found[2]
    return int(digits) if digits else None


def named(remote: "Remote", text: str) -> int | None:
    """Read what `position` reads, or the name of a position: a tag, with `@` or without."""
    if _POSITION.fullmatch(text.strip()):
        return position(text)
    wanted = text.strip().removeprefix("@")
    try:
        tags = remote.tags()
    except (Missing, Invalid):  # of an older node, or of a file: those have none
        tags = []
    for tag in tags:
        if tag.name == wanted:
            return tag.position
    raise Invalid(
        f"{text} is no position of {remote.name}.",
        code="position.invalid",
        hint="Write a number, @number, latest, or a tag as @v1",
        given=text,
    )


def settled(remote: "Remote", at: int | None) -> int:
    """Return a position, the newest one for None; raises `Missing` in an empty project."""
    if at is not None:
        return at
    head = remote.head().position
    if head == 0:
        raise Missing(f"Nothing has landed on {remote.name} yet.", code="project.empty")
    return head


def is_workspace(context: Context) -> bool:
    """Tell whether the current directory is in a workspace."""
    try:
        manifests.find_root(context.cwd)
    except Missing:
        return False
    return True


def _address(context: Context, words: list[str]) -> Address:
    if len(words) == 2:
        return parse("/".join(words))
    return context.address(words[0])


def _outside(word: str) -> Invalid:
    return Invalid(f"{word} is outside the workspace.", code="path.outside", given=word)

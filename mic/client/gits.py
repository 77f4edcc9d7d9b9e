"""The program `git` on this machine: a repository's history on its way to a node, or from one.

The token travels in the environment alone, where other users cannot read it, and is sent to the
node and to nobody else. No settings of the user or the machine apply, no hooks run, no questions
are asked; a repository may not lead the push elsewhere.
"""

import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from mic.errors import Conflict, Denied, Invalid, MicFault, Missing, Unreachable

MAIN = "refs/heads/main"
TAGS = "refs/tags/*:refs/tags/*"
Told = Callable[[str], None]
"""Is told, a line at a time, how far git has come."""

_SAID = 100
_PROGRESS = re.compile(r"\d+% \(|: \d+, done|^remote: [a-z]+: \d+(?:/\d+)?$")
_BROKEN = re.compile(
    r"unable to access|RPC failed|hung up|early EOF|unexpected disconnect|Could not resolve"
    r"|Failed to connect|Connection reset|remote end|The requested URL returned error: 5"
)
_SETTINGS = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "credential.helper": "",
    "http.followRedirects": "false",
    "protocol.allow": "never",
    "protocol.http.allow": "always",
    "protocol.https.allow": "always",
    "safe.directory": "*",
    "push.gpgSign": "false",
    "push.followTags": "false",
    "gc.auto": "0",
}


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository and the commit that its HEAD stands at; `branch` is what HEAD names."""

    path: Path
    tip: str
    branch: str


def is_one(path: Path) -> bool:
    """Tell whether a directory is the top of a git working copy, without starting git."""
    return (path / ".git").exists()


def opened(path: Path) -> Repository:
    """Return the repository in `path`; raises what keeps its history from being brought."""
    try:
        kind = _asked(path, "rev-parse", "--is-shallow-repository", "--show-object-format")
    except MicFault as fault:
        if fault.code == "git.missing":
            raise
        raise Missing(f"{path} holds no git repository.", code="git.no-repository") from fault
    shallow, form = kind.split()
    if form != "sha1":
        raise Invalid(f"{path} names its commits by {form}; only sha1 comes in.", code="git.format")
    branch = _maybe(path, "symbolic-ref", "-q", "HEAD")
    if branch is None:
        raise Invalid(
            f"HEAD of {path} stands at a commit and on no branch.",
            code="git.detached-head",
            hint="Choose one: git switch BRANCH",
        )
    tip = _maybe(path, "rev-parse", "--verify", "-q", "HEAD^{commit}")
    if tip is None:
        raise _nothing(path, branch)
    if shallow == "true":
        raise Invalid(
            f"{path} is a shallow clone: its history is cut off.",
            code="git.shallow",
            hint="Get the rest: git fetch --unshallow",
        )
    return Repository(path, tip, branch.removeprefix("refs/heads/"))


def _nothing(path: Path, branch: str) -> Invalid:
    name = branch.removeprefix("refs/heads/")
    if _maybe(path, "rev-list", "--all", "-n1"):
        return Invalid(
            f"HEAD of {path} names {name}, a branch without commits.",
            code="git.unborn-head",
            hint="Choose another one: git switch BRANCH",
        )
    return Invalid(f"{path} has no commits.", code="git.empty", hint="Commit something first")


def exclude(root: Path, name: str) -> None:
    """Let git look past `name` at the top of a working copy, on this machine only."""
    told = _maybe(root, "rev-parse", "--git-path", "info/exclude")
    if told is None:
        return
    excluded, line = root / told, f"/{name}/"
    lines = excluded.read_text().splitlines() if excluded.exists() else []
    if line not in lines:
        excluded.parent.mkdir(parents=True, exist_ok=True)
        excluded.write_text("\n".join([*lines, line]) + "\n")


def counted(repository: Repository) -> int:
    """Return how many landings the history becomes."""
    return int(_asked(repository.path, "rev-list", "--count", "--first-parent", repository.tip))


def has_tags(repository: Repository) -> bool:
    """Tell whether the repository has tags."""
    return bool(_asked(repository.path, "for-each-ref", "--count=1", "refs/tags"))


def main_of(url: str, token: str | None) -> str | None:
    """Return the commit that a project's line stands at, as git sees it; None if it is empty."""
    listed, _ = _run(None, url, token, ["ls-remote", "--", url, MAIN], _silent)
    return listed.split("\t")[0] or None


def push(
    repository: Repository, url: str, token: str | None, refs: Sequence[str], told: Told
) -> list[str]:
    """Send what `refs` name and return what the node says of it.

    Raises `Invalid` with the node's reason, or `Unreachable`.
    """
    words = ["push", "--progress", "--porcelain", "--", url, *refs]
    _, said = _run(repository.path, url, token, words, told)
    return _of_node(said)


def clone(url: str, token: str | None, directory: Path, told: Told, *, bare: bool) -> None:
    """Make `directory` a repository of a project; leaves nothing behind when it fails."""
    kind = ["--mirror"] if bare else []
    _run(None, url, token, ["clone", "--progress", *kind, "--", url, str(directory)], told)


def tip_of(directory: Path) -> tuple[str | None, int]:
    """Return the commit of a repository's HEAD, and how many tags it has."""
    tip = _maybe(directory, "rev-parse", "--verify", "-q", "HEAD^{commit}")
    return tip, len(_asked(directory, "for-each-ref", "--format=.", "refs/tags").split())


def _asked(path: Path, *arguments: str) -> str:
    return _run(path, None, None, list(arguments), _silent)[0].strip()


def _maybe(path: Path, *arguments: str) -> str | None:
    try:
        return _asked(path, *arguments) or None
    except Invalid:
        return None


def _environment(url: str | None, token: str | None) -> dict[str, str]:
    settings = dict(_SETTINGS)
    if url and token:
        settings[f"http.{url}.extraHeader"] = f"Authorization: Bearer {token}"
    given = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    given |= {
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "GIT_CONFIG_COUNT": str(len(settings)),
    }
    for number, (name, value) in enumerate(settings.items()):
        given |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return given


def _silent(_line: str) -> None:
    """Tell nobody."""


def _run(
    path: Path | None, url: str | None, token: str | None, words: list[str], told: Told
) -> tuple[str, list[str]]:
    """Run git; return what it prints and says, or raise a fault of the family of that."""
    where = [] if path is None else ["-C", str(path)]
    with _started([*where, *words], _environment(url, token)) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = list(_heard(process.stderr, told))[-_SAID:]
        out = process.stdout.read().decode("utf-8", "replace")
    if process.returncode:
        raise _fault(words[0], out, said)
    return out, said


def _started(words: list[str], environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(  # noqa: S603  no shell sees these words
            ["git", *words],  # noqa: S607  the user's own git
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
    except FileNotFoundError as fault:
        raise Missing(
            "There is no program git on this machine.", code="git.missing", hint="Install git"
        ) from fault


def _heard(stream: IO[bytes], told: Told) -> Iterator[str]:
    """Yield the lines that are not about progress, and tell of those that are."""
    held = b""
    while data := os.read(stream.fileno(), 4096):
        *lines, held = re.split(rb"[\r\n]", held + data)
        yield from _sorted(lines, told)
    yield from _sorted([held], told)


def _sorted(lines: list[bytes], told: Told) -> Iterator[str]:
    for line in lines:
        text = line.decode("utf-8", "replace").replace("\x1b[K", "").strip()
        if _PROGRESS.search(text):
            told(text)
        elif text:
            yield text


def _fault(what: str, out: str, said: list[str]) -> MicFault:
    """Return what a refusal means: the node's own words, if it said any."""
    refused = [row.split("\t")[2] for row in out.splitlines() if row.startswith("!")]
    text = " ".join(_of_node(said)) or " ".join(refused)
    last = next((line for line in reversed(said) if line.startswith(("fatal:", "error:"))), "")
    if refused and "fetch first" in "".join(refused):
        return Conflict(text, code="push.fetch-first")
    if refused:
        return Invalid(text, code="push.refused")
    whole = f"git {what} failed: {text or last or ' '.join(said[-2:])}"
    if re.search("Authentication failed|could not read|returned error: 403", last):
        return Denied(whole, code="git.denied")
    if "not found" in last or "returned error: 404" in last:
        return Missing(whole, code="git.not-found")
    if _BROKEN.search(" ".join(said)):
        return Unreachable(whole, code="git.broken-off", hint="Run it again: it goes on")
    return Invalid(whole, code="git.failed")


def _of_node(said: list[str]) -> list[str]:
    told = (line.removeprefix("remote:").strip() for line in said if line.startswith("remote:"))
    return [line for line in told if line]

"""What may keep `mic` from working here, looked at one by one: each with what to do about it."""

import os
import platform
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from mic.cli import exits
from mic.cli.answers import plural, when
from mic.cli.context import Context
from mic.cli.findings import PATIENCE, Check, Level
from mic.client import accounts
from mic.client.addresses import FILE
from mic.client.connection import Connection
from mic.client.home import Config
from mic.errors import MicFault
from mic.wire.messages import VERSION, NodeInfo

SKEW_WARN, SKEW_FAIL = 5_000, 60_000
SOON = 86_400_000
ROOM = 256 << 20
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
PRIVATE = ("config.json", "tokens.json", "device.key")


def checks(context: Context) -> Iterator[Check]:
    """Look at everything; what cannot be looked at has failed, and the rest goes on."""
    yield _versions()
    yield from _guarded("home", lambda: _home(context.home.path))
    yield from _guarded("config", lambda: _config(context))
    yield from _guarded("key", lambda: _key(context))
    yield _git()
    yield from _guarded("node", lambda: _nodes(context))
    yield from _guarded("workspace", lambda: _workspace(context))


def _guarded(name: str, look: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    try:
        yield from look()
    except Exception as problem:  # noqa: BLE001  # a check that cannot be made is a finding
        fault = problem if isinstance(problem, MicFault) else exits.translated(problem)
        yield Check(name, "fail", fault.message, fault.hint, fault)


def _versions() -> Check:
    told = f"mic {version('micelio')}, Python {platform.python_version()}, {platform.system()}"
    return Check("versions", "ok", told)


def _home(home: Path) -> Iterator[Check]:
    try:
        facts = home.stat()
    except FileNotFoundError:
        yield Check("home", "ok", f"{home} is not there yet: nothing is kept.")
        return
    if not home.is_dir():
        yield Check("home", "fail", f"{home} is no directory.", "Move it away, or set MIC_HOME.")
    elif facts.st_uid != os.geteuid() or not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        yield Check("home", "fail", f"{home} is not yours to write.", "Set MIC_HOME, or own it.")
    elif facts.st_mode & _OTHERS:
        yield Check("home", "warn", f"Others can look into {home}.", f"chmod 700 {home}")
    else:
        yield Check("home", "ok", f"{home}, for you alone.")
    for name in PRIVATE:
        file = home / name
        if file.is_file() and file.stat().st_mode & _OTHERS:
            yield Check("home", "fail", f"Others can read {file}.", f"chmod 600 {file}")
    yield from _room(home)


def _room(home: Path) -> Iterator[Check]:
    free = shutil.disk_usage(home).free
    if free < ROOM:
        yield Check("disk", "warn", f"{free >> 20:,} MiB are free at {home}.", "Make room.")


def _config(context: Context) -> Iterator[Check]:
    config = context.home.config()
    known = (
        f"{plural(len(config.servers), 'node')}, {plural(len(config.aliases), 'alias', 'aliases')}"
    )
    yield Check("config", "ok", f"{known}.")
    if config.default_server and config.default_server not in config.servers:
        yield Check(
            "config",
            "fail",
            f"The default node, {config.default_server}, is not known.",
            "mic server default SERVER",
        )
    context.home.tokens()


def _key(context: Context) -> Iterator[Check]:
    from keys import ring

    try:
        key = ring.load(context.home.path / "device.key")
    except FileNotFoundError:
        yield Check("key", "ok", "There is none yet: the first landing makes it.")
    else:
        yield Check("key", "ok", key.did)


def _git() -> Check:
    advice = "Install git, to bring repositories here or to take projects there."
    try:
        command = ["git", "--version"]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return Check("git", "warn", "There is no git.", advice)
    return Check("git", "ok", ran.stdout.strip() + ".")


def _nodes(context: Context) -> Iterator[Check]:
    urls = _urls(context)
    if not urls:
        advice = "Start one with `micelio up`, or: mic server add NAME URL"
        yield Check("node", "warn", "No node is known.", advice)
    for url in urls:
        yield from _guarded(f"node {url}", lambda url=url: _node(context, url))  # type: ignore[misc]


def _urls(context: Context) -> list[str]:
    """Return every node that a command here may mean: named, default, or this workspace's."""
    from mic.workspace import manifest as manifests

    urls: dict[str, None] = {}
    if context.node:
        urls[context.node_url(context.node)] = None
    try:
        servers = context.home.config().servers
    except MicFault:
        servers = Config().servers
    urls |= dict.fromkeys(one.url for one in servers.values())
    with suppress(MicFault):
        server = manifests.load(manifests.find_root(context.cwd)).server
        if not server.startswith(FILE):
            urls[server] = None
    return list(urls)


def _node(context: Context, url: str) -> Iterator[Check]:
    name = f"node {url}"
    before = context.now()
    info = accounts.node(Connection(url).briefly(PATIENCE))
    after = context.now()
    if info.protocol != VERSION:
        message = f"It speaks version {info.protocol} of the protocol, we speak {VERSION}."
        yield Check(name, "fail", message, "Bring the older one of the two up to date.")
    else:
        yield Check(name, "ok", f"micelio {info.version}, in {after - before} ms.")
    yield from _clock(name, info, (before + after) // 2)
    yield from _guarded(f"token {url}", lambda: _token(context, url))


def _clock(name: str, info: NodeInfo, here: int) -> Iterator[Check]:
    if info.now is None:
        return
    skew = here - info.now
    if abs(skew) > SKEW_WARN:
        level: Level = "fail" if abs(skew) > SKEW_FAIL else "warn"
        way = "ahead of" if skew > 0 else "behind"
        message = f"The clock here is {abs(skew) / 1000:,.1f} s {way} the node's."
        yield Check(name, level, message, "Set both clocks by the network (NTP).")


def _token(context: Context, url: str) -> Iterator[Check]:
    name = f"token {url}"
    token = context.token_for(url)
    if token is None:
        yield Check(name, "ok", "There is none: public projects can be read.")
        return
    who = accounts.whoami(Connection(url, token).briefly(PATIENCE))
    if who.handle is None:
        yield Check(name, "fail", "The node does not know it.", f"mic auth login {url}")
        return
    scopes = "" if who.scopes is None else f", only for {', '.join(who.scopes)}"
    kept = context.home.token(url)
    ends = kept.expires_at if kept and kept.access_token == token else None
    if ends is None:
        yield Check(name, "ok", f"You are {who.handle}{scopes}.")
    elif ends - context.now() < SOON and not (kept and kept.refresh_token):
        message = f"You are {who.handle}{scopes}, until {when(ends)}."
        yield Check(name, "warn", message, f"mic auth login {url}")
    else:
        yield Check(name, "ok", f"You are {who.handle}{scopes}, until {when(ends)}, then renewed.")


def _workspace(context: Context) -> Iterator[Check]:
    from mic.cli import inspecting, targets

    if targets.is_workspace(context):
        yield from inspecting.checks(context, targets.workspace(context))
    else:
        yield Check("workspace", "ok", "You are in none.")

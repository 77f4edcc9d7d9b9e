"""The command line `micelio`.

Every command works without a terminal and asks nothing. Results go to stdout, talk to stderr; the
exit code says which family a failure belongs to. A command's own modules are imported when it runs,
so that `micelio --help` costs nothing.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from keys.errors import KeysFault
from node.daemon import config, logs
from node.daemon.config import Config
from node.kernel import errors
from store.errors import DatabaseUnusable, DiskFull, StoreFault

EXITS: Mapping[type[Exception], int] = {
    errors.Invalid: 2,
    errors.Missing: 3,
    errors.Denied: 4,
    errors.Conflict: 5,
    errors.Exhausted: 6,
    errors.Unreachable: 7,
    DatabaseUnusable: 4,
    DiskFull: 6,
}
PEER_ACTIONS = {
    "remove": "forget a peer",
    "allow": "never ban a peer",
    "ban": "have nothing to do with a peer for a day",
}
EXAMPLES = """\
examples:
  micelio up                                   start a node; the first time, make it
  micelio up --listen 0.0.0.0:7070 --data /srv/micelio --name forge
  micelio login                                print a fresh sign-in link
  micelio invite                               print a link for a colleague
  micelio fsck --repair                        check everything that is stored
  micelio doctor                               is all well, and what is to be done?
  micelio backup /mnt/backup/forge.tar         the whole node in one file, while it runs
  micelio export ada ~/ada.zip                 all that belongs to an account, in one zip
  micelio seed https://forge.example/ada/notes hold a colleague's project, and serve it
  micelio restore /mnt/backup/forge.tar --data ~/restored
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    asked = parser().parse_args(arguments)
    try:
        settings = config.read(vars(asked), os.environ, Path.home())
        logs.to_stderr(settings.log_level)
        return _command(asked.command)(settings, asked)
    except (errors.Fault, StoreFault, KeysFault) as fault:
        return _tell(fault, as_json=asked.json)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    whole = argparse.ArgumentParser(
        prog="micelio",
        description="A forge that one person can run.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    up = _add(commands, "up", "start the node and serve until it is told to stop")
    up.add_argument("--listen", metavar="HOST:PORT", help="address (127.0.0.1:7070)")
    up.add_argument("--name", help="the name that the node goes by (the machine's)")
    up.add_argument("--owner", metavar="HANDLE", help="the owner's handle, at the first start")
    up.add_argument(
        "--p2p-listen",
        metavar="MULTIADDR",
        action="append",
        help="where other nodes reach this one, as /ip4/ADDRESS/tcp/PORT; may be repeated",
    )
    up.add_argument("--no-p2p", action="store_true", help="take no part in the network of nodes")
    up.add_argument("--no-register", action="store_true", help="leave `mic` as it is")
    login = _add(commands, "login", "print a fresh one-time sign-in link")
    login.add_argument("account", metavar="HANDLE", nargs="?", help="for whom (the owner)")
    invite = _add(commands, "invite", "print a one-time link that makes an account")
    invite.add_argument(
        "--organization", metavar="HANDLE", help="which they belong to from then on"
    )
    roles = ("member", "admin")
    invite.add_argument("--role", choices=roles, default="member", help="as what (member)")
    limit = _add(commands, "limit", "say what an account may have, or change it")
    limit.add_argument("account", metavar="HANDLE", help="whose")
    limit.add_argument("--projects", metavar="N", help="how many, or `default`")
    limit.add_argument(
        "--storage", metavar="SIZE", help="500 MiB, 5 GiB and the like, or `default`"
    )
    _add(commands, "status", "say where the node is and what it holds")
    fsck = _add(commands, "fsck", "check everything that is stored; the node must not run")
    fsck.add_argument("--repair", action="store_true", help="repair what can be repaired")
    _backups(commands)
    _replication(commands)
    _owning(commands)
    _add(commands, "doctor", "look at everything that the node needs, and say what to do")
    return whole


def _backups(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    backup = _add(commands, "backup", "write the whole node to one file; it may run meanwhile")
    backup.add_argument("file", metavar="FILE", help="a new file, or - for standard output")
    backup.add_argument("--replace", action="store_true", help="put it in the place of a file")
    export = _add(
        commands, "export", "write what belongs to an account to a zip; no secret is in it"
    )
    export.add_argument("account", metavar="ACCOUNT", help="whose: a person's or an organization's")
    export.add_argument("file", metavar="FILE", help="a new file")
    export.add_argument("--replace", action="store_true", help="put it in the place of a file")
    restore = _add(commands, "restore", "make a node of a backup, in a new or empty directory")
    restore.add_argument("file", metavar="FILE", help="the backup, or - for standard input")
    restore.add_argument("--no-check", action="store_true", help="leave the check to `fsck`")


def _replication(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    seed = _add(commands, "seed", "hold a project of another node, and serve it")
    seed.add_argument(
        "address",
        metavar="ADDRESS",
        help="https://node/account/project, a peer's, mic:…, or a bundle",
    )
    seed.add_argument("--depth", metavar="N", help="contents of the N newest landings only")
    seed.add_argument("--quota", metavar="SIZE", help="at most so many bytes: 500 MiB, 5 GiB")
    seed.add_argument("--pin", action="store_true", help="never make room at its cost")
    seed.add_argument("--forget", action="store_true", help="let go of what landed here too late")
    seed.add_argument("--reason", metavar="TEXT", help="why it is held, for who asks later")
    unseed = _add(commands, "unseed", "hold a project of another node no longer")
    unseed.add_argument("address", metavar="ADDRESS|ID", help="as `micelio seeds` shows it")
    _add(commands, "seeds", "list what is held for other nodes")
    peer = _add(commands, "peer", "know a peer, forget it, allow or ban it")
    actions = peer.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add(actions, "add", "know a node by its address, or follow its actor").add_argument(
        "address", metavar="ADDRESS", help="https://node, a multiaddr, or @node@host"
    )
    _add(actions, "list", "list the peers")
    for name, what in PEER_ACTIONS.items():
        _add(actions, name, what).add_argument("address", metavar="ADDRESS|ID")
    _add(commands, "peers", "list the peers, what is held against them, and what they hold")


def _owning(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    key = _add(commands, "key", "save the key that a person's projects belong to")
    save = key.add_subparsers(dest="action", required=True, metavar="ACTION")
    one = _add(save, "save", "write a key to a new file, for its owner alone to read")
    one.add_argument("file", metavar="FILE", help="a new file")
    one.add_argument("--account", metavar="HANDLE", help="whose key (the owner's)")
    project = _add(commands, "project", "give a project that is held here another home")
    adopt = project.add_subparsers(dest="action", required=True, metavar="ACTION")
    one = _add(adopt, "adopt", "order a project whose home is gone; its owner's key says so")
    one.add_argument("address", metavar="ADDRESS|ID", help="the project, as it is called here")
    one.add_argument("--key", metavar="FILE", required=True, help="its owner's key")
    one.add_argument("--account", metavar="HANDLE", help="whose it is here (the owner's)")
    one.add_argument("--force", action="store_true", help="also if its home still answers")


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, what: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    command.add_argument("--data", metavar="DIR", help="the data directory")
    command.add_argument("--json", action="store_true", help="answer with one line of JSON")
    return command


def _command(name: str) -> Callable[[Config, argparse.Namespace], int]:
    from node.daemon import commands  # noqa: PLC0415  see above: help must not pay for it

    found: Callable[[Config, argparse.Namespace], int] = getattr(commands, name)
    return found


def _tell(fault: errors.Fault | StoreFault | KeysFault, *, as_json: bool) -> int:
    code = getattr(fault, "code", f"store.{_kebab(type(fault).__name__)}")
    if as_json:
        details = dict(getattr(fault, "details", {}))
        problem = {"code": code, "message": str(fault), "details": details}
        print(json.dumps({"ok": False, "error": problem}, default=str))  # noqa: T201
    print(f"micelio: {fault}", file=sys.stderr)  # noqa: T201
    return next((exit_ for family, exit_ in EXITS.items() if isinstance(fault, family)), 1)


def _kebab(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)[1:]

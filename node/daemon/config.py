"""What the operator chose: the only reader of flags' defaults, the settings file and environment.

Precedence: command line, environment, `node.toml` in the data directory, default. Nothing else in
the node looks at `os.environ`, so that a node's behaviour can be read off one value.
"""

import os
import pwd
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from node.daemon import limits
from node.daemon.errors import BadSetting
from node.kernel.forge import Operator
from node.kernel.limits import Limits
from p2p.transport import addresses
from p2p.transport.addresses import Address
from p2p.transport.errors import BadAddress

DEFAULT_LISTEN = "127.0.0.1:7070"
SETTINGS_FILE = "node.toml"
MAX_PORT = 65535
LONGEST_OPERATOR = 200
LOG_LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Config:
    """One node's settings.

    `port` 0 lets the system choose; `url` is what others are told; `login` is who starts the node;
    `mic_home` is None where the node is not to register itself; `reach_private` lets it fetch from
    addresses that are not public. `p2p` lets it take part in the network of nodes, where
    `p2p_listen` says, or beside the pages.
    """

    data: Path
    host: str
    port: int
    name: str | None
    owner: str | None
    login: str
    url: str | None
    mic_home: Path | None
    log_level: str
    limits: Limits
    reach_private: bool = False
    p2p: bool = True
    p2p_listen: tuple[str, ...] = ()
    p2p_bootstrap: tuple[str, ...] = ()
    p2p_mdns: bool = False
    operator: Operator = field(default_factory=Operator)


def read(flags: Mapping[str, Any], environment: Mapping[str, str], home: Path) -> Config:
    """Return the settings that `flags` (None where not given), environment and file add up to."""
    data = data_directory(flags.get("data"), environment, home)
    file = _settings_file(data / SETTINGS_FILE)

    def chosen(name: str) -> str | None:
        value = flags.get(name) or environment.get(f"MICELIO_{name.upper()}") or file.get(name)
        return None if value is None else str(value)

    host, port = split_address(chosen("listen") or DEFAULT_LISTEN)

    def several(name: str, check: Callable[[str], Address]) -> tuple[str, ...]:
        value = flags.get(name) or environment.get(f"MICELIO_{name.upper()}") or file.get(name, ())
        return tuple(_address(name, one, check) for one in _words(name, value))

    registers = not flags.get("no_register")
    takes_part = not flags.get("no_p2p") and _yes_or_no("p2p", chosen("p2p") or "yes")
    return Config(
        data=data,
        host=host,
        port=port,
        name=chosen("name"),
        owner=chosen("owner"),
        login=_login_name(environment),
        url=_without_slash(chosen("url")),
        mic_home=mic_home(environment, home) if registers else None,
        log_level=_log_level(chosen("log") or "warning"),
        reach_private=_yes_or_no("reach_private", chosen("reach_private")),
        limits=limits.read(file.get("limits", {})),
        p2p=takes_part,
        p2p_listen=several("p2p_listen", addresses.to_listen_on),
        p2p_bootstrap=several("p2p_bootstrap", addresses.of_peer),
        p2p_mdns=_yes_or_no("p2p_mdns", chosen("p2p_mdns")),
        operator=_operator(chosen("operator") or ""),
    )


def _operator(text: str) -> Operator:
    """Return who `Ada Example <ada@example.org>` is; either part may be missing."""
    name, email = parseaddr(text)
    if text and (len(text) > LONGEST_OPERATOR or not text.isprintable() or not (name or email)):
        raise BadSetting(
            f"operator is written as 'Ada Example <ada@example.org>', not {text[:80]!r}.",
            operator=text[:80],
        )
    if "@" not in email:
        return Operator(name=text.strip())
    return Operator(name, email)


def data_directory(flag: str | None, environment: Mapping[str, str], home: Path) -> Path:
    """Return the absolute data directory: `--data`, `MICELIO_DATA`, or the user's data home."""
    given = flag or environment.get("MICELIO_DATA")
    if given:
        return Path(given).expanduser().absolute()
    base = environment.get("XDG_DATA_HOME")
    return (Path(base) if base else home / ".local" / "share") / "micelio"


def mic_home(environment: Mapping[str, str], home: Path) -> Path:
    """Return where the same user's `mic` keeps its settings."""
    given = environment.get("MIC_HOME")
    return Path(given).expanduser().absolute() if given else home / ".mic"


def split_address(address: str) -> tuple[str, int]:
    """Return host and port of `HOST:PORT`, `[V6]:PORT` or `:PORT`; raise `BadSetting`."""
    host, colon, port = address.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > MAX_PORT:
        raise BadSetting(
            f"The listen address {address!r} is not HOST:PORT with a port from 0 to {MAX_PORT}.",
            listen=address,
        )
    return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104  an empty host asks for all.


def _settings_file(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as fault:
        raise BadSetting(f"{path} cannot be read: {fault.strerror}.", file=str(path)) from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise BadSetting(f"{path} is not a settings file: {fault}.", file=str(path)) from fault


def _login_name(environment: Mapping[str, str]) -> str:
    """Return the name of the user who starts the node, "owner" when the system knows none."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return environment.get("USER") or "owner"


def _log_level(word: str) -> str:
    if word.lower() not in LOG_LEVELS:
        raise BadSetting(f"A log level is one of {', '.join(LOG_LEVELS)}, not {word!r}.", log=word)
    return word.upper()


def _yes_or_no(name: str, word: str | None) -> bool:
    words = {"": False, "false": False, "no": False, "0": False}
    words |= {"true": True, "yes": True, "1": True}
    found = words.get((word or "").lower())
    if found is None:
        raise BadSetting(f"{name} is true or false, not {word!r}.")
    return found


def _words(name: str, value: object) -> list[str]:
    """Return a list as flags and the file give it; in the environment commas separate."""
    if isinstance(value, str):
        return [word.strip() for word in value.split(",") if word.strip()]
    if isinstance(value, (list, tuple)) and all(isinstance(word, str) for word in value):
        return list(value)
    raise BadSetting(f"{name} is a list of addresses, not {value!r}.")


def _address(name: str, text: str, check: Callable[[str], Address]) -> str:
    try:
        return str(check(text))
    except BadAddress as fault:
        raise BadSetting(f"{name}: {fault}") from fault


def _without_slash(url: str | None) -> str | None:
    return None if url is None else url.rstrip("/")

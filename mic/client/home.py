"""What `mic` remembers between commands, in one directory of the user's.

    config.json           which nodes there are, which is the default, aliases, preferences
    tokens.json           a token for each node, by its URL
    tokens.HASH.lock      held by whoever renews the token for the node whose URL has this hash
    device.key            the key that signs this device's contributions

Every command reads this module, so what only a few need is imported where they need it.
All are readable by their owner alone. A file is replaced whole, by a rename, so a reader
never meets half of one; writers of the same directory take turns on a lock.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

import msgspec

from mic.errors import Invalid

if TYPE_CHECKING:
    from keys.ed25519 import PrivateKey

MAX_FILE = 1024 * 1024
T = TypeVar("T")


class Server(msgspec.Struct, frozen=True):
    """A node that this user knows."""

    url: str


class Preferences(msgspec.Struct, frozen=True):
    """How this user likes to be answered."""

    output_format: Literal["text", "json"] = "text"
    color: bool | None = None


class Config(msgspec.Struct, frozen=True):
    """The contents of config.json."""

    default_server: str | None = None
    servers: dict[str, Server] = msgspec.field(default_factory=dict)
    aliases: dict[str, str] = msgspec.field(default_factory=dict)
    preferences: Preferences = Preferences()

    @property
    def default_url(self) -> str | None:
        """Return the URL of the default node, if one is set."""
        server = self.servers.get(self.default_server or "")
        return server.url if server else None


class Token(msgspec.Struct, frozen=True, omit_defaults=True):
    """A bearer token and whose it is; a device's ends at `expires_at` (Unix ms) unless renewed."""

    access_token: str
    handle: str = ""
    refresh_token: str = ""
    expires_at: int | None = None


class Tokens(msgspec.Struct, frozen=True):
    """The contents of tokens.json."""

    tokens: dict[str, Token] = msgspec.field(default_factory=dict)


class Home(NamedTuple):
    """The directory: `$MIC_HOME`, or `~/.mic`. Made when something is first kept in it."""

    path: Path

    def config(self) -> Config:
        """Return the configuration; raises `Invalid`, naming the line, where it cannot be read."""
        return self._read("config.json", Config)

    def token(self, url: str) -> Token | None:
        """Return the token for the node at `url`."""
        return self._read("tokens.json", Tokens).tokens.get(url)

    def tokens(self) -> dict[str, Token]:
        """Return every token, by the URL of its node."""
        return self._read("tokens.json", Tokens).tokens

    def change_config(self, change: Callable[[Config], Config]) -> Config:
        """Replace the configuration by what `change` makes of it, and return that."""
        with self._turn():
            config = change(self.config())
            self._write("config.json", config)
        return config

    def keep_token(self, url: str, token: Token) -> None:
        """Remember `token` for the node at `url`."""
        with self._turn():
            self._write("tokens.json", Tokens(self.tokens() | {url: token}))

    def forget_token(self, url: str) -> bool:
        """Forget the token for the node at `url`; tell whether there was one."""
        with self._turn():
            tokens = self.tokens()
            found = tokens.pop(url, None) is not None
            if found:
                self._write("tokens.json", Tokens(tokens))
        return found

    @contextmanager
    def turn_at(self, url: str) -> Iterator[None]:
        """Let one process at a time renew the token for the node at `url`."""
        from hashlib import sha256  # noqa: PLC0415

        self._ensure()
        name = f"tokens.{sha256(url.encode()).hexdigest()[:16]}.lock"
        with self._locked(name):
            yield

    def register(self, name: str, url: str, token: Token | None) -> None:
        """Make the node at `url` known as `name`, the default, signed in with `token`."""
        with self._turn():
            config = self.config()
            servers = config.servers | {name: Server(url)}
            self._write(
                "config.json",
                msgspec.structs.replace(config, default_server=name, servers=servers),
            )
            if token:
                self._write("tokens.json", Tokens(self.tokens() | {url: token}))

    def key(self) -> "PrivateKey":
        """Return this device's key, made on first use; raises `keys.errors.KeyFileUnsafe`."""
        from keys import ring  # noqa: PLC0415

        self._ensure()
        return ring.load_or_make(self.path / "device.key")

    def _ensure(self) -> None:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        self._ensure()
        with self._locked(".lock"):
            yield

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        """Hold a lock that nobody else can take: whoever may read a file may lock it for ever."""
        handle = os.open(self.path / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _read(self, name: str, shape: type[T]) -> T:
        file = self.path / name
        try:
            data = file.read_bytes()
        except FileNotFoundError:
            return shape()
        if len(data) > MAX_FILE:
            raise _unreadable(file, f"it is larger than {MAX_FILE} bytes")
        try:
            return msgspec.json.decode(data, type=shape)
        except (msgspec.DecodeError, msgspec.ValidationError) as problem:
            raise _unreadable(file, _where(data, problem)) from problem

    def _write(self, name: str, value: Any) -> None:
        import tempfile  # noqa: PLC0415

        text = msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
        handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=self.path)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self.path / name)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def _where(data: bytes, problem: Exception) -> str:
    import json  # noqa: PLC0415

    try:
        json.loads(data)
    except json.JSONDecodeError as fault:
        return f"line {fault.lineno}: {fault.msg}"
    except UnicodeDecodeError:
        return "it is not UTF-8"
    return str(problem)


def _unreadable(file: Path, why: str) -> Invalid:
    return Invalid(
        f"{file} cannot be read: {why}.",
        code="config.unreadable",
        hint="Correct the file, or move it away to start afresh.",
        file=str(file),
    )

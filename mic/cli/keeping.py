"""The project's log as a workspace keeps it: the records of each position, as the node sent them.

`.mic/log` holds the project's documents and segments of records, named for their first and last
position. A segment is written aside and renamed when it is whole.
"""

import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mic.errors import Missing
from mic.workspace.files import replace_file
from mic.workspace.manifest import FOLDER
from store.records import Decoder, Record, encode, opened

_SEGMENT = re.compile(r"(\d{12})-(\d{12})\.records")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Log:
    """The kept log of the workspace at `root`."""

    root: Path

    @property
    def last(self) -> int:
        """Return the last position that is kept without a gap before it; 0 if there is none."""
        return self._segments()[-1][1] if self._segments() else 0

    def documents(self) -> list[bytes]:
        """Return the project's documents; raises `Missing` if none were kept."""
        try:
            return msgspec.json.decode((self._folder / "documents").read_bytes(), type=list[bytes])
        except FileNotFoundError:
            raise Missing(
                "The log is not kept here yet.",
                code="verify.nothing-kept",
                hint="Run `mic verify` once with the node at hand; from then on --offline works.",
            ) from None

    def keep_documents(self, documents: list[bytes]) -> None:
        """Replace the documents."""
        self._folder.mkdir(exist_ok=True)
        replace_file(self._folder / "documents", msgspec.json.encode(documents))

    def keep(self, first: int, last: int, records: Iterable[Record]) -> None:
        """Keep the records of positions `first` to `last`."""
        temporary = self._folder / f".{secrets.token_hex(8)}"
        try:
            with temporary.open("xb") as file:
                for record in records:
                    file.write(encode(record))
            temporary.replace(self._folder / f"{first:012}-{last:012}.records")
        finally:
            temporary.unlink(missing_ok=True)

    def set_aside(self, after: int) -> None:
        """Keep what came behind position `after` only as evidence: it is asked for again."""
        for first, last in self._segments():
            if first > after:
                whole = self._folder / f"{first:012}-{last:012}.records"
                whole.replace(whole.with_suffix(".refused"))

    def objects(self) -> Iterator[bytes]:
        """Yield every kept object, in order; raises `StoreFault` for a damaged one."""
        for first, last in self._segments():
            decoder = Decoder()
            with (self._folder / f"{first:012}-{last:012}.records").open("rb") as file:
                while chunk := file.read(_CHUNK):
                    yield from map(opened, decoder.feed(chunk))
            decoder.finish()

    @property
    def _folder(self) -> Path:
        return self.root / FOLDER / "log"

    def _segments(self) -> list[tuple[int, int]]:
        found = [_SEGMENT.fullmatch(path.name) for path in self._folder.glob("*.records")]
        spans = sorted((int(one[1]), -int(one[2])) for one in found if one)
        chain: list[tuple[int, int]] = []
        for first, negative in spans:
            if first == (chain[-1][1] if chain else 0) + 1:
                chain.append((first, -negative))
        return chain

"""Under which licence a project stands, by the files of its root that say so.

Licences are told apart by what their texts certainly have: the title at their beginning, or words
that no other one has. What is not known is named by its file. The names are those of SPDX
(https://spdx.org/licenses); the GNU licences stand there without what a text cannot say, whether
later versions count, too.
"""

import re
from dataclasses import dataclass

from aiohttp import web

from node.trees import verbs as trees
from store.tree import Mode
from web.areas.project.directory import Listed
from web.drawn import drawn
from web.page import forge_of, party_of
from web.places import Place

MOST = 3
READ_BYTES = 16 << 10
HEAD = 400
"""How many characters a title may stand in."""

WHOLE = 3_000
"""A text of more characters may have several licences, and words of one say nothing of it."""

_NAME = re.compile(
    r"(?:licen[cs]e|copying|unlicense)(?:[-_][a-z0-9]+(?:[-.][0-9]+)*)*(?:\.(?:txt|md|markdown|rst))?",
    re.IGNORECASE,
)
_SAID = re.compile(r"SPDX-License-Identifier:[ \t]*([A-Za-z0-9.+() -]{1,60})")
_PLAIN = re.compile(r"[^a-z0-9.']+")
_FILES = frozenset({Mode.FILE, Mode.EXECUTABLE})

TITLES = {
    "gnu affero general public license version 3": "AGPL-3.0",
    "gnu lesser general public license version 3": "LGPL-3.0",
    "gnu lesser general public license version 2.1": "LGPL-2.1",
    "gnu general public license version 3": "GPL-3.0",
    "gnu general public license version 2": "GPL-2.0",
    "apache license version 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "mozilla public license version 2.0": "MPL-2.0",
    "eclipse public license v 2.0": "EPL-2.0",
    "european union public licence v. 1.2": "EUPL-1.2",
    "boost software license version 1.0": "BSL-1.0",
    "the artistic license 2.0": "Artistic-2.0",
    "cc0 1.0 universal": "CC0-1.0",
    "attribution sharealike 4.0 international": "CC-BY-SA-4.0",
    "attribution 4.0 international": "CC-BY-4.0",
    "do what the fuck you want to public license": "WTFPL",
}
"""What a text begins with, and its licence."""

_ISC = "permission to use copy modify and or distribute this software for any purpose with or"
_KEPT = "provided that the above copyright notice and this permission notice appear in all copies"
_MIT = "permission is hereby granted free of charge to any person obtaining a copy"
_NOTICE = "the above copyright notice and this permission notice shall be included"
_BSD = "redistribution and use in source and binary forms"
PHRASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Unlicense", ("this is free and unencumbered software released into the public domain",)),
    ("Zlib", ("altered source versions must be plainly marked",)),
    ("ISC", (_ISC, _KEPT)),
    ("0BSD", (_ISC,)),
    ("MIT", (_MIT, _NOTICE)),
    ("MIT-0", (_MIT,)),
    ("BSD-3-Clause", (_BSD, "neither the name")),
    ("BSD-2-Clause", (_BSD,)),
)
"""Licences by the words that they have, the one with more of them first."""


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence by its name in SPDX, or by that of its file; `url` is where it is read."""

    name: str
    url: str


async def licences_of(request: web.Request, place: Place, listed: Listed) -> list[Licence]:
    """Return the licences that the files of the root `listed` say, at most `MOST`."""
    forge, who = forge_of(request), party_of(request)
    found: list[Licence] = []
    for name, entry in listed:
        if entry.mode not in _FILES or not _NAME.fullmatch(name) or len(found) == MOST:
            continue

        async def make(name: str = name) -> str:
            return named(
                await trees.start(forge, who, place.project, place.position, name, READ_BYTES)
            )

        known = await drawn(request, make, len, "licence", entry.id)
        found.append(Licence(known or name, place.url("blob", name)))
    return found


def named(raw: bytes) -> str:
    """Return the licence of a text, empty for an unknown one."""
    text = raw.decode("utf-8", "replace")
    if said := _SAID.search(text):
        return said[1].strip()
    plain = _PLAIN.sub(" ", text.lower()).strip()
    for title, licence in TITLES.items():
        if title in plain[:HEAD]:
            return licence
    if len(plain) > WHOLE:
        return ""
    return next((one for one, words in PHRASES if all(word in plain for word in words)), "")

"""Under which licence a project stands: told by texts, named by files, linked on its page."""

from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from node.daemon.http import application
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account
from web.areas.project.licence import WHOLE, named

MIT = """MIT License

Copyright (c) 2026 Ada

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software, to deal in it without restriction.

The above copyright notice and this permission notice shall be included in all copies.
"""
ISC = """Permission to use, copy, modify, and/or distribute this software for any purpose
with or without fee is hereby granted"""
BSD = "Redistribution and use in source and binary forms, with or without modification"


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        (MIT, "MIT"),
        (MIT.partition("The above")[0], "MIT-0"),
        (MIT.replace("\n", "\r\n   "), "MIT"),
        ("                                 Apache License\n       Version 2.0, January 2004", "Apache-2.0"),
        ("  GNU GENERAL PUBLIC LICENSE\n    Version 3, 29 June 2007", "GPL-3.0"),
        ("GNU GENERAL PUBLIC LICENSE\nVersion 2, June 1991", "GPL-2.0"),
        ("GNU LESSER GENERAL PUBLIC LICENSE\nVersion 2.1, February 1999", "LGPL-2.1"),
        ("GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3", "AGPL-3.0"),
        ("GNU GENERAL PUBLIC LICENSE\nVersion 3\n" + "x " * 300 + "GNU Affero General Public License, Version 3", "GPL-3.0"),
        ("# Creative Commons Attribution-ShareAlike 4.0 International", "CC-BY-SA-4.0"),
        ("Creative Commons\nCC0 1.0 Universal", "CC0-1.0"),
        (f"{ISC}, provided that the above copyright notice and this permission notice appear in all copies.", "ISC"),
        (f"{ISC}.", "0BSD"),
        (f"{BSD}. Neither the name of the author", "BSD-3-Clause"),
        (BSD, "BSD-2-Clause"),
        ("/* SPDX-License-Identifier: MIT OR Apache-2.0 */", "MIT OR Apache-2.0"),
        ("SPDX-License-Identifier: EUPL-1.2\n" + MIT, "EUPL-1.2"),
        (MIT + "and more " * WHOLE, ""),
        ("All rights reserved.", ""),
        ("", ""),
        ("\x00\xff<script>alert(1)</script>", ""),
        ("SPDX-License-Identifier: <img src=x>", ""),
    ],
    ids=lambda text: ascii(text[:24]),
)  # fmt: skip
def test_a_licence_is_told_by_its_text(text, licence):
    assert named(text.encode()) == licence


def test_the_licence_of_this_project_is_known():
    text = (Path(__file__).parents[2] / "LICENSE").read_bytes()
    assert named(text) == "MPL-2.0"


async def test_a_project_names_its_licences_and_leads_to_them(forge):
    ada = await an_account(forge)
    book = await a_project(forge, ada)
    files = {
        "LICENSE-MIT": MIT.encode(),
        "COPYING": b"All rights reserved.\n",
        "license.py": MIT.encode(),
        "docs/LICENSE": MIT.encode(),
    }
    await a_landing(forge, ada, book, files, goal="Begin")
    async with TestClient(TestServer(application(forge))) as client:
        page = await (await client.get("/ada/book")).text()
        empty = await a_project(forge, ada, "empty")
        assert "Licence" not in await (await client.get(f"/{empty.address}")).text()
    said = page.partition("<dt>Licence</dt><dd>")[2].partition("</dd>")[0]
    assert said == (
        '<a href="/ada/book/blob/COPYING">COPYING</a>, <a href="/ada/book/blob/LICENSE-MIT">MIT</a>'
    )


async def test_the_newest_landing_says_that_it_was_checked(forge):
    ada = await an_account(forge)
    book = await a_project(forge, ada)
    await a_landing(forge, ada, book, {"a": b"1\n"}, goal="Begin")
    async with TestClient(TestServer(application(forge))) as client:
        page = await (await client.get("/ada/book")).text()
    assert "Signed, verified" in page.partition('class="latest"')[2].partition("</p></div>")[0]

"""Profiles hold what they may, belong to whom they are of, and pictures are drawn anew."""

import io
import struct
import zlib

import pytest
from PIL import Image

from node.access.model import NotAllowed, SignInRequired
from node.closings import verbs as closings
from node.kernel.parties import ANONYMOUS
from node.organizations import verbs as organizations
from node.profiles import pictures, rules
from node.profiles import verbs as profiles
from node.profiles.model import LINKS, BadPicture, BadProfile, NoPicture, Profile
from tests.support.forges import an_account
from tests.support.portraits import a_picture


async def pictures_kept(forge):
    return await forge.db.read(lambda tx: tx.execute("select count(*) from pictures").fetchone()[0])


async def test_a_profile_is_said_and_unsaid(forge):
    ada = await an_account(forge)
    assert await profiles.get(forge, "ada") == Profile()
    said = Profile(bio="  Field\nelectronics ", website="ada.example", x="https://x.com/ada")
    kept = await profiles.update(forge, ada.party, "ada", said)
    assert (kept.bio, kept.website, kept.x) == (
        "Field electronics",
        "https://ada.example",
        "https://x.com/ada",
    )
    assert kept.links == [("website", "https://ada.example"), ("x", "https://x.com/ada")]
    assert await profiles.get(forge, "ADA") == kept
    assert await profiles.update(forge, ada.party, "ada", Profile()) == Profile()


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)//https://x",
        " java\tscript:alert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "mailto:a@example.org",
        "https://",
        "https:///x",
        "https://.",
        "https://user:secret@example.org",
        "https://example.org/" + "x" * 200,
        'https://example.org/"onmouseover="x',
        "https://example.org/<script>",
        "https://exa mple.org",
        "https://[::1",
        "https://example.org:port",
        "https://example.org/\u202egpj",
    ],
)
def test_what_is_no_link_is_refused(link):
    with pytest.raises(BadProfile):
        rules.check_link("website", link)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("  ", ""),
        ("example.org", "https://example.org"),
        ("//example.org/a", "https://example.org/a"),
        ("localhost:8080/x", "https://localhost:8080/x"),
        ("http://example.org/@ada", "http://example.org/@ada"),
        ("دليل.example", "https://دليل.example"),
    ],
)
def test_a_link_gets_the_scheme_that_it_lacks(typed, kept):
    assert rules.check_link("mastodon", typed) == kept


def test_a_bio_is_one_line_that_turns_nothing_around():
    assert rules.check_bio("a\u202eb\x00c") == "a b c"
    assert rules.check_bio("دليل المحطة") == "دليل المحطة"
    assert len(rules.check_bio("ü" * 160)) == 160
    with pytest.raises(BadProfile, match="160"):
        rules.check_bio("x" * 161)


async def test_only_oneself_and_admins_of_an_organization_say_what_stands_there(forge):
    ada, bob = await an_account(forge), await an_account(forge, "bob")
    await organizations.create(forge, ada.party, "guild")
    for change in (
        lambda who, handle: profiles.update(forge, who, handle, Profile(bio="x")),
        lambda who, handle: profiles.set_picture(forge, who, handle, a_picture()),
    ):
        await change(ada.party, "guild")
        for handle in ("ada", "guild"):
            with pytest.raises(NotAllowed):
                await change(bob.party, handle)
            with pytest.raises(SignInRequired):
                await change(ANONYMOUS, handle)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
async def test_a_picture_is_drawn_anew(forge, form):
    ada = await an_account(forge)
    given = a_picture(form)
    kept = await profiles.set_picture(forge, ada.party, "ada", given)
    shown = await profiles.picture(forge, kept.picture)
    assert shown.startswith(b"RIFF")
    assert shown != given
    with Image.open(io.BytesIO(shown)) as found:
        assert (found.format, found.size) == ("WEBP", (256, 256))


def test_where_a_picture_was_taken_is_not_kept():
    exif = Image.Exif()
    exif[0x010E] = "a secret garden"
    exif[0x0112] = 6
    shown = pictures.drawn(a_picture("JPEG", exif=exif, comment=b"a secret garden"))
    assert b"secret" not in shown
    with Image.open(io.BytesIO(shown)) as found:
        assert not found.getexif()
        assert "icc_profile" not in found.info


def a_bomb():
    """A small PNG that says it has 60,000 by 60,000 pixels."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\x00" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a" + bytes(100),
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"RIFF" + bytes(100),
        b"\xff\xd8\xff" + b"<script>alert(1)</script>",
        a_picture()[:-40],
        a_bomb(),
        a_picture("PNG", (3001, 3001)),
        a_picture() + bytes(pictures.MOST_BYTES),
    ],
    ids=range(10),
)
def test_what_is_no_picture_or_too_much_of_one_is_refused(data):
    with pytest.raises(BadPicture):
        pictures.drawn(data)


async def test_a_picture_goes_when_nobody_has_it(forge):
    ada, bob = await an_account(forge), await an_account(forge, "bob")
    first = await profiles.set_picture(forge, ada.party, "ada", a_picture())
    again = await profiles.set_picture(forge, bob.party, "bob", a_picture())
    assert first.picture == again.picture
    await profiles.update(forge, ada.party, "ada", Profile(bio="stays"))
    assert (await profiles.get(forge, "ada")).picture == first.picture
    await profiles.set_picture(forge, ada.party, "ada", a_picture(colour=(1, 2, 3)))
    assert await pictures_kept(forge) == 2
    await profiles.set_picture(forge, bob.party, "bob", None)
    assert await pictures_kept(forge) == 1
    with pytest.raises(NoPicture):
        await profiles.picture(forge, first.picture)
    assert (await profiles.get(forge, "bob")).picture is None


async def test_an_account_that_is_closed_takes_its_profile_along(forge, clock):
    ada = await an_account(forge)
    await profiles.update(forge, ada.party, "ada", Profile(bio="here"))
    await profiles.set_picture(forge, ada.party, "ada", a_picture())
    await closings.ask(forge, ada.party)
    clock.move(8 * 86_400_000)
    await forge.db.write(lambda tx: closings.close(forge, tx, ada.key))
    left = await forge.db.read(lambda tx: tx.execute("select count(*) from profiles").fetchone()[0])
    assert (left, await pictures_kept(forge)) == (0, 0)


def test_all_kinds_of_links_are_fields():
    assert all(hasattr(Profile(), kind) for kind in LINKS)

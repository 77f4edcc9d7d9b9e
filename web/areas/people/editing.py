"""What somebody typed of themselves, or of an organization."""

from dataclasses import dataclass

from aiohttp import web

from node.profiles.model import LINKS, BadPicture, Profile
from node.profiles.pictures import MOST_BYTES
from node.profiles.rules import BIO_LONGEST, LINK_LONGEST
from web import forms


@dataclass(frozen=True, slots=True)
class Longest:
    """How many characters each field takes."""

    bio: int
    link: int


LONGEST = Longest(BIO_LONGEST, LINK_LONGEST)


def said(form: forms.Typed) -> Profile:
    """Return the profile that was typed, without a picture."""
    links = {kind: forms.text(form, kind) for kind in LINKS}
    return Profile(bio=forms.text(form, "bio"), **links)


async def picture(request: web.Request) -> bytes | None:
    """Return the picture that was sent, None if the form has no place for one; raise `BadPicture`.

    What is more than any form takes is no more than a picture that is too large.
    """
    try:
        sent = (await forms.typed(request)).get("picture")
    except web.HTTPRequestEntityTooLarge as fault:
        raise BadPicture(f"it has more than {MOST_BYTES // 1000} kB") from fault
    if isinstance(sent, web.FileField):
        return sent.file.read()
    return None if sent is None else b""

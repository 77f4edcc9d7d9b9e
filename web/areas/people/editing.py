"""What somebody typed of themselves, or of an organization."""

from dataclasses import dataclass

from aiohttp import web

from node.profiles.model import LINKS, Profile
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


def picture(form: forms.Typed) -> bytes | None:
    """Return the picture that was sent, None if the form has no place for one."""
    sent = form.get("picture")
    if isinstance(sent, web.FileField):
        return sent.file.read()
    return None if sent is None else b""

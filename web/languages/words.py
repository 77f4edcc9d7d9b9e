"""Words in the language of an address: `/ja` is the front page in Japanese.

What a catalog lacks is said in English. A catalog is a file of GNU gettext, which translators and
their tools know; its messages hold HTML of ours, and `{name}` where a page puts something in.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polib
from aiohttp import web
from markupsafe import Markup

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Language:
    """A language: its name in addresses (empty for English), its tag (BCP 47), its own name.

    `gap` is what it writes between two sentences.
    """

    path: str
    tag: str
    name: str
    gap: str = " "

    def at(self, page: str) -> str:
        """Return the address of a page, as `/` or `/legal`, in this language."""
        return page if not self.path else f"/{self.path}{page.rstrip('/')}"


ENGLISH = Language("", "en", "English")
LANGUAGES = (
    ENGLISH,
    Language("ko", "ko", "한국어"),
    Language("zh_CN", "zh-Hans", "简体中文", gap=""),
    Language("zh_TW", "zh-Hant", "繁體中文", gap=""),
    Language("ja", "ja", "日本語", gap=""),
)
OTHERS = tuple(one for one in LANGUAGES if one.path)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a page needs to speak: its language, and its own address in English."""

    language: Language
    page: str

    @property
    def others(self) -> list[tuple[Language, str]]:
        """All languages of the page, and its address in each."""
        return [(one, one.at(self.page)) for one in LANGUAGES]

    def __call__(self, message: str, **given: object) -> Markup:
        """Return a message in the language, with what is given put in, escaped."""
        return Markup(catalog(self.language.path).get(message, message)).format(**given)  # noqa: S704


def spoken(request: web.Request, page: str) -> Spoken:
    """Return the language that the address asks for."""
    first = request.path.split("/", 2)[1]
    return Spoken(next((one for one in OTHERS if one.path == first), ENGLISH), page)


@functools.cache
def catalog(path: str) -> Mapping[str, str]:
    """Return what a language says, by what English says; empty for English."""
    if not path:
        return {}
    found = polib.pofile(str(_HERE / f"{path}.po"), encoding="utf-8")
    return {one.msgid: one.msgstr for one in found if one.msgstr}

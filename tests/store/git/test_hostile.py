"""What git is given by strangers ends git's process at worst, and costs nobody his time."""

import pytest

from store.git.commits import parse
from store.git.errors import GitFailed
from store.git.program import run

TREE = b"tree " + b"4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        (b"punycode", b"fr-3ya"),
        (b"idna", b"xn--fr-3ya"),
        (b"unicode_escape", b"\\x41"),
        (b"utf-7", b"+AOk-"),
        (b"x" * 5000, b"a"),
    ],
)
def test_an_encoding_that_no_text_has_is_not_believed(encoding, data):
    found = parse("0" * 40, TREE + b"encoding " + encoding + b"\n\n" + data)
    assert found.message.encode() == data


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        (b"ISO-8859-1", b"f\xfcr"),
        (b"latin1", b"f\xfcr"),
        (b"CP1252", b"f\xfcr"),
        (b"windows-1252", b"f\xfcr"),
        (b"UTF-8", "für".encode()),
        (b"utf-16", "für".encode("utf-16")),
        (b"IBM850", b"f\x81r"),
    ],
)
def test_the_encodings_of_texts_are(encoding, data):
    head = TREE + b"encoding " + encoding + b"\n\n"
    assert parse("0" * 40, head + data).message == "für"


@pytest.mark.parametrize("encoding", ["koi8-r", "euc-jp", "shift_jis", "gb18030", "big5", "euc-kr"])
def test_so_are_those_of_other_scripts(encoding):
    text = {"koi8-r": "Привет", "euc-kr": "안녕"}.get(encoding, "日本")
    head = TREE + b"encoding " + encoding.encode() + b"\n\n"
    assert parse("0" * 40, head + text.encode(encoding)).message == text


def test_an_object_that_claims_to_be_huge_gets_no_memory(tmp_path):
    run(None, "init", "-q", "--bare", str(tmp_path))
    claims = bytes((0x90, *(0x80,) * 3, 0x80, 0x01))  # a commit of 2**32 bytes
    pack = b"PACK" + bytes((0, 0, 0, 2, 0, 0, 0, 1)) + claims + b"\x78\x9c"
    with pytest.raises(GitFailed, match="attempting to allocate"):
        run(tmp_path, "index-pack", "--stdin", given=pack)

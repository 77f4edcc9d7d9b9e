"""What a push may hold, for those who clone it afterwards; and what it may not cost."""

import pytest

from node.imports import verbs as imports
from tests.support.gits import Gits
from tests.web.git.test_git_client import ada, book, git, head, served, url

__all__ = ["ada", "book", "served", "url"]

MODULES = b'[submodule "%b"]\n\tpath = lib\n\turl = %b\n'


@pytest.mark.slow
@pytest.mark.parametrize(
    "files",
    [
        {".gitmodules": MODULES % (b"../../hooks", b"https://example.org/")},
        {".gitmodules": MODULES % (b"lib", b"-u./payload")},
        {".gitmodules": ("120000", b"README.md")},
        {"lib/.git/config": b"[core]\n\tfsmonitor = touch /tmp/x\n"},
        {"lib/GIT~1/config": b"[core]\n"},
    ],
)
@pytest.mark.parametrize("on_a_side", [False, True])
async def test_what_attacks_those_who_clone_is_refused(
    url, forge, ada, book, tmp_path, files, on_a_side
):
    gits = Gits(tmp_path / "a.git")
    await git("fetch", "-q", url, "main:main", cwd=gits.path)
    tip = gits.line()[-1]
    bad = gits.commit(files, tip)
    kind = gits.commit({"good.txt": b"1"}, tip, bad) if on_a_side else bad
    gits.main(kind)
    said = await git("push", url, "main:main", cwd=gits.path, fails=True)
    assert "git" in said
    assert (await head(forge, ada, book)).position == 1
    async with imports.repository(forge, ada.party, book) as path:
        assert bad not in (await git("rev-list", "--all", cwd=path))


async def test_what_old_programs_wrote_is_taken(url, forge, ada, book, tmp_path):
    gits = Gits(tmp_path / "a.git")
    await git("fetch", "-q", url, "main:main", cwd=gits.path)
    tip = gits.line()[-1]
    gits.main(gits.commit({"a": b"1"}, tip, author=b"Ada <>", when=b"012345 +051800"))
    await git("push", url, "main:main", cwd=gits.path)
    assert (await head(forge, ada, book)).position == 2

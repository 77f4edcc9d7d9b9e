"""Repositories of git with every oddity, made by git itself or, where it refuses, byte by byte."""

import hashlib
import os
import struct
import subprocess
import zlib
from pathlib import Path

DATE = 1_600_000_000
ZERO = "0" * 40


class Gits:
    """A bare repository that grows; `path` is where it lies. Times are held, so ids repeat."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = DATE
        path.parent.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "--bare", "--initial-branch=main", str(path), at=None)

    def git(self, *arguments: str, given: bytes = b"", at: Path | None = Path(), **more) -> bytes:
        """Run git in the repository and return what it prints."""
        where = [] if at is None else ["--git-dir", str(self.path)]
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            **more,
        }
        line = ["git", *where, *arguments]
        return subprocess.run(
            line, input=given, env=environment, check=True, capture_output=True
        ).stdout

    def raw(self, kind: str, data: bytes) -> str:
        """Write any bytes as an object, whether git would have them or not."""
        whole = f"{kind} {len(data)}\0".encode() + data
        name = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        file = self.path / "objects" / name[:2] / name[2:]
        file.parent.mkdir(exist_ok=True)
        if not file.exists():
            file.write_bytes(zlib.compress(whole))
        return name

    def blob(self, data: bytes) -> str:
        return self.raw("blob", data)

    def tree(self, entries: dict[str | bytes, tuple[str, str]]) -> str:
        """Write a tree: names with mode and id, in git's order."""
        rows = [(n if isinstance(n, bytes) else n.encode(), *e) for n, e in entries.items()]
        rows.sort(key=lambda row: row[0] + (b"/" if row[1] == "40000" else b""))
        data = b"".join(b"%b %b\0" % (m.encode(), n) + bytes.fromhex(i) for n, m, i in rows)
        return self.raw("tree", data)

    def files(self, files: dict[str, object]) -> str:
        """Write the tree of paths: bytes is a file, (mode, bytes or id) is anything."""
        below: dict[str, dict[str, object]] = {}
        entries: dict[str | bytes, tuple[str, str]] = {}
        for path, said in files.items():
            first, _, rest = path.partition("/")
            if rest:
                below.setdefault(first, {})[rest] = said
                continue
            mode, data = said if isinstance(said, tuple) else ("100644", said)
            entries[first] = (mode, data if isinstance(data, str) else self.blob(data))
        entries |= {name: ("40000", self.files(inside)) for name, inside in below.items()}
        return self.tree(entries)

    def commit(
        self,
        tree: str | dict[str, object],
        *parents: str,
        message: bytes = b"Do it\n",
        author: bytes = b"Ada Lovelace <ada@example.org>",
        when: bytes | None = None,
        headers: bytes = b"",
    ) -> str:
        """Write a commit exactly as said."""
        self.clock += 60
        name = self.files(tree) if isinstance(tree, dict) else tree
        at = when or b"%d +0200" % self.clock
        above = b"".join(b"parent %b\n" % one.encode() for one in parents)
        data = b"tree %b\n%bauthor %b %b\ncommitter %b %b\n%b\n%b" % (
            name.encode(), above, author, at, b"C. Ommitter <c@example.org>", at, headers, message,
        )  # fmt: skip
        return self.raw("commit", data)

    def tag(self, name: str, target: str, kind: str = "commit") -> str:
        """Write an annotated tag and name it."""
        data = f"object {target}\ntype {kind}\ntag {name}\ntagger T <t@e> {self.clock} +0000\n\nx\n"
        oid = self.raw("tag", data.encode())
        self.ref(f"refs/tags/{name}", oid)
        return oid

    def ref(self, name: str, oid: str) -> None:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{oid}\n")

    def main(self, oid: str) -> str:
        self.ref("refs/heads/main", oid)
        return oid

    def line(self, tip: str = "main") -> list[str]:
        return self.git("rev-list", "--first-parent", "--reverse", tip).decode().split()

    def tags(self) -> dict[str, str]:
        listed = self.git("for-each-ref", "--format=%(refname:strip=2) %(objectname)", "refs/tags")
        return dict(row.split(" ") for row in listed.decode().splitlines())

    def version(self, commit: str) -> dict[str, tuple[str, bytes]]:
        """Return mode and bytes of every file of a commit, submodules left out."""
        listed = self.git("ls-tree", "-r", "-z", "--full-tree", commit)
        rows = [row.partition(b"\t") for row in listed.split(b"\0") if row]
        facts = [(path.decode(), *head.decode().split()) for head, _, path in rows]
        return {
            path: (mode, self.git("cat-file", "blob", oid))
            for path, mode, kind, oid in facts
            if kind == "blob"
        }

    def objects(self, *tips: str) -> set[str]:
        listed = self.git("rev-list", "--objects", *(tips or ("--all",)))
        return {row[:40].decode() for row in listed.splitlines()}


LINES = b"".join(b"line %d of some text\n" % n for n in range(200))


def odd(path: Path) -> Gits:
    """A repository with everything that a project can carry."""
    g = Gits(path)
    files: dict[str, object] = {
        "README.md": b"# A\n",
        "a dir/with space.txt": b"x\n",
        "src/deep/er/one.py": LINES,
        "run.sh": ("100755", b"#!/bin/sh\n"),
        "link": ("120000", b"README.md"),
        "loop/a": ("120000", b"b"),
        "loop/b": ("120000", b"a"),
        "crlf.txt": b"one\r\ntwo\r\n",
        "binary": bytes(range(256)) * 40,
        "empty": b"",
        'quo"te\ttab\nline': b"odd name\n",
        "umläut/ファイル": b"utf-8\n",
        "Case": b"1",
        "case": b"2",
        "big.lfs": b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\n",
    }
    at = g.commit(files, message=b"First\n\nWith a body.\n")
    files["run.sh"] = ("100644", b"#!/bin/sh\n")
    files["README.md"] = b"# A\nmore\n"
    at = g.commit(files, at, message=b"Take the bit away\r\n\r\nCRLF in the message\r\n")
    files["lib/one.py"] = LINES.replace(b"line 7 ", b"LINE 7 ")
    del files["src/deep/er/one.py"]
    at = g.commit(
        files, at, message="Umbenannt: für\n".encode("latin-1"), headers=b"encoding ISO-8859-1\n"
    )
    at = g.commit(files, at, message=b"\xff\xfe no encoding said\n")
    at = g.commit(files, at, message=b"")
    side = g.commit(
        {**files, "side.txt": b"on the side\n", "only": b"here"}, at, message=b"Side one\n"
    )
    side = g.commit({**files, "side.txt": b"on the side, again\n"}, side, message=b"Side two\n")
    other = g.commit({**files, "other.txt": b"other\n"}, at, message=b"Other\n")
    files |= {"side.txt": b"on the side, again\n", "other.txt": b"other\n"}
    at = g.commit(files, at, side, other, message=b"Octopus\n")
    root = g.commit({"second/root.txt": b"an unrelated root\n"}, message=b"Another root\n")
    files["second/root.txt"] = b"an unrelated root\n"
    at = g.commit(files, at, root, message=b"Merge a root\n", when=b"-86400 -0730")
    g.tag("v1", at)
    g.ref("refs/tags/light", at)
    g.ref("refs/tags/on-side", side)
    g.tag("blob", g.blob(b"a tagged blob\n"), "blob")
    files["vendor/sub"] = ("160000", "1" * 40)
    files["vendor/kept.txt"] = b"beside a submodule\n"
    files[".gitmodules"] = b'[submodule "sub"]\n\tpath = vendor/sub\n\turl = https://example.org/\n'
    signature = b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----\n"
    at = g.commit(files, at, message=b"Signed\n", headers=signature)
    files["vendor/kept.txt"] = b"changed beside it\n"
    at = g.commit(files, at, author=b"<>", when=b"0 +0000", message=b"Nobody\n")
    files["lib"] = b"a file where a directory was\n"
    del files["lib/one.py"]
    at = g.commit(files, at, author=b"No Date <a@b>", when=b"garbage", message=b"No date\n")
    del files["lib"]
    files["lib/again/two.py"] = LINES
    at = g.commit(files, at, author=b"Far <f@f>", when=b"99999999999 +9999", message=b"x" * 70_000)
    at = g.commit({}, at, message=b"Remove everything\n")
    at = g.commit(files | {"tree/" + "d/" * 40 + "deep": b"down\n"}, at, message=b"Back again\n")
    g.main(at)
    return g


def long(path: Path, commits: int) -> Gits:
    """A repository with so many commits, each of which changes a little."""
    g = Gits(path)
    at, tree = "", {f"d{n % 7}/f{n}.txt": b"%d\n" % n for n in range(40)}
    for number in range(commits):
        name = f"d{number % 7}/f{number % 40}.txt"
        tree[name] = (tree.get(name) or b"") + b"commit %d\n" % number
        at = g.commit(dict(tree), *([at] if at else []), message=b"Commit %d\n" % number)
    g.main(at)
    return g


def pack_header(count: int) -> bytes:
    return struct.pack(">4sII", b"PACK", 2, count)

"""A checkout writes what was asked, nowhere else, and over nothing that it did not know."""

import os
import random
from pathlib import Path

import pytest

from mic.errors import Conflict, Invalid, Missing
from mic.workspace import checkout as checkouts
from mic.workspace.checkout import Checkout, remove, write_bytes
from mic.workspace.files import LinkInTheWay, read_bytes, stat_of
from mic.workspace.manifest import track
from store import contents
from store.digest import digest_of
from store.errors import Corrupt
from store.records import opened
from store.tree import Entry, Mode


def entry(data, mode=Mode.FILE):
    return Entry(mode, digest_of(data), len(data))


def known(root, path, data, mode=Mode.FILE):
    """Return the manifest's line for what stands at `path`."""
    return track(path, entry(data, mode), stat_of((root / path).lstat()))


def write(root, path, data, mode=Mode.FILE, expect=None, *, fresh=False):
    with Checkout(root, fresh=fresh) as checkout:
        checkout.want(path, entry(data, mode), expect)
        assert checkout.accept(digest_of(data), data)
        return checkout.finish()


def tree_of(root):
    """Return every name below `root`, to show that nothing is left behind."""
    names = (
        path.relative_to(root) for path in root.rglob("*") if path.is_symlink() or path.is_file()
    )
    return sorted(str(name) for name in names if name.parts[0] != ".mic")


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def write_together(root, files, *, fresh=False):
    """Write `files`: path -> entry and bytes, in one checkout."""
    with Checkout(root, fresh=fresh) as checkout:
        for path, (wanted, _) in files.items():
            checkout.want(path, wanted)
        for wanted, data in files.values():
            checkout.accept(wanted.id, data)
        return checkout.finish()


@pytest.mark.parametrize("fresh", [True, False])
def test_files_links_and_modes_are_written(root, fresh):
    wanted = {
        "a": (b"text", Mode.FILE),
        "deep/er/tool": (b"#!", Mode.EXECUTABLE),
        "deep/copy": (b"text", Mode.FILE),
        "link": (b"../nowhere", Mode.LINK),
        "empty": (b"", Mode.FILE),
    }
    with Checkout(root, fresh=fresh) as checkout:
        for path, (data, mode) in wanted.items():
            checkout.want(path, entry(data, mode))
        for data in {data for data, _ in wanted.values()}:
            assert checkout.accept(digest_of(data), data)
        assert not checkout.accept(digest_of(b"other"), b"other")
        done = checkout.finish()
    assert (root / "a").read_bytes() == (root / "deep/copy").read_bytes() == b"text"
    assert (root / "deep/er/tool").stat().st_mode & 0o111
    assert not (root / "a").stat().st_mode & 0o111
    assert str((root / "link").readlink()) == "../nowhere"
    assert tree_of(root) == sorted(wanted)
    for path, line in done.items():
        assert line.stat == stat_of((root / path).lstat())


@pytest.mark.slow
@pytest.mark.parametrize("order", ["stream", "shuffled"])
def test_large_files_are_filled_chunk_by_chunk_even_when_they_share_chunks(root, order):
    data = os.urandom(contents.BLOB_MAX + 300_000)
    other = data[:2_000_000] + b"x" + data[2_000_000:]
    objects, manifests = {}, []
    for name, each in (("one", data), ("two", other)):
        (root / "source").write_bytes(each)
        with (root / "source").open("rb") as file:
            for record in contents.records_of(file, len(each)):
                objects.setdefault(record.digest, opened(record))
        manifests.append((name, Entry(Mode.FILE, record.digest, len(each))))
    (root / "source").unlink()
    ordered = list(objects.items())
    if order == "shuffled":
        random.Random(1).shuffle(ordered)
    with Checkout(root) as checkout:
        for name, wanted in manifests:
            checkout.want(name, wanted)
        for digest, raw in ordered:
            checkout.accept(digest, raw)
        for digest in checkout.needs():
            checkout.accept(digest, objects[digest])
        for digest in checkout.needs():
            checkout.accept(digest, objects[digest])
        checkout.finish()
    assert (root / "one").read_bytes() == data
    assert (root / "two").read_bytes() == other
    assert tree_of(root) == ["one", "two"]


def test_a_checkout_that_lacks_objects_says_so_and_leaves_no_temporaries(root):
    data = os.urandom(contents.BLOB_MAX + 1)
    (root / "source").write_bytes(data)
    with (root / "source").open("rb") as file:
        *_, manifest = contents.records_of(file, len(data))
    (root / "source").unlink()
    large = Entry(Mode.FILE, manifest.digest, len(data))
    with pytest.raises(Missing) as refused:
        write_together(root, {"large": (large, opened(manifest))})
    assert refused.value.details["objects"] > 2
    assert tree_of(root) == []


@pytest.mark.parametrize(
    "path",
    ["../x", "/etc/x", "a/../../x", ".mic/workspace.json", "a/.MIC/x", ".git/config", "a/.GIT/x",
     "", "a//b", "a\\b", "a\0b", "./a", "x" * 256],
)  # fmt: skip
def test_unsafe_paths_are_refused(root, path):
    with pytest.raises(Invalid) as refused:
        write(root, path, b"x")
    assert refused.value.code == "workspace.unsafe-path"
    with pytest.raises(Invalid):
        write_bytes(root, path, b"x", Mode.FILE, None)


def test_a_directory_is_no_file_to_write(root):
    with pytest.raises(Invalid):
        write(root, "a", b"x", Mode.DIRECTORY)
    with pytest.raises(Invalid):
        write(root, "a", b"x" * 5000, Mode.LINK)


@pytest.mark.parametrize("fresh", [True, False])
def test_nothing_is_written_through_a_link(root, tmp_path, fresh):
    (tmp_path / "outside").mkdir()
    (root / "d").symlink_to(tmp_path / "outside")
    with pytest.raises(LinkInTheWay):
        write(root, "d/x", b"x", fresh=fresh)
    with pytest.raises(LinkInTheWay):
        remove(root, "d/x", track("d/x", entry(b"x"), None))
    (tmp_path / "outside/x").write_text("x")
    with pytest.raises(LinkInTheWay):
        read_bytes(root, "d/x", 10)
    assert names_in(tmp_path / "outside") == ["x"]


def test_a_project_cannot_write_through_its_own_link(root, tmp_path):
    (tmp_path / "outside").mkdir()
    target = os.fsencode(tmp_path / "outside")
    wanted = {"d": (entry(target, Mode.LINK), target), "d/x": (entry(b"x"), b"x")}
    with pytest.raises(LinkInTheWay):
        write_together(root, wanted, fresh=True)
    assert names_in(tmp_path / "outside") == []


def test_a_link_at_the_path_itself_is_not_written_through(root, tmp_path):
    outside = tmp_path / "outside"
    outside.write_text("mine")
    (root / "a").symlink_to(outside)
    for fresh in (True, False):
        with pytest.raises(Conflict):
            write(root, "a", b"x", fresh=fresh)
    write(root, "a", b"x", expect=known(root, "a", os.fsencode(outside), Mode.LINK))
    assert outside.read_text() == "mine"
    assert (root / "a").read_bytes() == b"x"


def test_what_is_expected_is_replaced(root):
    (root / "a").write_bytes(b"old")
    line = known(root, "a", b"old")
    write(root, "a", b"new", Mode.EXECUTABLE, line)
    assert (root / "a").read_bytes() == b"new"
    assert (root / "a").stat().st_mode & 0o100
    os.utime(root / "a")
    write(root, "a", b"newer", expect=known(root, "a", b"new", Mode.EXECUTABLE))
    assert tree_of(root) == ["a"]


@pytest.mark.parametrize("fresh", [True, False])
def test_local_changes_are_left_as_they_are(root, fresh):
    (root / "a").write_bytes(b"old")
    line = known(root, "a", b"old")
    (root / "a").write_bytes(b"mine")
    for expect in (None, line):
        with pytest.raises(Conflict) as refused:
            write(root, "a", b"new", expect=expect, fresh=fresh)
        assert refused.value.code == "workspace.local-changes"
        assert refused.value.details["paths"] == ["a"]
    with pytest.raises(Conflict):
        write_bytes(root, "a", b"new", Mode.FILE, line)
    with pytest.raises(Conflict):
        remove(root, "a", line)
    assert (root / "a").read_bytes() == b"mine"
    assert tree_of(root) == ["a"]


def test_a_local_mode_is_a_local_change(root):
    (root / "a").write_bytes(b"old")
    line = known(root, "a", b"old")
    (root / "a").chmod(0o755)
    with pytest.raises(Conflict):
        write(root, "a", b"new", expect=line)


def test_a_directory_in_the_way_is_left_as_it_is(root):
    (root / "a").mkdir()
    (root / "a/mine").write_text("mine")
    for expect in (None, track("a", entry(b"old"), None)):
        with pytest.raises(Conflict):
            write(root, "a", b"new", expect=expect)
    assert tree_of(root) == ["a/mine"]


def test_a_file_in_the_way_of_a_directory_is_left_as_it_is(root):
    (root / "a").write_text("mine")
    with pytest.raises(LinkInTheWay):
        write(root, "a/b", b"new")
    assert tree_of(root) == ["a"]


def test_what_stands_there_already_is_fine(root):
    (root / "a").write_bytes(b"new")
    done = write(root, "a", b"new")
    assert done["a"].stat == stat_of((root / "a").lstat())
    assert tree_of(root) == ["a"]


def test_removing_takes_empty_directories_along_and_can_be_repeated(root):
    (root / "a/b").mkdir(parents=True)
    (root / "a/b/x").write_bytes(b"x")
    (root / "keep").write_text("k")
    line = known(root, "a/b/x", b"x")
    remove(root, "a/b/x", line)
    remove(root, "a/b/x", line)
    assert not (root / "a").exists()
    assert tree_of(root) == ["keep"]


def test_a_directory_gives_way_to_a_file_once_its_files_are_gone(root):
    (root / "a").mkdir()
    (root / "a/x").write_bytes(b"x")
    with Checkout(root) as checkout:
        checkout.want("a/y", entry(b"y"))
        checkout.accept(digest_of(b"y"), b"y")
        checkout.remove("a/x", known(root, "a/x", b"x"))
        checkout.remove("a/y", known(root, "a/y", b"y"))
        checkout.want("a", entry(b"file"))
        checkout.accept(digest_of(b"file"), b"file")
        checkout.finish()
    assert (root / "a").read_bytes() == b"file"


def test_an_object_of_another_size_is_refused(root):
    with pytest.raises(Corrupt):
        write_together(root, {"a": (Entry(Mode.FILE, digest_of(b"x"), 2), b"x")})
    assert tree_of(root) == []


def test_a_chunk_of_another_size_is_refused(root):
    size = contents.BLOB_MAX + 1
    half = digest_of(b"half")
    manifest = contents.encode([(size // 2, half), (size - size // 2, digest_of(b"rest"))])
    with pytest.raises(Corrupt):
        write_together(
            root,
            {
                "large": (Entry(Mode.FILE, digest_of(manifest), size), manifest),
                "half": (Entry(Mode.FILE, half, 4), b"half"),
            },
        )
    assert "large" not in tree_of(root)


def test_bytes_are_written_in_one_step(root):
    line = write_bytes(root, "d/a", b"one", Mode.FILE, None)
    line = write_bytes(root, "d/a", b"two", Mode.EXECUTABLE, line)
    assert line.entry == entry(b"two", Mode.EXECUTABLE)
    assert read_bytes(root, "d/a", 3) == b"two"
    write_bytes(root, "l", b"d/a", Mode.LINK, None)
    assert read_bytes(root, "l", 10) == b"d/a"


def test_many_directories_do_not_use_up_handles(root):
    with Checkout(root, fresh=True) as checkout:
        for n in range(400):
            checkout.want(f"{n}/a/b", entry(b"x"))
        checkout.accept(digest_of(b"x"), b"x")
        checkout.finish()
        assert len(names_in(Path("/proc/self/fd"))) < 250
    assert len(tree_of(root)) == 400


def test_the_fault_names_the_path():
    assert checkouts.local_changes("a").details == {"paths": ["a"]}

"""What is prepared is what stood in the files, whole, in order, and with its records."""

import os
import threading
import time

import pytest

from mic.errors import Conflict, Exhausted
from mic.wire import limits
from mic.workspace import changes, reading
from mic.workspace import manifest as manifests
from mic.workspace.scan import Item, scan
from store import contents
from store import records as stored
from store.changes import Change
from store.digest import digest_of
from store.tree import EMPTY, Entry, Mode

PATIENCE = 60.0


def prepared(root):
    """Return the change list, and every object that would be sent."""
    objects, lines = {}, []
    for each in changes.prepare(root, scan(root, manifests.load(root)).items):
        for record in each.records:
            objects[record.digest] = stored.opened(record)
        lines.append(each.change)
    return lines, objects


def test_files_links_and_removals_become_changes(root, landed):
    (root / "gone").write_text("g")
    landed()
    (root / "gone").unlink()
    (root / "file").write_bytes(b"content")
    (root / "tool").write_bytes(b"")
    (root / "tool").chmod(0o755)
    (root / "link").symlink_to("../out")
    lines, objects = prepared(root)
    assert lines == [
        Change("file", None, Entry(Mode.FILE, digest_of(b"content"), 7)),
        Change("gone", Entry(Mode.FILE, digest_of(b"g"), 1), None),
        Change("link", None, Entry(Mode.LINK, digest_of(b"../out"), 6)),
        Change("tool", None, Entry(Mode.EXECUTABLE, digest_of(b""), 0)),
    ]
    assert set(objects.values()) == {b"content", b"../out", b""}


@pytest.mark.slow
def test_a_large_file_is_chunked_and_comes_back(root):
    data = os.urandom(contents.BLOB_MAX + 12345)
    (root / "large").write_bytes(data)
    (line,), objects = prepared(root)
    assert b"".join(contents.read(line.new.id, line.new.size, objects.__getitem__)) == data
    assert reading.content_id(root, "large", Mode.FILE) == line.new.id


def test_many_files_come_in_order(root):
    for n in range(500):
        (root / f"{n:03}").write_text(str(n))
    lines, objects = prepared(root)
    assert [line.path for line in lines] == [f"{n:03}" for n in range(500)]
    assert len(objects) == 500


def test_landing_makes_a_scan_clean(root, landed):
    (root / "a").write_text("a")
    manifest = landed()
    assert manifest.position == 1
    assert scan(root, manifests.load(root)).items == ()
    (root / "a").unlink()
    assert landed().entries == {}


def test_a_file_that_grew_since_the_scan_is_taken_as_it_is(root):
    (root / "a").write_text("a")
    items = scan(root, manifests.load(root)).items
    (root / "a").write_text("longer")
    (each,) = changes.prepare(root, items)
    assert each.change.new == Entry(Mode.FILE, digest_of(b"longer"), 6)
    assert [stored.opened(record) for record in each.records] == [b"longer"]


def prepare_often(root, items):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        list(changes.prepare(root, items))


def test_a_file_that_never_stands_still_is_refused(root):
    path = root / "a"
    path.write_bytes(bytes(1 << 20))
    items = scan(root, manifests.load(root)).items
    stop = threading.Event()

    def scribble():
        with path.open("r+b") as file:
            while not stop.is_set():
                file.seek(0, os.SEEK_END)
                file.write(b"x" * 4096)
                file.flush()
                if file.tell() > 3 << 20:
                    file.truncate(1 << 20)

    writer = threading.Thread(target=scribble)
    writer.start()
    try:
        with pytest.raises(Conflict) as refused:
            prepare_often(root, items)
    finally:
        stop.set()
        writer.join()
    assert refused.value.code == "workspace.changed-while-reading"


def test_a_large_file_that_changed_since_the_scan_is_refused(root):
    path = root / "large"
    with path.open("wb") as file:
        file.truncate(contents.BLOB_MAX + 1)
    items = scan(root, manifests.load(root)).items
    with path.open("r+b") as file:
        file.write(b"x")
    os.utime(path, ns=(1, 1))
    (each,) = changes.prepare(root, items)
    with pytest.raises(Conflict):
        list(each.records)


def test_a_file_that_became_a_link_is_refused(root, tmp_path):
    (tmp_path / "secret").write_text("s")
    (root / "a").write_text("a")
    items = scan(root, manifests.load(root)).items
    (root / "a").unlink()
    (root / "a").symlink_to(tmp_path / "secret")
    with pytest.raises(Conflict):
        list(changes.prepare(root, items))


def test_a_directory_that_became_a_link_out_is_not_followed(root, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a").write_text("secret")
    (root / "d").mkdir()
    (root / "d/a").write_text("a")
    items = scan(root, manifests.load(root)).items
    (root / "d/a").unlink()
    (root / "d").rmdir()
    (root / "d").symlink_to(tmp_path / "out")
    with pytest.raises(Conflict):
        list(changes.prepare(root, items))


def test_a_file_that_vanished_is_refused(root):
    (root / "a").write_text("a")
    items = scan(root, manifests.load(root)).items
    (root / "a").unlink()
    with pytest.raises(Conflict):
        list(changes.prepare(root, items))


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(root):
    item = Item("A", "huge", None, Mode.FILE, limits.FILE + 1, (0, 0, 0))
    with pytest.raises(Exhausted):
        list(changes.prepare(root, [item]))


def test_adopting_a_head_keeps_untouched_lines(root, landed):
    (root / "a").write_text("a")
    (root / "b").write_text("b")
    manifest = landed()
    new = Entry(Mode.FILE, digest_of(b"c"), 1)
    upstream = [Change("b", manifest.entries["b"].entry, None), Change("c", None, new)]
    written = {"c": manifests.track("c", new, (1, 2, 3))}
    after = changes.adopt(manifest, upstream, written, position=9, tree=EMPTY, record=b"r")
    assert set(after.entries) == {"a", "c"}
    assert after.entries["a"] == manifest.entries["a"]
    assert after.entries["c"].stat == (1, 2, 3)
    assert (after.position, after.record) == (9, b"r")

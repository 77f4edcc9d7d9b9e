"""A tree's digest says which files there are, never how they came to be there."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import nodes, prolly, tree
from store.changes import Change
from store.digest import digest_of
from store.errors import BadPath, BadTree
from store.recent import Recent
from store.tree import EMPTY, Entry, Mode


class Held(dict):
    """Nodes by digest: a source and a sink."""

    def source(self, digest):
        return self[digest]

    def sink(self, raw, _replaced):
        self[digest_of(raw)] = raw
        return digest_of(raw)

    def build(self, files):
        return tree.build(files.items(), self.sink)

    def apply(self, root, changes):
        return tree.apply(root, changes, self.source, self.sink)


@pytest.fixture
def held():
    return Held()


def file(content: object = "", mode: Mode = Mode.FILE) -> Entry:
    raw = str(content).encode()
    return Entry(mode, digest_of(raw), len(raw))


def wide(count: int, start: int = 0) -> dict[str, Entry]:
    return {f"d/f{number}": file(number) for number in range(start, start + count)}


def test_a_file_is_drawn_by_reading_one_way_down(held, monkeypatch):
    files = {f"d{n % 3}/e/{n}": file(n) for n in range(9_000)}
    root = held.build(files)
    read = []

    def source(digest):
        read.append(digest)
        return held[digest]

    monkeypatch.setattr(nodes, "_cache", Recent(0))
    for place in (0, -1):
        read.clear()
        assert tree.draw(root, lambda sizes, at=place: range(len(sizes))[at], source) in set(
            files.values()
        )
        assert len(read) <= 10


def test_what_is_drawn_is_chosen_by_the_sizes_below(held):
    files = {"a/one": file("x"), "b/two": file("x" * 100), "c": file("x" * 10)}
    root = held.build(files)
    told = []

    def largest(sizes):
        told.append(list(sizes))
        return max(range(len(sizes)), key=sizes.__getitem__)

    assert tree.draw(root, largest, held.source) == files["b/two"]
    assert told == [[1, 100, 10], [100]]
    assert tree.draw(EMPTY, largest, held.source) is None


names = st.sampled_from(["a", "b", "a.b", "ab", "é", "zz"])
paths = st.lists(names, min_size=1, max_size=4).map("/".join)
entries = st.builds(
    file, st.integers(0, 9), st.sampled_from([Mode.FILE, Mode.EXECUTABLE, Mode.LINK])
)


def without_clashes(files: dict) -> dict:
    kept = {}
    for path, entry in sorted(files.items()):
        parents = {path[:at] for at, c in enumerate(path) if c == "/"}
        if not parents & kept.keys():
            kept[path] = entry
    return kept


sets_of_files = st.dictionaries(paths, entries, max_size=12).map(without_clashes)


@given(sets_of_files, sets_of_files)
def test_to_apply_the_difference_is_to_build_from_scratch(before, after):
    held = Held()
    root, wanted = held.build(before), held.build(after)
    changes = {path: new for path, _, new in tree.diff(root, wanted, held.source)}
    assert held.apply(root, changes) == wanted
    assert dict(tree.walk(wanted, held.source)) == after


@given(sets_of_files, sets_of_files)
def test_a_difference_names_exactly_the_files_that_differ(before, after):
    held = Held()
    found = list(tree.diff(held.build(before), held.build(after), held.source))
    assert {path: (old, new) for path, old, new in found} == {
        path: (before.get(path), after.get(path))
        for path in before.keys() | after.keys()
        if before.get(path) != after.get(path)
    }
    assert len(found) == len({path for path, _, _ in found})


@pytest.mark.slow
@settings(deadline=None, max_examples=30)
@given(
    st.integers(0, 1200),
    st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 400), st.booleans()), max_size=5),
)
def test_a_wide_directory_is_the_same_however_it_came_about(count, edits):
    held = Held()
    files = wide(count)
    root = held.build(files)
    for start, length, is_removal in edits:
        changes = {
            path: None if is_removal else file(f"new {path}") for path in wide(length, start)
        }
        root = held.apply(root, changes)
        files = {p: e for p, e in {**files, **changes}.items() if e is not None}
        assert root == held.build(files)
    assert dict(tree.walk(root, held.source)) == files


@pytest.mark.slow
def test_a_hundred_thousand_names_come_and_go_without_a_trace(held):
    files = wide(100_000)
    root = held.build(files)
    more = held.apply(root, wide(3000, 200_000))
    assert held.apply(more, dict.fromkeys(wide(3000, 200_000))) == root


def test_a_directory_changes_its_form_between_256_and_257_entries(held):
    at, above = held.build(wide(256)), held.build(wide(257))
    levels = [
        nodes.load(tree.lookup(root, "d", held.source).id, held.source).level
        for root in (at, above)
    ]
    assert levels == [0, 1]
    assert held.apply(above, {"d/f256": None}) == at


def test_a_change_in_a_wide_directory_writes_few_and_small_nodes(held):
    root = held.build(wide(20_000))
    known = len(held)
    held.apply(root, {"d/f777": file("changed")})
    fresh = list(held.values())[known:]
    assert len(fresh) <= 6
    assert sum(map(len, fresh)) < 30_000


def test_names_chosen_to_be_cuts_do_not_make_levels_endless(held):
    chosen = itertools.islice(
        (name for n in itertools.count() if prolly._ends(0, [(name := f"n{n}", 1, b"", 0)])), 300
    )
    root = held.build({name: file(name) for name in chosen})
    assert nodes.load(root, held.source).level <= 3
    assert len(tree.listing(root, "", held.source)) == 300


def test_a_listing_is_in_the_order_of_bytes_with_sizes_of_directories(held):
    root = held.build({"b/x": file("12"), "b/y/z": file("345"), "é": file(), "a.b": file("1")})
    listed = tree.listing(root, "", held.source)
    assert [name for name, _ in listed] == ["a.b", "b", "é"]
    assert dict(listed)["b"].size == 5
    assert tree.lookup(root, "b/y", held.source).mode is Mode.DIRECTORY
    assert tree.lookup(root, "", held.source).id == root
    assert tree.lookup(root, "b/x/nothing", held.source) is None
    assert tree.lookup(root, "nothing", held.source) is None
    with pytest.raises(BadTree, match="no directory"):
        tree.listing(root, "a.b", held.source)


def test_removing_the_last_file_removes_its_directories(held):
    root = held.build({"a/b/c": file()})
    assert held.apply(root, {"a/b/c": None}) == EMPTY
    assert list(tree.walk(EMPTY, held.source)) == list(tree.nodes(EMPTY, held.source)) == []


def test_removing_what_is_not_there_changes_nothing(held):
    root = held.build({"a": file()})
    assert held.apply(root, {"b": None, "c/d": None}) == root


def test_a_file_and_a_directory_can_take_each_others_place_when_said_so(held):
    root = held.build({"a": file("1")})
    deeper = held.apply(root, {"a": None, "a/b": file("2")})
    assert dict(tree.walk(deeper, held.source)) == {"a/b": file("2")}
    assert held.apply(deeper, {"a": file("1"), "a/b": None}) == root


@pytest.mark.parametrize(
    "changes",
    [
        {"f/x": file()},
        {"d": file()},
        {"d": None},
        {"d": None, "d/y": file()},
        {"n": file(), "n/m": file()},
    ],
    ids=str,
)
def test_a_file_never_silently_replaces_a_directory_nor_the_other_way(held, changes):
    root = held.build({"f": file(), "d/x": file()})
    with pytest.raises(BadTree):
        held.apply(root, changes)


def test_a_directory_cannot_be_put_by_its_digest(held):
    with pytest.raises(BadTree, match="directory"):
        held.apply(EMPTY, {"d": Entry(Mode.DIRECTORY, EMPTY, 0)})
    with pytest.raises(BadTree, match="twice"):
        tree.build([("a", file()), ("a", file())], held.sink)
    with pytest.raises(BadTree, match="file and a directory"):
        tree.build([("a", file()), ("a/b", file())], held.sink)


def test_every_node_is_yielded_once_and_before_what_it_names(held):
    root = held.build({**wide(400), "same/a": file(), "twin/a": file()})
    found = list(tree.nodes(root, held.source))
    assert found[0] == root
    assert len(found) == len(set(found))
    reachable = {root} | {digest for digest in held if digest in found}
    assert set(found) == reachable
    assert list(tree.nodes(root, held.source, {root})) == []


def test_a_node_names_the_one_that_it_replaces(held):
    replaced = {}

    def sink(raw, old):
        replaced[digest_of(raw)] = old
        return held.sink(raw, old)

    root = held.build({"a/b": file("1"), "c": file()})
    old = tree.lookup(root, "a", held.source).id
    after = tree.apply(root, {"a/b": file("2")}, held.source, sink)
    assert replaced == {tree.lookup(after, "a", held.source).id: old, after: root}


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "a/../b",
        "./a",
        "a\0b",
        "a\\b",
        ".mic",
        ".MIC. ",
        ".mi\u200cc",
        "mic~1",
        ".git",
        "a/.GIT/config",
        ".git.",
        ".git ... ",
        "GIT~1",
        "git~1 .",
        ".git::$INDEX_ALLOCATION",
        ".g\u200cit",
        ".GI\ufeffT/hooks",
        "a/.MIC/b",
        ".Mic",
        "x" * 256,
        "é" * 128,
        "a/" * 128 + "a",
        "/".join(["x" * 200] * 21),
        "\ud800",
    ],
)
def test_an_unsafe_path_is_refused_by_name(held, path):
    with pytest.raises(BadPath) as refused:
        held.apply(EMPTY, {path: file()})
    assert refused.value.path == path
    assert refused.value.reason


@pytest.mark.parametrize(
    "path",
    [
        "a",
        ".mi",
        ".mice",
        ".gitignore",
        ".github/x",
        ".git-old",
        "a.git",
        "git",
        "git~2",
        "\u200c.gif",
        ".micignore",
        "...",
        "x" * 255,
        "é" * 127,
        "a/" * 127 + "a",
        "a b",
        "con",
    ],
)
def test_an_unusual_path_is_fine(held, path):
    root = held.apply(EMPTY, {path: file("1")})
    assert tree.lookup(root, path, held.source) == file("1")


ROW = ["a", 1, bytes(32), 0]


@pytest.mark.parametrize(
    "value",
    [
        [2, 0, [ROW]],
        [1, 99, [["a", 1, bytes(32), 0]]],
        [1, -1, []],
        [1, 1, []],
        [1, 0, [["a", 9, bytes(32), 0]]],
        [1, 0, [["a", 1, bytes(31), 0]]],
        [1, 0, [["a", 1, bytes(32), -1]]],
        [1, 0, [["a", 1, bytes(32), 1 << 63]]],
        [1, 0, [["..", 1, bytes(32), 0]]],
        [1, 0, [["a/b", 1, bytes(32), 0]]],
        [1, 0, [[".mic", 1, bytes(32), 0]]],
        [1, 0, [["b", 1, bytes(32), 0], ["a", 1, bytes(32), 0]]],
        [1, 0, [ROW, ROW]],
        [1, 1, [["a", 0, bytes(32), 0]]],
        [1, 0],
        {"a": 1},
        "tree",
    ],
    ids=str,
)
def test_a_node_that_nobody_would_write_is_refused(value):
    import msgspec

    with pytest.raises(BadTree):
        nodes.decode(msgspec.msgpack.encode(value))


def test_a_node_in_a_longer_form_is_refused():
    raw = nodes.encode(0, [tuple(ROW)])
    assert nodes.decode(raw).rows == [tuple(ROW)]
    assert raw[1] == 1
    with pytest.raises(BadTree, match="shortest"):
        nodes.decode(raw[:1] + b"\xcc\x01" + raw[2:])
    with pytest.raises(BadTree):
        nodes.decode(raw + b"\0")


@given(st.binary(max_size=200))
def test_noise_is_no_tree(data):
    try:
        node = nodes.decode(data)
    except BadTree:
        return
    assert nodes.encode(node.level, node.rows) == data


@pytest.mark.parametrize("lie", ["name", "count", "size", "level"])
def test_a_wide_directory_whose_parts_contradict_each_other_is_refused(held, lie):
    root = held.build({path.removeprefix("d/"): entry for path, entry in wide(300).items()})
    top = nodes.load(root, held.source)
    name, count, digest, size = top.rows[0]
    row, level = {
        "name": (("a", count, digest, size), 1),
        "count": ((name, count + 1, digest, size), 1),
        "size": ((name, count, digest, size + 1), 1),
        "level": ((name, count, digest, size), 2),
    }[lie]
    forged = held.sink(nodes.encode(level, [row, *top.rows[1:]]), None)
    with pytest.raises(BadTree, match=r"parent|describes"):
        list(tree.walk(forged, held.source))


def test_a_damaged_tree_is_an_error_and_never_empty(held):
    root = held.build({"a/b": file("never cached")})
    held[root] = b"\x93\x01\x00\x90"[:3]
    nodes._cache.forget(root)
    with pytest.raises(BadTree):
        list(tree.walk(root, held.source))


def test_what_was_not_used_lately_is_forgotten():
    recent = Recent(10)
    for number in range(3):
        recent.put(bytes([number]), number, 4)
        assert recent.get(bytes([0])) == 0
    assert recent.get(bytes([1])) is None
    assert recent.get(bytes([2])) == 2
    recent.put(b"huge", 9, 11)
    assert [recent.get(key) for key in (bytes([0]), bytes([2]), b"huge")] == [None] * 3


def test_changes_and_differences_speak_of_the_same_things(held):
    root = held.build({"a": file("1")})
    after = held.apply(root, {"a": file("2")})
    (made,) = itertools.starmap(Change, tree.diff(root, after, held.source))
    assert made == Change("a", file("1"), file("2"))


def test_the_empty_tree_is_the_node_without_entries():
    assert digest_of(nodes.encode(0, [])) == EMPTY


@pytest.mark.parametrize("second", ["file", "directory"])
def test_a_name_that_two_nodes_hold_is_refused(second):
    """Each node is in order and so is their parent: only together they hold `z` twice."""
    kept = {}

    def keep(raw, _replaced=None):
        kept[digest_of(raw)] = raw
        return digest_of(raw)

    file = ("x", 1, digest_of(b""), 0)
    below = ("z", 4, keep(nodes.encode(0, [file])), 0)
    ends = [("z", 3, digest_of(b"/tmp"), 4), below if second == "directory" else ("z", *file[1:])]
    leaves = [[(first, *file[1:]), end] for first, end in zip("ab", ends, strict=True)]
    rows = [(two[0][0], 2, keep(nodes.encode(0, two)), two[1][3]) for two in leaves]
    root = keep(nodes.encode(1, rows))
    for read in (
        lambda: list(tree.walk(root, kept.__getitem__)),
        lambda: list(tree.diff(EMPTY, root, kept.__getitem__)),
    ):
        with pytest.raises(BadTree):
            read()


def test_a_tree_deeper_than_any_path_is_refused_before_it_is_read_whole():
    held, row = Held(), ("x", 1, digest_of(b""), 0)
    for _ in range(10_000):
        row = ("d", 4, held.sink(nodes.encode(0, [row]), None), 0)
    with pytest.raises(BadTree):
        list(tree.walk(row[2], held.source))
    with pytest.raises(BadTree):
        list(tree.diff(EMPTY, row[2], held.source))

"""A session's files and filter are what the directory says at this moment."""

import base64

from mic.workspace import touched
from mic.workspace.scan import Item
from store.bloom import Bloom


def decoded(items):
    return Bloom.decode(base64.b64decode(touched.bloom(items)))


def test_each_file_says_how_it_changed():
    items = [
        Item("A", "new", None, None, 3),
        Item("M", "old", None, None, 4),
        Item("D", "gone", None),
    ]
    assert touched.files(items) == [
        {"path": "new", "change_type": "added", "size": 3},
        {"path": "old", "change_type": "modified", "size": 4},
        {"path": "gone", "change_type": "deleted", "size": 0},
    ]


def test_the_filter_holds_every_path_and_few_others():
    names = [f"d/{n}" for n in range(1000)]
    made = decoded([Item("M", name, None) for name in names])
    assert all(made.may_contain(name.encode()) for name in names)
    strangers = sum(made.may_contain(b"other/%d" % n) for n in range(10_000))
    assert strangers < 200


def test_filters_of_two_sessions_can_be_compared():
    one, other, third = (decoded([Item("M", name, None)]) for name in ("a", "b", "a"))
    assert one.is_like(other)
    assert (one.intersects(third), one.intersects(other)) == (True, False)
    assert decoded([]).estimated_count() == 0

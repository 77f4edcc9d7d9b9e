"""What a large request took is given back to the system, where the C library can."""

import gc
import platform

import pytest

from node.daemon import memory

MIB = 1 << 20


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps and gives back")
def test_what_lies_free_below_something_that_is_used_is_given_back():
    taken = [bytes(3000) for _ in range(30_000)]
    pinned = [taken.pop() for _ in range(5)]
    taken.clear()
    before = memory.resident()
    memory.give_back()
    assert memory.resident() < before - 40 * MIB
    assert pinned[0] == bytes(3000)


def test_what_a_c_library_does_not_have_is_left_alone():
    memory._of_glibc("no_such_function_anywhere", 0)
    memory.use_few_arenas()


def test_what_is_settled_is_not_looked_at_again():
    loaded = [[number] for number in range(1000)]
    before = gc.get_freeze_count()
    try:
        memory.settle()
        assert gc.get_freeze_count() >= before + len(loaded)
        assert not {id(one) for one in loaded} & {id(one) for one in gc.get_objects()}
    finally:
        gc.unfreeze()


def test_garbage_is_looked_for_less_often():
    before = gc.get_threshold()
    try:
        memory.collect_seldom()
        assert gc.get_threshold() == (memory.NEW_OBJECTS, *before[1:])
    finally:
        gc.set_threshold(*before)

"""What the operator does for people beside the node: sizes as people write them."""

import pytest

from node.daemon import sizes
from node.kernel.errors import Invalid


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("1024", 1024), ("5 GiB", 5 << 30), ("5gib", 5 << 30), (" 500  MiB ", 500 << 20)],
)
def test_a_size_is_read(text, size):
    assert sizes.read(text) == size


@pytest.mark.parametrize("text", ["", "GiB", "5 GB", "-1", "1.5 GiB", "٣", "1" * 16, "5 G iB"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(Invalid):
        sizes.read(text)


@pytest.mark.parametrize("size", [0, 1, 1000, 1 << 10, 5 << 30, (5 << 30) + 1, 3 << 40])
def test_what_is_shown_can_be_read(size):
    assert sizes.read(sizes.shown(size).removesuffix(" bytes")) == size

"""What most journeys begin with: a node, and who owns it."""

import pytest

from tests.support.mic import Person
from tests.support.processes import Node


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A node that runs as long as the module's tests do."""
    place = tmp_path_factory.mktemp("node")
    arguments = ("--listen", "127.0.0.1:0", "--owner", "ada", "--name", "test")
    with Node(place / "data", *arguments, MIC_HOME=str(place / "mic")) as running:
        yield running


@pytest.fixture
def ada(node):
    """The owner of the node, whom it has registered, at her own machine."""
    return Person(node.data.parent / "mic")

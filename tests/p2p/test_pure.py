"""What decides about peers has no clock, no chance and no I/O of its own."""

import ast
from pathlib import Path

import pytest

TREE = Path(__file__).parents[2]
PURE = (
    "mic/wire/heads.py",
    "mic/sync/told.py",
    *(
        f"p2p/{name}.py"
        for name in (
            "buckets", "conduct", "judging", "knowledge", "messages", "outputs", "policy",
            "reconciling", "scores", "timetable",
        )
    ),
)  # fmt: skip
OURS = ("keys.", "mic.wire.", "p2p.")
OTHERS = {
    "collections", "collections.abc", "contextlib", "dataclasses", "enum", "functools", "hashlib", "itertools",
    "msgspec", "random", "struct", "typing",
}  # fmt: skip


def module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


@pytest.mark.parametrize("path", PURE)
def test_it_imports_what_decides_and_nothing_that_acts(path):
    tree = ast.parse((TREE / path).read_text())
    found = {
        (node.module if node.module != "p2p" else f"p2p.{name.name}")
        if isinstance(node, ast.ImportFrom)
        else name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    ours = {name for name in found if f"{name}.".startswith(OURS)}
    assert found - ours <= OTHERS
    pure = set(map(module, PURE))
    acting = {name for name in ours if name.startswith("p2p.")} - pure
    assert acting == set()


@pytest.mark.parametrize("path", PURE)
def test_chance_is_given_to_it(path):
    tree = ast.parse((TREE / path).read_text())
    calls = {node.func.id for node in ast.walk(tree)
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}  # fmt: skip
    assert "Random" not in calls
    assert not any(isinstance(node, ast.AsyncFunctionDef | ast.Await) for node in ast.walk(tree))

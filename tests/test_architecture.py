"""The parts stay apart: who imports whom, which library stands behind which module, how large.

The import contracts stand in pyproject.toml; here is what they cannot say.
"""

import ast
import importlib.metadata
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

TREE = Path(__file__).parents[1]
ROOTS = ("keys", "store", "node", "mic", "web", "p2p", "activitypub")

# Each library, and the only modules that may know it. A trailing dot means "and all below".
FENCES = {
    "aiohttp": (
        "web.",
        "mic.sync.",
        "node.daemon.",
        "p2p.client",
        "node.kernel.fetching",
        "activitypub.routes",
    ),
    "PIL": ("node.profiles.pictures",),
    "anyio": ("mic.cli.serving",),
    "aiosqlite": ("store.database",),
    "bleach": ("node.kernel.markup",),
    "docutils": ("node.kernel.doctree", "node.kernel.restructured"),
    "jinja2": ("web.",),
    "jsonschema": ("mic.cli.serving",),
    "libp2p": ("p2p.transport.",),
    "markdown_it": ("node.kernel.markup",),
    "mcp": ("mic.cli.serving",),
    "mdit_py_plugins": ("node.kernel.markup",),
    "multiaddr": ("p2p.transport.",),
    "nacl": ("keys.",),
    "pyfastcdc": ("store.contents",),
    "pygit2": ("store.lines",),
    "pygments": ("node.kernel.markup",),
    "rfc8785": ("keys.",),
    "sqlite3": ("store.",),
    "trio": ("p2p.transport.",),
    "urllib3": ("mic.client.",),
    "zstandard": ("store.",),
}

# Where SQL may be written, besides `rows.py` and the migrations.
SQL_HOMES = ("store.", "node.kernel.")


def within(module: str, homes: tuple[str, ...]) -> bool:
    return any(
        module == home.rstrip(".") or (home.endswith(".") and module.startswith(home))
        for home in homes
    )


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*ROOTS, include_external_packages=True, cache_dir=None)


def sources() -> Iterator[tuple[str, ast.Module, int]]:
    """Yield the name, the syntax tree and the number of lines of each of our modules."""
    for root in ROOTS:
        for path in sorted((TREE / root).rglob("*.py")):
            text = path.read_text()
            name = ".".join(path.relative_to(TREE).with_suffix("").parts)
            yield name, ast.parse(text), text.count("\n")


@pytest.mark.slow
def test_the_import_contracts_hold() -> None:
    # In a process of its own: it silences the loggers of whoever calls it.
    linter = Path(sys.executable).with_name("lint-imports")
    command = [linter, "--no-cache"]
    run = subprocess.run(command, cwd=TREE, check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout


def test_the_rows_of_a_slice_are_private_to_it(graph) -> None:
    strangers = {
        (importer, module)
        for module in graph.modules
        if module.startswith("node.") and module.endswith(".rows")
        for importer in graph.find_modules_that_directly_import(module)
        if not importer.startswith(module.removesuffix("rows"))
    }
    assert strangers == set()


@pytest.mark.parametrize("library", FENCES)
def test_a_library_stays_behind_its_fence(graph, library) -> None:
    users = graph.find_modules_that_directly_import(library) if library in graph.modules else set()
    assert {user for user in users if not within(user, FENCES[library])} == set()


def test_sql_is_spoken_in_rows_and_by_the_kernel_only() -> None:
    speakers = {
        name
        for name, tree, _ in sources()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in {"execute", "executemany", "executescript"}
    }
    assert {
        name for name in speakers if not name.endswith(".rows") and not within(name, SQL_HOMES)
    } == set()


@pytest.mark.parametrize("root", ROOTS)
def test_our_roots_resolve_to_our_tree(root) -> None:
    spec = importlib.util.find_spec(root)
    assert spec is not None
    assert Path(spec.origin) == TREE / root / "__init__.py"
    assert root not in importlib.metadata.packages_distributions()


def test_no_module_is_longer_than_400_lines() -> None:
    assert {name: lines for name, _, lines in sources() if lines > 400} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    long = {
        f"{name}.{part.name}": part.end_lineno - part.lineno + 1
        for name, tree, _ in sources()
        for part in ast.walk(tree)
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in long.items() if lines > 60} == {}

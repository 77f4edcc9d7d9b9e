"""The documents are true: what they show is run, what they link is there, and no machine shows.

A `console` block is a shell session: lines after `$ ` are typed, the rest is what must come back.
In an expected line `…` stands for any text, and alone on a line for any lines.
"""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

TREE = Path(__file__).parents[1]
SHOWN_NODE = "127.0.0.1:7070"
RUN_DOCUMENTS = ("README.md", "docs/tutorials/first-five-minutes.md")

# What belongs to one machine or to one supplier of packages; put together here, so that this file
# does not find itself.
FOREIGN = tuple(
    "".join(parts)
    for parts in (
        ("/ro", "ot/"),
        ("/wo", "rk/"),
        ("/ho", "me/"),
        ("/opt/wh", "eels"),
        ("py", "pi.org"),
        ("python", "hosted.org"),
        ("deb.deb", "ian.org"),
        ("--index", "-url"),
        ("--find", "-links"),
    )
)


@dataclass(frozen=True)
class Step:
    """One command of a document and the lines that it shows for it."""

    line: int
    command: str
    expected: tuple[str, ...]


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=TREE,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [TREE / name for name in listed.split("\0") if name and (TREE / name).is_file()]


def documents() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md"]


def steps(text: str) -> Iterator[Step]:
    """Yield the commands of the `console` blocks of a document, in order."""
    inside, line, command, shown = False, 0, "", []
    for number, content in enumerate(text.splitlines(), 1):
        if content.startswith("```") or (inside and content.startswith("$ ")):
            if command:
                yield Step(line, command, tuple(shown))
            inside = content == "```console" or (inside and not content.startswith("```"))
            line, command, shown = number, content[2:] if content.startswith("$ ") else "", []
        elif inside and content.startswith("> ") and not shown:
            command += "\n" + content[2:]
        elif inside:
            shown.append(content)


def answers(got: list[str], expected: tuple[str, ...]) -> bool:
    """Whether the lines of an answer are what a document shows."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "…" else re.escape(line).replace("…", ".*") + r"\n"
        for line in expected
    )
    return re.fullmatch(pattern, "".join(f"{line.rstrip()}\n" for line in got)) is not None


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    """A user with nothing but our two programs."""
    home = tmp_path / "home"
    home.mkdir()
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    return {"HOME": str(home), "PATH": path, "LANG": "C.UTF-8", "USER": "ada"}


@pytest.fixture
def node(tmp_path, environment) -> Iterator[str]:
    """A real node of that user; its HOST:PORT."""
    command = ["micelio", "up", "--listen", "127.0.0.1:0", "--owner", "ada", "--json"]
    with (tmp_path / "node.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        )
    try:
        line = process.stdout.readline()
        assert line, (tmp_path / "node.log").read_text()
        yield json.loads(line)["url"].removeprefix("http://")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        process.stdout.close()


def played(script: list[Step], node: str, environment: dict[str, str], at: Path) -> Iterator[str]:
    """Run a document's commands in one shell, and yield what differs from what it shows."""
    mark = "=====end of step====="
    end = f"status=$?; printf '\\n%s\\n' '{mark}'; (exit $status)"
    typed = "".join(f"{step.command}\n{end}\n" for step in script)
    ran = subprocess.run(
        ["bash"],
        input=typed.replace(SHOWN_NODE, node),
        cwd=at,
        env={**environment, "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    parts = ran.stdout.replace(node, SHOWN_NODE).split(f"\n{mark}\n")
    for step, part in zip(script, parts, strict=False):
        got = part.rstrip("\n").split("\n") if part.rstrip("\n") else []
        if not answers(got, step.expected):
            yield f"line {step.line}: $ {step.command}\n" + "\n".join(got)


@pytest.mark.journey
@pytest.mark.slow
@pytest.mark.parametrize("name", RUN_DOCUMENTS)
def test_a_documents_console_blocks_are_true(name, node, environment, tmp_path) -> None:
    script = list(steps((TREE / name).read_text()))
    assert script
    playground = tmp_path / "play"
    playground.mkdir()
    wrong = list(played(script, node, environment, playground))
    assert not wrong, "\n\n".join(wrong)


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(path: Path) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)}


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(TREE)))
def test_links_lead_somewhere(path) -> None:
    links = re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", path.read_text())
    broken = []
    for link in links:
        if "://" in link:
            continue
        target, _, anchor = link.partition("#")
        there = (path.parent / target).resolve() if target else path
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(link)
    assert broken == []


def test_no_machine_and_no_supplier_of_packages_shows_in_the_tree() -> None:
    found = []
    for path in tracked():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(TREE)}: {word}" for word in FOREIGN if word in text]
    assert found == []


def test_every_document_is_reachable_from_the_readme() -> None:
    seen, todo = set(), [TREE / "README.md"]
    while todo:
        path = todo.pop()
        if path in seen or path.suffix != ".md" or not path.is_file():
            continue
        seen.add(path)
        links = re.findall(r"\]\(([^)#\s]+)", path.read_text())
        todo += [(path.parent / link).resolve() for link in links if "://" not in link]
    fragments = TREE / "docs" / "news"
    lost = {path for path in documents() if path not in seen and path.parent != fragments}
    assert {str(path.relative_to(TREE)) for path in lost} == set()


def test_exact_versions_are_pinned_and_nothing_else() -> None:
    for name in ("run.txt", "dev.txt"):
        for line in (TREE / "requirements" / name).read_text().splitlines():
            assert re.fullmatch(r"(#.*|-r run\.txt|[a-z0-9-]+==[0-9a-z.]+|)", line), line


def test_what_pyproject_asks_for_is_pinned() -> None:
    import tomllib

    asked = tomllib.loads((TREE / "pyproject.toml").read_text())["project"]["dependencies"]
    pins = (TREE / "requirements" / "run.txt").read_text()
    assert [name for name in asked if f"\n{name}==" not in pins] == []


def test_a_block_is_read_as_commands_and_answers() -> None:
    text = "```console\n$ one\na\nb\n$ two\n> more\n```\n```text\n$ three\n```\n"
    assert list(steps(text)) == [Step(2, "one", ("a", "b")), Step(5, "two\nmore", ())]


def test_an_answer_may_be_shown_in_part() -> None:
    assert answers(["at 12:30", "x", "y", "end"], ("at …", "…", "end"))
    assert not answers(["at 12:30"], ("at 12:31",))
    assert not answers(["a", "b"], ("a",))


def test_every_route_of_the_sync_protocol_is_in_its_reference() -> None:
    from mic.sync.routes import ROUTES
    from mic.wire.messages import PREFIX

    def plain(path: str) -> str:
        return re.sub(r"\{[^}]*\}", "{}", path.partition("?")[0])

    text = (TREE / "docs" / "reference" / "sync-protocol.md").read_text()
    rows = re.findall(r"^\| (GET|POST|PATCH|DELETE) `([^`]+)`", text, re.MULTILINE)
    project = f"{PREFIX}/projects/{{}}/{{}}"
    told = {(method, plain(re.sub("^P", project, path))) for method, path in rows}
    assert {(method, plain(PREFIX + path)) for method, path, _ in ROUTES} == told


def test_the_reference_of_commands_is_what_the_programs_say() -> None:
    """If this fails, run `make reference`."""
    command = [sys.executable, TREE / "scripts" / "cli_reference.py"]
    made = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert (TREE / "docs" / "reference" / "cli.md").read_text() == made

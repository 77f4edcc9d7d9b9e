"""Made-up values for the parts that need some: one project, its landings, a talk, a change."""

from dataclasses import replace

from markupsafe import Markup
from yarl import URL

from keys.statements.descriptor import Descriptor
from keys.statements.transcript import Decision, Message
from node.kernel import markup
from node.landings.model import Landing
from node.projects.model import Project
from node.sessions.model import Progress, Session, Status
from node.trees.model import Reason
from store.digest import Digest
from web.areas.files.crumbs import Crumb
from web.areas.landings import words
from web.areas.landings.changes import Changes
from web.areas.landings.diffs import FileDiff
from web.areas.landings.talk import Said
from web.areas.landings.vouching import BAD, CARRIED, MISSING, VERIFIED, Vouched
from web.areas.project.directory import Row
from web.design import marks
from web.design.diff_lines import Line
from web.design.lines import Run
from web.places import Place

HOUR, DAY = 3_600_000, 86_400_000
NOTHING = Digest(bytes(32))
GOALS = (
    ("Retry the outbox with jitter, so that two masts stop colliding", "ai-assisted", 2 * HOUR),
    ("Wait twice as long after each busy answer", "ai-generated", 3 * DAY),
    ("Say which reading was refused, and why", "human", 90 * DAY),
    ("Give every station an outbox", "unknown", 800 * DAY),
)
DECIDED = "Full jitter, seeded by the station."
BECAUSE = "Equal jitter left masts 3 and 4 in step. A seed makes the waits repeatable in a test."
CODE = '''\
@cache
def wait(station: int, tries: int) -> float:
    """Return seconds, never the same for two stations."""
    # Full jitter: anywhere between nothing and the doubled wait.
    return jitter(station, tries) * 2**tries * FIRST_WAIT
'''
README = """\
# Spore

Carries readings from stations that are [offline](#spore) most of the week.

- A reading that was accepted is never lost.
- [x] Measured in the October floods.

```sh
spore station run --id 7
```

> Eleven stations along one river.

| Board | Memory |
|---|--:|
| 32-bit | 41 kB |
"""


def place(url: str, now: int) -> Place:
    """Return a project that stands at its fourth landing."""
    about = "Store-and-forward for weather stations that are offline most of the week."
    project = Project(
        0, "mic:z", "hazel", 0, "spore", "Spore", about, "public", NOTHING, now - 900 * DAY, now
    )
    return Place(project, len(GOALS), len(GOALS), pinned=False, node=url)


def landings(now: int) -> list[Landing]:
    """Return one landing of each origin, newest first."""
    return [
        Landing(
            position=len(GOALS) - at,
            id=NOTHING,
            tree=NOTHING,
            previous_tree=NOTHING,
            session="",
            author="hazel",
            author_did=None,
            goal=goal,
            origin=origin,
            model=None,
            contribution=None,
            transcript=NOTHING,
            changes=Descriptor(NOTHING, 0),
            changed=at + 1,
            clock="",
            landed_at=now - past,
        )
        for at, (goal, origin, past) in enumerate(GOALS)
    ]


def rows(landed: list[Landing]) -> list[Row]:
    """Return a folder, a link and a file."""
    names = (("src", "folder"), ("latest", "link"), ("README.md", "file"))
    return [
        Row(name, kind, "#tree", landing)
        for (name, kind), landing in zip(names, landed[1:], strict=True)
    ]


def crumbs() -> list[Crumb]:
    """Return the way to a file."""
    return [Crumb("src", "#navigation"), Crumb("outbox.py", "")]


def said(now: int) -> list[Said]:
    """Return what a person asked, what an agent answered and what they decided."""
    asked = "Masts 3 and 4 collide every morning. Spread them, but keep the tests repeatable."
    answer = "The wait is a plain doubling in `src/outbox.py`, so equal starts stay equal."
    return [
        Said(now - 3 * HOUR, Message("human", asked, now - 3 * HOUR), None),
        Said(now - 2 * HOUR, Message("agent", answer, now - 2 * HOUR), None),
        Said(now - HOUR, None, Decision(DECIDED, BECAUSE, now - HOUR)),
    ]


def lines() -> list[Markup]:
    """Return code in its five colours."""
    return [Markup(line) for line in markup.highlight("outbox.py", CODE)]  # noqa: S704


def runs(landed: list[Landing], drawn: list[Markup]) -> list[Run]:
    """Return the code as three landings brought it, at three ages."""
    parts = ((landed[2], 1, 0, 2), (landed[0], 4, 2, 4), (landed[1], 3, 4, 5))
    return [
        Run(_reason(landing), age, start + 1, drawn[start:end])
        for landing, age, start, end in parts
    ]


def change(drawn: list[Markup], path: str) -> FileDiff:
    """Return a change with every kind of line."""
    one, two, _ = words.compare("    return tries * 2", "    return tries ** 3", 100)
    made = [
        Line("same", 1, 1, drawn[0]),
        Line("removed", 2, None, marks.marked(Markup("    return tries * 2"), one, "del")),
        Line("added", None, 2, marks.marked(Markup("    return tries ** 3"), two, "ins")),
        Line("added", None, 3, drawn[2]),
        Line("gap", 19, None, Markup("def wait")),
        Line("same", 19, 20, drawn[4]),
    ]
    return FileDiff(path, "changed", 2, 1, made, "", is_open=True)


def changes(drawn: list[Markup], *, is_split: bool) -> Changes:
    """Return files in every state that a diff has."""
    files = [
        change(drawn, "src/wait.py" if is_split else "src/outbox.py"),
        FileDiff("logo.bin", "added", 0, 0, [], "Binary, 2,048 bytes.", is_open=False),
        FileDiff("run.sh", "changed", 0, 0, [], "", True, mode="Now it may be run."),
        FileDiff("new.py", "renamed", 0, 0, [], "Its content stayed.", True, source="old.py"),
        FileDiff("gone.py", "removed", 0, 9, [], "More lines than fit.", False, is_cut=True),
        FileDiff("a" * 80 + "/שלום.txt", "added", 0, 0, [], "Empty.", is_open=False),
    ]
    return Changes(files, 3, 4, 212, 1, "", is_split, URL("/design"))


def sessions(now: int) -> list[Progress]:
    """Return sessions that are under way: one that talks, and one that said nothing yet."""
    made = [
        Session(
            id=name,
            project=0,
            author=0,
            author_handle="hazel",
            goal=goal,
            status=Status.ACTIVE,
            base_position=3,
            origin=origin,
            model=model,
            started_at=now - HOUR,
            ended_at=None,
            position=None,
            transcript=None,
            epoch=0,
        )
        for name, goal, origin, model in (
            ("hand-over", "Let a mast hand over to its neighbour", "ai-assisted", "larch-3"),
            ("quiet", "לתקן את הטקסט", "human", None),
        )
    ]
    return [
        Progress(made[0], 4, 1, 2, "x" * 180, "agent", now - HOUR // 6),
        Progress(made[1], 0, 0, 0, "", "", now - HOUR),
    ]


def ended(now: int) -> list[Session]:
    """Return sessions that ended, one each way."""
    active = sessions(now)[0].session
    return [
        replace(active, status=Status.LANDED, position=4, ended_at=now - HOUR // 2),
        replace(active, status=Status.ABANDONED, ended_at=now - HOUR // 2),
    ]


def vouched() -> list[Vouched]:
    """Return what may be known of a signature."""
    states = (VERIFIED, BAD, MISSING, CARRIED)
    return [Vouched(state, None, "", None, "", None) for state in states]


def readme() -> Markup:
    """Return what a README may hold."""
    drawn = markup.markdown(README, lambda path: path, lambda path: path)
    return Markup(markup.lowered(drawn))  # noqa: S704 - markup sanitizes


def _reason(landing: Landing) -> Reason:
    taken = (Decision(DECIDED, BECAUSE, 0),) if landing.position == len(GOALS) else ()
    return Reason(
        position=landing.position,
        session="",
        author=landing.author,
        made_at=landing.made_at,
        landed_at=landing.landed_at,
        goal=landing.goal,
        origin=landing.origin,
        decisions=taken,
        before="main.py" if landing.position > 1 else None,
    )

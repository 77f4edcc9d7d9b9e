"""How far an import is: its stages, and what it has to tell."""

from dataclasses import dataclass

from aiohttp import web

from node.imports import verbs as imports
from node.imports.model import Import, NoImport, Stage, Status
from web.page import forge_of, party_of, render
from web.places import Place, place_of

SECONDS = 2
"""How often the page is asked for again while the import goes on."""

WORDS = {
    Stage.METADATA: "Look whether a repository answers",
    Stage.GIT_DATA_CLONE: "Fetch it",
    Stage.VALIDATION: "Read and check its history",
    Stage.ISSUE_MIGRATION: "Bring its issues",
    Stage.FINALIZATION: "Land each commit",
}
STATUS = {
    Status.QUEUED: "Waiting for its turn.",
    Status.RUNNING: "Under way. This page follows it.",
    Status.COMPLETED: "Everything has come.",
    Status.FAILED: "Nothing was imported.",
    Status.ROLLED_BACK: "Nothing was imported; the project is as empty as before.",
}
SKIPPED = frozenset({Stage.ISSUE_MIGRATION})
"""A repository of git has no issues."""


@dataclass(frozen=True, slots=True)
class Step:
    """A stage in words; `state` is done, now, failed or later, `permille` how far it is."""

    words: str
    state: str
    count: str = ""
    permille: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; it is asked for again after `seconds`, or not any more at 0."""

    place: Place
    one: Import
    status: str
    steps: list[Step]
    seconds: int

    @property
    def has_failed(self) -> bool:
        """Whether it ended without a history."""
        return self.one.status in {Status.FAILED, Status.ROLLED_BACK}


async def show(request: web.Request) -> web.StreamResponse:
    """Show how an import stands, to who may land on its project."""
    place = await place_of(request)
    name = request.match_info["id"]
    one, project = await imports.get(forge_of(request), party_of(request), name)
    if project.key != place.project.key:
        raise NoImport(name)
    seconds = SECONDS if one.status in {Status.QUEUED, Status.RUNNING} else 0
    view = View(place, one, STATUS[one.status], _steps(one), seconds)
    return render(request, "areas/imports/show.html", view)


def _steps(one: Import) -> list[Step]:
    stages = [stage for stage in Stage if stage not in SKIPPED]
    at = stages.index(one.stage) if one.stage in stages else len(stages) - 1
    return [_step(one, stage, number - at) for number, stage in enumerate(stages)]


def _step(one: Import, stage: Stage, distance: int) -> Step:
    if distance or one.status is Status.COMPLETED:
        is_done = distance < 0 or one.status is Status.COMPLETED
        return Step(WORDS[stage], "done" if is_done else "later")
    states = {Status.QUEUED: "later", Status.RUNNING: "now"}
    count = f"{one.done:,} of {one.total:,}" if one.total else ""
    share = 1000 * one.done // one.total if one.total else 0
    return Step(WORDS[stage], states.get(one.status, "failed"), count, share)

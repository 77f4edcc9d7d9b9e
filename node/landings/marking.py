"""A landing that changes no file: it says in a project's log that something happened to it."""

from keys.statements.descriptor import Descriptor
from keys.statements.landing import LandingRecord, seal_landing
from keys.statements.transcript import Transcript, encode
from node.kernel import events
from node.kernel.clock import Stamp
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import rows
from node.landings.model import Landing
from node.projects.model import Project
from node.sessions import verbs as sessions
from node.sessions.model import LandedSession
from store import changes as change_lists
from store.database import Tx
from store.records import Kind


def mark(forge: Forge, tx: Tx, who: Party, project: Project, goal: str) -> Landing:
    """Land nothing but a goal on `project`; the caller has seen to it that `who` may."""
    landing = _signed(forge, tx, who, project, goal)
    rows.add(tx, project.key, who.account or 0, landing)
    sessions.mark_landed(tx, project.key, who, _session(landing))
    facts = {"position": landing.position, "session": landing.session, "author": landing.author}
    events.append(tx, "landing.landed", project.key, facts, landing.landed_at)
    return landing


def _signed(forge: Forge, tx: Tx, who: Party, project: Project, goal: str) -> Landing:
    before, now, session = rows.head(tx, project.key), forge.now(), forge.ids.session()
    if before.clock:
        forge.clock.receive(Stamp.parse(before.clock), now)
    listed = change_lists.encode(())
    changes = Descriptor(forge.objects.put(tx, Kind.BLOB, listed), len(listed))
    transcript = forge.objects.put(tx, Kind.DOCUMENT, encode(Transcript(session, goal, (), ())))
    record = LandingRecord(
        project=project.id,
        position=before.position + 1,
        previous=before.id,
        tree=before.tree,
        previous_tree=before.tree,
        session=session,
        contribution=None,
        author=who.handle or "",
        author_did=None,
        goal=goal,
        clock=str(forge.clock.tick(now)),
        landed_at=now,
    )
    digest = forge.objects.put(tx, Kind.DOCUMENT, seal_landing(record, forge.node.key))
    return Landing.signed(record, digest, transcript, changes, 0)


def _session(landing: Landing) -> LandedSession:
    return LandedSession(
        id=landing.session,
        goal=landing.goal,
        base_position=landing.position - 1,
        origin=landing.origin,
        model=None,
        started_at=landing.landed_at,
        landed_at=landing.landed_at,
        position=landing.position,
        transcript=landing.transcript,
    )

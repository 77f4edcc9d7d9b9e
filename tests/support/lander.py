"""A process that lands on a project until told to stop: `python -m tests.support.lander FILE`.

It notes each landing in a file of its own only after the node acknowledged it, so that what stands
there is what the node may never lose.
"""

import json
import secrets
import sys
import time
from pathlib import Path

from keys.ed25519 import PrivateKey
from keys.statements import transcript as transcripts
from keys.statements.contribution import Contribution, SessionFacts, seal_contribution
from keys.statements.descriptor import Descriptor
from keys.statements.transcript import Transcript
from mic.client.connection import Connection
from mic.client.landing import land
from mic.client.remote import Remote
from mic.errors import Unreachable
from mic.wire import messages as wire
from node.kernel.ids import Ids
from store import changes as change_lists
from store.changes import Change
from store.digest import digest_of
from store.records import Kind, make
from store.tree import Entry, Mode


def one_landing(settings, key, base, path, data):
    """Return what `mic land` would send for one new file."""
    now = time.time_ns() // 1_000_000
    entry = Entry(Mode.FILE, digest_of(data), len(data))
    encoded = change_lists.encode([Change(path, None, entry)])
    changes = Descriptor(digest_of(encoded), len(encoded))
    session, goal = Ids().session(), f"Add {path}"
    said = transcripts.encode(Transcript(session, goal, (), ()))
    statement = seal_contribution(
        Contribution(
            project=settings["project"],
            base_position=base.position,
            base_tree=bytes.fromhex(base.tree),
            changes=changes,
            session=SessionFacts(
                id=session,
                goal=goal,
                started_at=now,
                finished_at=now,
                transcript=transcripts.descriptor(said),
            ),
            origin="human",
            model=None,
            tool="mic/1",
            contributor=key.did,
        ),
        key,
    )
    draft = wire.SessionDraft(
        id=session, goal=goal, started_at=now, finished_at=now, origin="human"
    )
    request = wire.LandRequest(
        base=base.position,
        session=draft,
        changes=wire.Descriptor(changes.id.hex(), changes.size),
        transcript=said,
        statement=statement,
    )
    return request, [make(Kind.BLOB, data), make(Kind.BLOB, encoded)]


def persistently(ask):
    """Ask until the node answers, however often it dies in between."""
    while True:
        try:
            return ask()
        except Unreachable:
            time.sleep(0.05)


def main(settings):
    key = PrivateKey.from_seed(bytes.fromhex(settings["seed"]))
    remote = Remote(Connection(settings["url"], settings["token"]), *settings["address"])
    stop, number = Path(settings["stop"]), 0
    with Path(settings["log"]).open("a") as log:
        while not stop.exists():
            base = persistently(remote.head)
            path = f"{settings['name']}/{number:05d}.txt"
            request, records = one_landing(settings, key, base, path, secrets.token_bytes(200))
            landed = persistently(lambda: land(remote, request, records))  # noqa: B023
            line = [landed.position, landed.id, request.session.id, path, records[0].digest.hex()]
            log.write(json.dumps(line) + "\n")
            log.flush()
            number += 1


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))

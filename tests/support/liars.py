"""Nodes of the simulator that lie, each in the one way that it is named for."""

import dataclasses

import msgspec

from keys.spelling import parts_of
from mic.wire import heads as wire
from mic.wire.heads import Heads, SignedHead
from p2p import messages
from tests.support.simulator import Copy, Node, World, key, project_id, record

EVERY_MS = 2_000


class Liar(Node):
    """Holds what it is given and answers as an honest node does, but for `lie` and what it serves.

    It announces its lie every two seconds, and answers with it whoever asks where it stands.
    """

    is_caught = True
    """Whether every node that hears of it bans it."""

    is_asked = True
    """Whether it also lies to those who ask."""

    def start(self) -> None:
        super().start()
        self.speak(self.life)

    def speak(self, life: int) -> None:
        if self.is_up and life == self.life:
            for project, copy in self.copies.items():
                if copy.documents:
                    self.tell(project)
            self.world.at(self.world.now + EVERY_MS, lambda: self.speak(life))

    def tell(self, project: str) -> None:
        self.publish(project, messages.announce(self.head(project), self.next()))

    def next(self) -> int:
        return (self.life << 20) + next(self.number)

    def publish(self, project: str, data: bytes) -> None:
        self.world.gossip(self, messages.topic(project), data)

    def heads(self, asked, asker: str) -> Heads:
        if asked.stands is None:
            answer = super().heads(asked, asker)
            if answer.answer != "same":
                return answer
            ids = self.told.get(asker, asked.set)
            held = wire.bitmap(ids, frozenset(self.stands(ids)))
            return Heads(answer="differs", held=held, buckets=bytes(wire.PRINT))
        named = [wire.spelled_id(one.project) for one in wire.unpack(asked.stands)]
        return Heads(
            answer="differs", heads=[self.head(one) for one in named if one in self.copies]
        )

    def head(self, project: str) -> SignedHead:
        true = super().head(project)
        return self.lie(true) if true.record is not None else true

    def lie(self, true: SignedHead) -> SignedHead:
        return true


class Grafter(Liar):
    """Shows a record of another project."""

    def lie(self, true):
        other = record(project_id(999), true.position + 1, bytes(32), "graft", self.key)
        return msgspec.structs.replace(true, position=true.position + 1, record=other)


class Replayer(Liar):
    """Shows the newest record as one of a later position."""

    def lie(self, true):
        return msgspec.structs.replace(true, position=true.position + 3)


class Forger(Liar):
    """Signs the next landing itself."""

    def lie(self, true):
        forged = record(true.project, true.position + 1, bytes(32), "forged", self.key)
        return msgspec.structs.replace(true, position=true.position + 1, record=forged)


class Downgrader(Liar):
    """Shows the record without its signature."""

    def lie(self, true):
        bare = msgspec.json.encode(
            {"payload": "e30=", "payloadType": parts_of(true.record).payload_type, "signatures": []}
        )
        return msgspec.structs.replace(true, position=true.position + 1, record=bare)


class Boaster(Liar):
    """Claims an epoch that there is not."""

    is_caught = False  # In time: each boast costs a fetch, and those become rare.

    def lie(self, true):
        return msgspec.structs.replace(true, epoch=true.epoch + 5, record=None)


class Alterer(Liar):
    """Announces what is true, and serves records of which a byte was changed."""

    is_caught = False  # Whoever finds an honest holder first never sees it.

    def serve(self, project: str, after: int):
        documents, portion = super().serve(project, after)
        return (documents, [one[:100] + bytes([one[100] ^ 1]) + one[101:] for one in portion])


class Flooder(Liar):
    """Announces 1,500 times what everybody knows."""

    is_asked = False

    def tell(self, project: str) -> None:
        for _ in range(1500):
            self.publish(project, messages.announce(self.head(project), self.next()))

    def speak(self, life: int) -> None:  # noqa: ARG002  twice, whatever its life
        def once() -> None:
            for project, copy in self.copies.items():
                if copy.documents:
                    self.tell(project)

        for at in (20_000, 120_000):
            self.world.at(self.world.now + at, once)


class Silent(Liar):
    """Takes every question and answers none."""

    is_caught = False

    def heads(self, *_asked):
        return None

    def serve(self, *_wanted):
        return None


class Twofaced(Liar):
    """The home of a project, which signs two records for one position and shows both around."""

    is_caught = False  # Asked for with `proofs`: what convicts it is kept.

    def tell(self, project: str) -> None:
        copy = self.copies[project]
        if not copy.is_ours or not copy.log:
            return
        other = Copy(project, True, copy.documents, copy.log[:-1])
        other.append("another", self.key)
        said = dataclasses.replace(other)
        head = SignedHead(
            project=project, epoch=len(said.documents), position=len(said.log), record=said.log[-1]
        )
        self.publish(project, messages.announce(head, self.next()))


LIARS = (Grafter, Replayer, Forger, Downgrader, Boaster, Alterer, Flooder, Silent)


def add(world: World, kind: type[Liar], number: int) -> Liar:
    liar = kind(world, number)
    assert liar.did == key(number).did
    world.nodes[liar.did] = liar
    return liar

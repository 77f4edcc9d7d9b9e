"""A node with a history worth looking at: people, projects, what they landed and why.

The clock is moved from landing to landing, so that the same story is always equally long ago.
"""

from keys.statements.transcript import Decision, Message
from node.accounts.model import Account
from node.invitations import verbs as invitations
from node.kernel.forge import Forge
from node.landings import verbs as landings
from node.organizations import verbs as organizations
from node.profiles import verbs as profiles
from node.profiles.model import Profile
from node.projects import verbs as projects
from node.projects.model import NewProject, Project
from node.sessions import verbs as sessions
from node.sessions.model import NewSession
from node.stars import verbs as stars
from tests.support.drafts import a_draft
from tests.support.forges import START_MS, HeldClock, an_account
from tests.support.roles import acting

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NOW = START_MS

README = """\
# Spore

Spore carries readings from weather stations that are offline most of the week. A station writes to
its own disk, waits for a mast to come within reach, and forgets a reading only when the mast has
signed for it.

It was written for eleven stations along one river, where the radio link is up for about forty
minutes a day and the batteries last as long as nobody retries too eagerly.

## Start a station

```sh
spore station init --id 7 --disk /var/lib/spore
spore station run
```

The first reading appears within a minute. `spore status` says how many are waiting, and when a
mast was last heard.

## What it promises

- A reading that was accepted is never lost, whichever side loses power.
- When the disk is full the newest reading is refused, not the oldest. [The start of a storm is
  worth more than its tail.](src/outbox.rs)
- Nothing is sent in the clear, and a mast can only read what it forwards.

| Board | Memory | Measured |
|---|--:|---|
| 32-bit | 41 kB | [x] in the October floods |
| 64-bit | 66 kB | on the desk |
"""
OUTBOX = """\
//! The outbox: readings wait here until a mast has heard them.
//!
//! A reading leaves only when the far side has signed for it, so a
//! station may lose power between any two lines of this file.

use crate::{link::Link, reading::Reading, store::Store, Error};
use std::time::Duration;

const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(900);

pub struct Outbox<'a> {
    store: &'a Store,
}

impl<'a> Outbox<'a> {
    pub fn open(store: &'a Store) -> Self {
        Outbox { store }
    }

    /// Queue a reading. When the disk is full the newest is refused:
    /// the start of a storm is worth more than its tail.
    pub fn push(&mut self, reading: Reading) -> Result<u64, Error> {
        if self.store.free_bytes() < reading.len() {
            return Err(Error::Full);
        }
        self.store.append(reading)
    }

    /// Send what waits, oldest first, and forget what was signed for.
    pub fn drain(&mut self, link: &mut Link) -> Result<usize, Error> {
        let mut sent = 0;
        let mut wait = FIRST_WAIT;
        while let Some(reading) = self.store.front()? {
            match link.send(&reading) {
                Ok(receipt) if receipt.covers(&reading) => {
                    self.store.forget(reading.id)?;
                    sent += 1;
                }
                Ok(_) => return Err(Error::Unsigned(reading.id)),
                Err(Error::Busy) => {
                    link.wait(wait);
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(sent)
    }
}
"""
FULL = OUTBOX.replace(
    "return Err(Error::Full);", "return Err(Error::Full { kept: self.store.count() });"
)
JITTER = (
    FULL.replace(
        "    store: &'a Store,\n}", "    store: &'a Store,\n    station: u32,\n    tries: u32,\n}"
    )
    .replace(
        "    pub fn open(store: &'a Store) -> Self {\n        Outbox { store }",
        "    pub fn open(store: &'a Store, station: u32) -> Self {\n"
        "        Outbox { store, station, tries: 0 }",
    )
    .replace("        let mut wait = FIRST_WAIT;\n", "")
    .replace(
        "                    sent += 1;\n",
        "                    self.tries = 0;\n                    sent += 1;\n",
    )
    .replace(
        "                Err(Error::Busy) => {\n                    link.wait(wait);\n"
        "                    wait = (wait * 2).min(LONGEST_WAIT);\n                }\n",
        "                Err(Error::Busy) => link.wait(self.pause()),\n",
    )
    .replace(
        "        Ok(sent)\n    }\n}\n",
        "        Ok(sent)\n    }\n\n    /// Full jitter: anywhere between nothing and the doubled wait,\n"
        "    /// seeded by the station so that two masts never step together.\n"
        "    fn pause(&mut self) -> Duration {\n        self.tries = self.tries.saturating_add(1);\n"
        "        let ceiling = FIRST_WAIT * 2u32.saturating_pow(self.tries.min(12));\n"
        "        jitter(self.station, self.tries, ceiling.min(LONGEST_WAIT))\n    }\n}\n",
    )
)
TALK = (
    (
        "human",
        (
            "Masts 3 and 4 collide every morning. Both wake at sunrise, both get “busy”, both wait"
            " the same 250 ms, and so on for nine minutes. The log of the 19th is attached. Spread them,"
            " but keep the tests repeatable."
        ),
        0,
    ),
    (
        "agent",
        (
            "I read the log and `src/outbox.rs`. The wait is a plain doubling from a shared"
            " constant, so equal starts stay equal. Two usual cures: equal jitter, half fixed and half"
            " random, or full jitter, anything between nothing and the doubled wait."
        ),
        1,
    ),
    (
        "human",
        (
            "Try full jitter on the same log. And no clock or system randomness in there: station"
            " boards boot with the same entropy."
        ),
        10,
    ),
    (
        "agent",
        (
            "Full jitter leaves 2 collisions, both in the first second. I derive the sequence"
            " from the station number and the try, so a test can name the waits it expects."
        ),
        17,
    ),
    (
        "human",
        (
            "Good. Reset the count after a success, not at the start of `drain`, or a flapping link"
            " starts from scratch each time."
        ),
        31,
    ),
)
DECIDED = (
    (
        "Full jitter, seeded by the station.",
        (
            "Equal jitter still left masts 3 and 4 in step for nine"
            " minutes. A seed makes the sequence repeatable in a test."
        ),
        18,
    ),
    (
        "The count of tries lives in the outbox, not in the loop.",
        ("A link that flaps should keep its long wait until something gets through."),
        32,
    ),
)


class Story:
    """The people and projects, once `tell` has made them."""

    def __init__(self, forge: Forge, clock: HeldClock) -> None:
        self.forge = forge
        self.clock = clock
        self.people: dict[str, Account] = {}
        self.projects: dict[str, Project] = {}

    async def tell(self) -> None:
        """Make everything; the clock stands at `NOW` afterwards."""
        self.clock.now_ms = NOW - 1_200 * DAY
        for handle in ("hazel", "tomas", "wren"):
            self.people[handle] = await an_account(self.forge, handle)
        hazel = self.people["hazel"]
        await organizations.create(self.forge, hazel.party, "mycelia")
        for handle in ("tomas", "wren"):
            asked = await invitations.invite(self.forge, hazel.party, "mycelia", handle)
            await invitations.accept(self.forge, self.people[handle].party, asked.key)
        await self._spore()
        await self._others()
        await self._stars()
        await self._profiles()
        self.clock.now_ms = NOW

    async def land(self, name: str, who: str, ago: int, goal: str, files, **more: object) -> None:
        """Land as `who`, so long ago."""
        self.clock.now_ms = NOW - ago
        account, project = self.people[who], self.projects[name]
        draft = await a_draft(self.forge, account, project, files, goal=goal, **more)
        await landings.land(self.forge, await acting(self.forge, account), project, draft)

    async def _make(self, at: str, who: str, handle: str, about: str, **more: str) -> None:
        party = await acting(self.forge, self.people[who])
        more = {"visibility": "public"} | more
        made = await projects.create(
            self.forge, party, at, NewProject(handle, description=about, **more)
        )
        self.projects[f"{at}/{handle}"] = made

    async def _spore(self) -> None:
        about = "Store-and-forward for weather stations that are offline most of the week."
        await self._make("mycelia", "hazel", "spore", about, url="https://spore.example")
        first = {
            "LICENSE": b"Apache License 2.0\n",
            "README.md": README.replace("## What it promises", "## Promises").encode(),
            "Cargo.toml": b'[package]\nname = "spore"\nversion = "0.3.0"\nedition = "2021"\n',
            ".micignore": b"target\n",
            "src/lib.rs": b"pub mod link;\npub mod outbox;\npub mod store;\n",
            "src/store.rs": b"pub struct Store;\n",
            "stations/alder.toml": b"id = 3\n",
            "docs/wire.md": b"# The wire\n\nEvery frame is 64 bytes.\n",
        }
        spore = "mycelia/spore"
        await self.land(spore, "tomas", 1_100 * DAY, "Plant the project", first)
        outbox = {"src/outbox.rs": OUTBOX.encode()}
        await self.land(spore, "tomas", 800 * DAY, "Give every station an outbox", outbox)
        tests = {"tests/outbox.rs": b"use spore::outbox::Outbox;\n\n#[test]\nfn drains() {}\n"}
        await self.land(
            spore,
            "wren",
            21 * DAY,
            "Wait twice as long after each busy answer",
            tests,
            origin="ai-generated",
            model="larch-3",
        )
        full = {"src/outbox.rs": FULL.encode()}
        refuse = Decision(
            "Refuse the newest, not the oldest",
            "After a flood the first hour is what the hydrologists ask for.",
            NOW - 4 * DAY,
        )
        await self.land(
            spore,
            "tomas",
            4 * DAY,
            "When the disk is full, keep the start of the storm",
            full,
            decisions=(refuse,),
        )
        wire = {"docs/wire.md": b"# The wire\n\nEvery frame is 64 bytes, byte by byte.\n",
                "README.md": README.encode()}  # fmt: skip
        await self.land(
            spore, "hazel", DAY, "Document the wire format byte by byte", wire, origin="ai-assisted"
        )
        began = NOW - 2 * HOUR - 46 * MINUTE
        await self.land(
            spore,
            "hazel",
            2 * HOUR,
            "Retry the outbox with jitter, so that two masts stop colliding",
            {
                "src/outbox.rs": JITTER.encode(),
                "stations/alder.toml": b"id = 3\nseed = 3\n",
                "tests/outbox.rs": b"use spore::outbox::Outbox;\n\n#[test]\nfn drains_apart() {}\n",
            },
            origin="ai-assisted",
            model="larch-3",
            started_at=began,
            messages=tuple(Message(role, text, began + at * MINUTE) for role, text, at in TALK),
            decisions=tuple(Decision(text, why, began + at * MINUTE) for text, why, at in DECIDED),
        )
        self.clock.now_ms = NOW - 20 * MINUTE
        party = await acting(self.forge, self.people["wren"])
        project = self.projects[spore]
        new = NewSession("Let a mast hand over to its neighbour", "hand-over-to-neighbours")
        await sessions.start(self.forge, party, project, new)
        self.clock.now_ms = NOW - 6 * MINUTE
        await sessions.note(self.forge, party, project, new.id, "human", "Which side speaks first?")

    async def _others(self) -> None:
        for at, who, handle, about, ago, files in (
            ("mycelia", "wren", "hypha", "A radio link that two volunteers can repair in the rain.",
             DAY, {"src/main.rs": b"fn main() {}\n"}),
            ("hazel", "hazel", "tidewords", "Reads the river gauge aloud, in plain sentences.",
             4 * DAY, {"gauge.py": b"def gauge():\n    return 3\n"}),
            ("hazel", "hazel", "shed", "How this node is set up, backed up and restored.",
             14 * DAY, {"up.sh": b"#!/bin/sh\nmicelio up\n"}),
            ("wren", "wren", "moth", "Counts moths in trap photographs on a board without a network.",
             22 * DAY, {"count.rs": b"fn count() {}\n"}),
        ):  # fmt: skip
            self.clock.now_ms = NOW - 300 * DAY
            await self._make(at, "hazel" if at == "mycelia" else who, handle, about)
            goal = {"hypha": "Listen before speaking", "moth": "Count each moth once"}.get(
                handle, f"Begin {handle}"
            )
            await self.land(f"{at}/{handle}", who, ago, goal, files)
        self.clock.now_ms = NOW - 100 * DAY
        await self._make("hazel", "hazel", "diary", "Not for everybody.", visibility="private")
        await self.land("hazel/diary", "hazel", 3 * DAY, "Write it down", {"one.txt": b"dear\n"})

    async def _profiles(self) -> None:
        said = Profile(
            bio="Field electronics, river data, small programs that outlive their batteries.",
            website="https://hazel.example",
            mastodon="https://social.example/@hazel",
        )
        await profiles.update(
            self.forge, await acting(self.forge, self.people["hazel"]), "hazel", said
        )

    async def _stars(self) -> None:
        for who, names in (
            ("hazel", ("mycelia/spore", "wren/moth")),
            ("tomas", ("mycelia/spore", "hazel/tidewords")),
            ("wren", ("mycelia/spore", "mycelia/hypha")),
        ):
            self.clock.now_ms += HOUR
            party = await acting(self.forge, self.people[who])
            for name in names:
                await stars.set_star(self.forge, party, self.projects[name], starred=True)

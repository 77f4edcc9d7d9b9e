"""Reads the documents of followed nodes, each once an hour; what fails is tried again later.

What is due stands in rows, so a restart forgets nothing, and a command of the operator is seen
within a second. The fence here keeps one node's document from keeping others from being read.
"""

import asyncio
import dataclasses
import logging
from urllib.parse import urlencode

from activitypub import reading, webfinger
from activitypub.errors import NotBelieved
from activitypub.vocabulary import JSON, LINKED, STREAMS
from node.federation import rules
from node.federation import verbs as federation
from node.federation.model import Described, Follow
from node.kernel import fetching, outbound
from node.kernel.errors import Fault
from node.kernel.fetching import NoAnswer, Wanted
from node.kernel.forge import Forge

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
READ_SECONDS = 15.0
AT_ONCE = 4

DOCUMENT = Wanted({JSON: "", LINKED: STREAMS}, reading.LONGEST)
FINGER = Wanted({webfinger.KIND: "", "application/json": ""}, reading.LONGEST)


async def step(forge: Forge) -> None:
    """Read what is due, and wait a moment."""
    await look(forge)
    await asyncio.sleep(LOOK_SECONDS)


async def look(forge: Forge) -> None:
    """Read the documents that are due."""
    async with asyncio.TaskGroup() as group:
        for one in await federation.due(forge, AT_ONCE):
            group.create_task(_taken(forge, one), name=f"actor {one.key}")


async def _taken(forge: Forge, followed: Follow) -> None:
    try:
        async with asyncio.timeout(READ_SECONDS):
            told = await found(forge, followed.address)
        await federation.learned(forge, followed, told)
    except TimeoutError:
        await federation.failed(forge, followed, NoAnswer(followed.address, "it is too slow"))
    except Fault as fault:
        log.warning("actor not believed", extra={"actor": followed.address, "code": fault.code})
        await federation.failed(forge, followed, fault)
    except Exception:
        log.exception("actor not read", extra={"actor": followed.address})
        broken = NotBelieved(
            "broken", "This node met an error of its own; its log has the details."
        )
        await federation.failed(forge, followed, broken)


async def found(forge: Forge, address: str) -> Described:
    """Return what the document of the actor at `address` says; raises a `Fault`."""
    host = rules.host_of(address)
    trusted = None if forge.reach_private else (outbound.parsed(host),)
    url = address
    if address.startswith("@"):
        query = urlencode({"resource": f"acct:{address[1:]}"})
        asked = f"{host}{webfinger.ADDRESS}?{query}"
        answer = await fetching.get(asked, FINGER, trusted)
        url = webfinger.actor_of(answer.data, answer.url)
    answer = await fetching.get(url, DOCUMENT, trusted)
    told = reading.actor(answer.data, answer.url, forge.now())
    return dataclasses.replace(told, is_near=answer.is_inside)

"""Whether the node is at work, and what it owes is done."""

import aiohttp

from node.daemon import building, housekeeping, lock, presence
from node.daemon.checkups.model import Line, bad, doubtful, well
from node.daemon.config import Config
from node.daemon.saying import how_to_start
from node.kernel import jobs
from node.projects import behind, moved
from store import index
from store.database import Tx

_PATIENCE = 5.0
_OVERDUE = 3


async def answers(config: Config) -> Line:
    """Ask the node itself whether it is well."""
    last = presence.read(config.data)
    if not lock.is_held(config.data) or last is None:
        return doubtful("node", "It does not run.", f"Start it with {how_to_start(config)}.")
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(_PATIENCE)) as session,
            session.get(f"{last.url}/up") as answer,
        ):
            status = answer.status
    except (aiohttp.ClientError, TimeoutError, ValueError) as fault:
        reason = str(fault) or "it takes too long"
        return bad(
            "node",
            f"It runs (process {last.pid}), and {last.url} does not answer: {reason}.",
            "Look at its log, at its proxy, and at `url` in node.toml; then start it again.",
        )
    if status != 200:
        return bad("node", f"{last.url}/up answers {status}.", "Look at its log.")
    return well("node", f"It answers at {last.url}.")


def owed(tx: Tx) -> Line:
    """Look for work that was given up."""
    counts, given_up = jobs.counts(tx), jobs.given_up(tx)
    if counts["failed"]:
        kind, reason = given_up[0]
        return doubtful(
            "jobs",
            f"{counts['failed']:,} jobs were given up, {kind} last: {reason}",
            "What they are about may be incomplete; the log says more.",
        )
    return well("jobs", f"Waiting: {counts['waiting']:,}; none was given up.")


def caught_up(tx: Tx) -> Line:
    """Look for projects of which others hold more than this node, which has signed it."""
    lags = behind.lags(tx)
    if not lags:
        return well("restored", "No node is known to hold more of this node's projects than it.")
    one = lags[0]
    where = f"others hold @{one.position}" if one.position else "its peers are being asked"
    return bad(
        "restored",
        f"This node was put back to an older state; {len(lags):,} projects take no landings,"
        f" {one.project.address} among them: {where}. {one.reason}".rstrip(),
        "Let the node run: it fetches what is missing. If those who hold it are gone for good, have"
        " the project's owner adopt it at a node that mirrors it.",
    )


def at_home(tx: Tx) -> Line:
    """Look for landings that this node acknowledged when another one ordered the project."""
    found = [one for one in moved.moves(tx) if one.stays]
    if not found:
        return well("homes", "Nothing landed here on projects that have another home.")
    one = found[0]
    return doubtful(
        "homes",
        f"{len(found):,} projects have another home since, {one.project.address} among them:"
        f" {one.advice}",
        f"When nothing of it is needed here any more: micelio seed {one.project.id} --forget",
    )


def collected(tx: Tx, now: int) -> Line:
    """Look when the last collection began; it is owed once a day while the node runs."""
    mark = index.last_collection(tx)
    if mark is None:
        return well("collection", "Nothing was collected yet; the node does it once a day.")
    if now - mark * 1000 > _OVERDUE * housekeeping.COLLECT_MS:
        return doubtful(
            "collection",
            f"The last one was at {building.shown_time(mark * 1000)}.",
            "Let the node run for a day; if that is not it, its log says why.",
        )
    return well("collection", f"The last one was at {building.shown_time(mark * 1000)}.")

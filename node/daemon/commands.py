"""What each command of `micelio` does.

`status`, and what is done for people, work beside a running node: they talk to its database, never
to its packs. `fsck` wants the directory for itself.
"""

import argparse
import asyncio
from dataclasses import asdict
from typing import Any

from node.accounts import verbs as accounts
from node.daemon import building, lock, presence
from node.daemon.backups.commands import backup, restore
from node.daemon.checkups.commands import doctor
from node.daemon.config import Config
from node.daemon.exporting import export
from node.daemon.fsck import Report, summary
from node.daemon.fsck import run as run_fsck
from node.daemon.owning import key, project
from node.daemon.people import invite, limit, login
from node.daemon.replicating import peer, peers, seed, seeds, unseed
from node.daemon.saying import how_to_start, must_exist, say
from node.daemon.serve import Running, serve
from node.kernel import jobs
from node.landings import recovering, succeeding

PEERS_SECONDS = 15.0
"""How long a program that starts a node waits to be told how peers reach it."""

_UNREACHED = "Peers do not reach this node; it tries again by itself: "

__all__ = [
    "backup",
    "doctor",
    "export",
    "fsck",
    "invite",
    "key",
    "limit",
    "login",
    "peer",
    "peers",
    "project",
    "restore",
    "seed",
    "seeds",
    "status",
    "unseed",
    "up",
]


def up(config: Config, asked: argparse.Namespace) -> int:
    """Start the node and serve until a signal stops it."""

    def announce(running: Running) -> None:
        facts = {
            "url": running.url,
            "owner": running.owner,
            "signin_url": running.signin_url,
            "data": str(config.data),
            "peer_id": running.peer_id,
            "p2p_addresses": list(running.p2p_addresses),
            "p2p_fault": running.p2p_fault,
        }
        text = (
            f"Micelio runs at {running.url}\n"
            f"Sign in as {running.owner}, once, within 15 minutes: {running.signin_url}\n"
            f"Everything it keeps is in {config.data}\n"
            + (f"{running.note}\n" if running.note else "")
            + (f"{_UNREACHED}{running.p2p_fault}\n" if running.p2p_fault else "")
            + "Press Ctrl-C to stop it."
        )
        say(facts, text, as_json=asked.json)

    asyncio.run(serve(config, announce, peers_seconds=PEERS_SECONDS if asked.json else 0.0))
    return 0


def status(config: Config, asked: argparse.Namespace) -> int:
    """Say where the node is and what it holds."""
    facts = asyncio.run(_facts(config))
    state = (
        f"runs at {facts['url']}"
        if facts["running"]
        else f"does not run; start it with {how_to_start(config)}"
    )
    text = (
        f"The node of {facts['owner']} {state}.\n"
        f"Data: {facts['data']} ({facts['bytes']:,} bytes)\n"
        f"Background jobs: {facts['jobs_waiting']} waiting, {facts['jobs_failed']} failed\n"
        f"Its key: {facts['did']}"
    ) + "".join(f"\nPeers reach it at {one}" for one in facts["p2p_addresses"])
    if facts["p2p_fault"]:
        text += f"\n{_UNREACHED}{facts['p2p_fault']}"
    if behind := facts["projects_behind"]:
        text += (
            f"\nNothing lands on {len(behind):,} projects, {behind[0]} among them: this node was"
            " put back to an older state. `micelio doctor` says more."
        )
    text += "".join(f"\n{one}" for one in facts["moves"])
    say(facts, text, as_json=asked.json)
    return 0


def fsck(config: Config, asked: argparse.Namespace) -> int:
    """Check everything that is stored; exit code 1 if something is wrong and stays so."""
    must_exist(config)
    with lock.hold(config.data):
        report = asyncio.run(_check(config, repair=asked.repair))
    facts = {"ok": report.is_clean} | asdict(report)
    lines = [f"{one.where}: {one.what}{' (repaired)' * one.is_repaired}" for one in report.findings]
    lines.append(summary(report, repair=asked.repair))
    text = "\n".join([f"{report.objects:,} objects, {report.bytes:,} bytes in packs.", *lines])
    say(facts, text, as_json=asked.json)
    return 0 if report.is_clean else 1


async def _check(config: Config, *, repair: bool) -> Report:
    async with building.opened(config, "") as forge:
        return await run_fsck(forge, repair=repair)


async def _facts(config: Config) -> dict[str, Any]:
    must_exist(config)
    last = presence.read(config.data)
    runs = lock.is_held(config.data)
    async with building.opened(config, last.url if last else "", alone=False) as forge:
        owner = await accounts.owner(forge)
        owed = await forge.db.read(jobs.counts)
        behind = await recovering.lags(forge)
        moves = [one for one in await succeeding.moves(forge) if one.stays]
    reached, fault = presence.reached(config.data) if runs else ([], None)
    return {
        "running": runs,
        "url": last.url if last else None,
        "owner": owner.handle if owner else None,
        "data": str(config.data),
        "bytes": sum(file.stat().st_size for file in config.data.rglob("*") if file.is_file()),
        "jobs_waiting": owed["waiting"],
        "jobs_failed": owed["failed"],
        "projects_behind": [one.project.address for one in behind],
        "projects_moved": [one.project.address for one in moves],
        "moves": [f"{one.project.address} has another home. {one.advice}" for one in moves],
        "did": forge.node.did,
        "p2p_addresses": reached,
        "p2p_fault": fault,
    }

"""The node among its peers: the door for them, and where it listens.

libp2p runs in a thread of its own and may fail; nothing waits for it before the pages answer.
"""

import asyncio
import json
import logging
import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from mic.sync import edge, failures
from mic.sync import routes as sync
from node.daemon import health, http, presence, steady
from node.daemon.config import Config
from node.daemon.health import Metrics
from node.daemon.patience import Connection
from node.kernel.forge import Forge
from node.replication import peering as peers
from node.replication import rules
from p2p import running
from p2p.conduct import Conduct, blamed
from p2p.door import Door
from p2p.running import Plan
from p2p.scores import Offence
from p2p.transport import addresses
from p2p.transport.errors import BadAddress
from p2p.transport.limits import Settings
from p2p.transport.network import Network

log = logging.getLogger(__name__)


async def run(forge: Forge, config: Config, host: str, metrics: Metrics, up: asyncio.Event) -> None:
    """Take part until cancelled; set `up` once it is known whether others reach us.

    `host` is where the pages are.

    Whatever ends in there begins again after a pause: the pages and landing never wait for it.
    """

    def told(network: Network) -> None:
        state = network.state
        if state.is_up:
            _keep(config.data, [str(one) for one in network.listens_on], network.addresses, None)
        else:
            _keep(config.data, _kept(config.data), (), state.reason)
        up.set()

    async with _answering(forge, metrics) as door:
        plan = _plan(config, host)
        await steady.repeat("peers", lambda: running.run(forge, plan, door.serve, told))


@asynccontextmanager
async def _answering(forge: Forge, metrics: Metrics) -> AsyncIterator[Door]:
    """Serve peers the sync protocol, and nothing else, for the length of the block."""
    runner = http.runner(application(forge, metrics), forge.limits)
    await runner.setup()
    server = runner.server
    assert server is not None

    def connection() -> Connection:
        made = server()
        assert isinstance(made, Connection)
        return made

    try:
        yield Door(connection)
    finally:
        await runner.cleanup()


def application(forge: Forge, metrics: Metrics) -> web.Application:
    """Return what peers are answered by: the addresses of the sync protocol."""
    middlewares = [health.counted(metrics), http.fence, _known(forge, Conduct())]
    app = web.Application(middlewares=middlewares, client_max_size=1 << 20)
    sync.add_routes(app, forge)
    return app


def _known(forge: Forge, conduct: Conduct) -> Middleware:
    """Tell the handlers which node asks; refuse and score who asks too much."""

    @web.middleware
    async def known(request: web.Request, handler: Handler) -> web.StreamResponse:
        assert isinstance(request.protocol, Connection)
        did = request.protocol.peer
        assert did is not None
        if not conduct.may_ask(did, forge.now()):
            await _blame(forge, did, conduct.refused(did))
            return failures.failure(429, "peer.too-much", "You ask more than you may.")
        request[edge.PEER] = did
        answer = await handler(request)
        await _blame(forge, did, blamed(answer.status, request.get(edge.REFUSED, "")))
        return answer

    return known


async def _blame(forge: Forge, did: str, offence: Offence | None) -> None:
    if offence is not None:
        await peers.scored_did(forge, did, offence.points, offence.code)


def _plan(config: Config, host: str) -> Plan | None:
    """Return how the node takes part; None if it is not to."""
    if not config.p2p:
        return None
    is_free = config.reach_private
    settings = Settings(
        mdns=config.p2p_mdns,
        bootstrap=config.p2p_bootstrap,
        may_lead=lambda host, is_near: rules.may_lead(host, is_near=is_near or is_free),
    )
    return Plan(config.p2p_listen or _default(config.data, host), settings)


def fault(config: Config) -> str | None:
    """Return why peers will not reach a node that starts now, as far as can be told before."""
    for one in config.p2p_listen if config.p2p else ():
        if (why := _taken(one)) is not None:
            return f"{one} cannot be listened on: {why}."
    return None


def _default(data: Path, host: str) -> tuple[str, ...]:
    """Return where to listen when nobody said: beside the pages, on the port of the last time."""
    beside = addresses.listening(host, 0)
    kept = [one for one in _kept(data) if _host_of(one) == _host_of(beside) and not _taken(one)]
    return (kept[0] if kept else beside,)


def _host_of(address: str) -> str | None:
    return addresses.to_listen_on(address).host


def _taken(address: str) -> str | None:
    """Return why an address cannot be listened on, None if it can."""
    where = addresses.to_listen_on(address)
    family = socket.AF_INET6 if where.kind == "ip6" else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((where.host, where.port))
        except OSError as problem:
            return problem.strerror or str(problem)
        return None


def _keep(data: Path, listened: Sequence[str], reached: Sequence[str], fault: str | None) -> None:
    """Say where the node listens, so that others find it there again, or why it does not.

    Peers are spoken to also where there is no room to say so.
    """
    fresh = data / f".{presence.PEERS}.new"
    facts = {"listen": listened, "addresses": reached, "fault": fault, "pid": os.getpid()}
    try:
        fresh.touch(mode=0o600)
        fresh.chmod(0o600)  # one that a killed node left may be open to others
        fresh.write_text(json.dumps(facts) + "\n", encoding="utf-8")
        os.replace(fresh, data / presence.PEERS)  # noqa: PTH105  the same directory, by its own name
    except OSError as problem:
        log.warning("where peers reach this node is not kept: %s", problem)


def _kept(data: Path) -> list[str]:
    try:
        found = json.loads((data / presence.PEERS).read_text(encoding="utf-8"))["listen"]
        return [str(addresses.to_listen_on(str(one))) for one in found]
    except (OSError, ValueError, KeyError, TypeError, BadAddress):
        return []

"""Whether the node is well (`/up`) and how it does (`/metrics`).

Both are open to anybody who reaches the port: they hold sums, routes and sizes, never a name.
"""

import time
from collections.abc import Iterator

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from node.kernel import jobs
from node.kernel.forge import Forge
from node.kernel.reach import Reach
from node.offers import verbs as offers
from node.replication import overview

BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
HEADERS = {"Cache-Control": "no-store"}


class _Sums(Collector):
    """Numbers that are read from the store when somebody looks."""

    def __init__(self) -> None:
        self.values: dict[str, float] = {}

    def collect(self) -> Iterator[Metric]:
        for name, value in self.values.items():
            gauge = GaugeMetricFamily(f"micelio_{name}", f"{name.replace('_', ' ')} right now")
            gauge.add_metric([], value)
            yield gauge


class Metrics:
    """One registry for one node, so that two in a process stay apart."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.sums = _Sums()
        self.registry.register(self.sums)
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._requests = Counter(
            "micelio_requests",
            "Requests answered",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "micelio_request_seconds",
            "Time to the end of an answer",
            ["route"],
            buckets=BUCKETS,
            registry=self.registry,
        )

    def observe(self, request: web.Request, status: int, seconds: float) -> None:
        """Count one request by the pattern of its route: an address may hold a secret."""
        route = route_of(request)
        self._requests.labels(request.method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


def route_of(request: web.BaseRequest) -> str:
    """Return the pattern that matched a request; never what stood in its place."""
    match = getattr(request, "match_info", None)
    resource = match.route.resource if match is not None else None
    return resource.canonical if resource is not None else "(no route)"


def counted(metrics: Metrics) -> Middleware:
    """Return the middleware that counts."""

    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        began, status = time.perf_counter(), 500
        try:
            response = await handler(request)
            status = response.status
            return response
        except web.HTTPException as answer:
            status = answer.status
            raise
        finally:
            metrics.observe(request, status, time.perf_counter() - began)

    return count


def _peers(reach: Reach) -> str:
    """Return how the node stands with its peers; their network may fail, and the node be well."""
    if reach.addresses:
        return "up"
    return "off" if reach.peer_id is None else "down"


def add_routes(app: web.Application, forge: Forge, metrics: Metrics) -> None:
    """Open `/up` and `/metrics`."""

    async def up(_request: web.Request) -> web.Response:
        await forge.db.read(jobs.next_due)
        return web.json_response({"ok": True, "p2p": _peers(forge.reach)}, headers=HEADERS)

    async def show(_request: web.Request) -> web.Response:
        waiting = await forge.db.read(jobs.counts)
        metrics.sums.values = {f"jobs_{name}": count for name, count in waiting.items()}
        metrics.sums.values |= await overview.sums(forge)
        metrics.sums.values["offers_waiting"] = await offers.waiting(forge)
        metrics.sums.values["p2p_up"] = float(bool(forge.reach.addresses))
        metrics.sums.values["p2p_restarts"] = float(forge.reach.restarts)
        body = generate_latest(metrics.registry)
        return web.Response(body=body, headers=HEADERS | {"Content-Type": CONTENT_TYPE_LATEST})

    app.router.add_get("/up", up)
    app.router.add_get("/metrics", show)

"""64 MB in one answer, over libp2p beside plain HTTP: the same server, the same reader.

The server is a process of its own; each round asks it over TCP and over libp2p in turn, on
connections that are there already.

usage: python benchmarks/p2p_blob.py
"""

import argparse
import asyncio
import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Callable

from aiohttp import web
from rounds import in_turn, report, seconds

from keys.ed25519 import PrivateKey
from node.daemon import http as daemon
from p2p.door import Door
from p2p.transport import blocking
from p2p.transport.network import Network

BYTES = 64 << 20
PART = 256 << 10
MOST = 25.0


async def answer(request: web.Request) -> web.StreamResponse:
    """Send the bytes, in parts, as the contents of a project are sent."""
    response = web.StreamResponse(headers={"Content-Length": str(BYTES)})
    await response.prepare(request)
    part = bytes(PART)
    for _ in range(BYTES // PART):
        await response.write(part)
    await response.write_eof()
    return response


async def serve() -> None:
    """Answer over TCP and over libp2p, print where, and do so until the input ends."""
    app = web.Application()
    app.router.add_get("/", answer)
    runner = daemon.runner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    door = Door(runner.server)
    async with Network.open(PrivateKey.generate(), ["/ip4/127.0.0.1/tcp/0"], door.serve) as network:
        port = runner.addresses[0][1]
        print(json.dumps({"port": port, "address": network.addresses[0]}), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


def reader(open_socket: Callable[[], socket.socket]) -> Callable[[], float]:
    """Return what reads the answer once, over a connection that it opens now."""
    connection = http.client.HTTPConnection("127.0.0.1")
    connection.sock = open_socket()

    def read() -> None:
        connection.request("GET", "/")
        response = connection.getresponse()
        got, buffer = 0, bytearray(PART)
        while count := response.readinto(buffer):
            got += count
        assert got == BYTES

    return lambda: seconds(read)


def main() -> None:
    """Print the medians of five rounds and their ratio; fail beyond the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true", help="be the server")
    if parser.parse_args().serve:
        asyncio.run(serve())
        return
    command = [sys.executable, __file__, "--serve"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as server:
        where = json.loads(server.stdout.readline())
        sides = {
            "plain HTTP": reader(lambda: socket.create_connection(("127.0.0.1", where["port"]))),
            "libp2p": reader(lambda: blocking.dial(where["address"])),
        }
        medians = report("64 MB in one answer", "s", in_turn(sides))
        server.stdin.close()
    blocking.stop()
    ratio = medians["libp2p"] / medians["plain HTTP"]
    print(f"  libp2p takes {ratio:.1f} times as long; the bar is {MOST:g}")
    sys.exit(ratio > MOST)


if __name__ == "__main__":
    main()

"""A smart HTTP server for git on the loopback: `git http-backend` behind Python's own server."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Backend(BaseHTTPRequestHandler):
    """Hands each request to `git http-backend`, as a web server does with a CGI program."""

    root: Path
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer either method."""
        path, _, query = self.path.partition("?")
        with subprocess.Popen(
            ["git", "http-backend"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | self.variables(path, query),
        ) as child:
            child.stdin.write(self.body())
            child.stdin.close()
            fields = dict(iter(lambda: self.field(child.stdout.readline()), None))
            self.send_response(int(fields.pop("Status", "200")[:3]))
            for name, value in {**fields, "Transfer-Encoding": "chunked"}.items():
                self.send_header(name, value)
            self.end_headers()
            while data := child.stdout.read1(1 << 18):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
            self.wfile.write(b"0\r\n\r\n")

    @staticmethod
    def field(line: bytes) -> tuple[str, str] | None:
        """Return one line of the answer's head; None behind the last one."""
        name, _, value = line.decode().strip().partition(": ")
        return (name, value) if name else None

    do_POST = do_GET  # noqa: N815  the same

    def body(self) -> bytes:
        """Return the request's body, chunked or not."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def variables(self, path: str, query: str) -> dict[str, str]:
        """Return what a CGI program reads from its environment."""
        return {
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "REMOTE_USER": "ada",
            "REMOTE_ADDR": "127.0.0.1",
        }

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(root: Path) -> Iterator[str]:
    """Serve the bare repositories below `root`; yield the address."""
    handler = type("Rooted", (Backend,), {"root": root})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()

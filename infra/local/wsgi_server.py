"""A threaded HTTP/1.1 server for one WSGI application; connections stay open, unlike werkzeug's."""

import io
import socket
import threading
import traceback
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class ConnectionDropped(Exception):
    """The application wants the connection closed without an answer."""


class WsgiServer(ThreadingHTTPServer):
    """Serves `application` on 127.0.0.1 from a thread of its own."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, application: Application, port: int = 0) -> None:
        self.application = application
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="aws", daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def start(self) -> None:
        """Serve from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Stop accepting and close what is open."""
        self.shutdown()
        self.server_close()

    def server_bind(self) -> None:
        """Bind without asking the resolver for this machine's name."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: WsgiServer

    def handle_expect_100(self) -> bool:
        """Tell at once whoever waits for leave to send a body: boto3 does so for a second, with each object for S3."""
        leave = super().handle_expect_100()
        self.wfile.flush()
        return leave

    def _serve(self) -> None:
        body = self._read_body()
        status, headers = "500 Internal Server Error", list[tuple[str, str]]()

        def start_response(given: str, fields: list[tuple[str, str]], _: Any = None) -> None:
            nonlocal status, headers
            status, headers = given, fields

        try:
            answer = b"".join(
                self.server.application(environ(self.command, self.path, self.headers.items(), body), start_response)
            )
        except ConnectionDropped:
            self.close_connection = True
            return
        except Exception:
            # moto lets exceptions of its own through; the caller sees them, as a service's internal error.
            status, headers, answer = "500 Internal Server Error", [], traceback.format_exc().encode()
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason)
        without_body = self.command == "HEAD" or code in ("204", "304")
        for name, value in headers:
            if name.lower() not in ("content-length", "connection") or (
                self.command == "HEAD" and name.lower() == "content-length"
            ):
                self.send_header(name, value)
        if not without_body:
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if not without_body:
            self.wfile.write(answer)
        self.wfile.flush()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = _serve  # noqa: N815

    def _read_body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def log_message(self, *_: Any) -> None:
        """Silent: the stack keeps its own request log."""


def environ(method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes) -> Environ:
    """A request in WSGI's terms. `target` is path and query as they stand in the request line."""
    path, _, query = target.partition("?")
    made: Environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(path, "latin-1"),
        "RAW_URI": target,
        "REQUEST_URI": target,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "0",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers:
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            made[key] = value
        elif key not in ("CONTENT_LENGTH", "TRANSFER_ENCODING"):
            made[f"HTTP_{key}"] = value
    return made

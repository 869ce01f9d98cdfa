"""The stack's socket: HTTP and WebSocket on one port of 127.0.0.1, handed on to gateway, hub or controls."""

import asyncio
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import WSCloseCode, WSMsgType, web
from multidict import CIMultiDict

from infra.local import gateway
from infra.local.gateway import Request, Response
from infra.local.websocket import MAX_MESSAGE, Hub

WEBSOCKET_IDLE = 600.0
THREADS = 64


class HttpFront:
    """Serves from a thread with an event loop; every request is answered on a thread of a pool."""

    def __init__(self, taken: socket.socket, answer: Callable[[Request], Response], hub: Hub | None) -> None:
        self._answer = answer
        self._hub = hub
        self._socket = taken
        self._pool = ThreadPoolExecutor(THREADS, "http")
        self._loop = asyncio.new_event_loop()
        self._runner: web.AppRunner | None = None
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="http", daemon=True)
        self._thread.start()
        ready.wait()

    def stop(self) -> None:
        """Hang up, close the port, end the thread."""
        if self._hub is not None:
            self._hub.close_all()
        if self._runner is not None:
            asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._loop.close()

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._open())
        ready.set()
        self._loop.run_forever()

    async def _open(self) -> None:
        app = web.Application(client_max_size=gateway.MAX_REQUEST + 1)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.SockSite(self._runner, self._socket).start()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        wants_socket = request.headers.get("upgrade", "").lower() == "websocket" and is_live(request.path)
        if self._hub is not None and wants_socket:
            return await self._converse(request, self._hub)
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _web(gateway.TOO_LONG)
        raw_path, _, query = request.raw_path.partition("?")
        asked = Request(
            method=request.method,
            path=raw_path,
            query=query,
            headers=_headers(request),
            body=body,
            source_ip=request.remote or "127.0.0.1",
            host=request.host,
        )
        answer = await self._loop.run_in_executor(self._pool, self._answer, asked)
        return _web(answer)

    async def _converse(self, request: web.Request, hub: Hub) -> web.StreamResponse:
        query = parse_qsl(request.query_string, keep_blank_values=True)
        args = (_headers(request), query, request.remote or "127.0.0.1", request.path)
        status, client = await self._loop.run_in_executor(self._pool, hub.open, *args)
        if status != 101:
            return web.Response(status=status)
        line = web.WebSocketResponse(max_msg_size=MAX_MESSAGE, receive_timeout=WEBSOCKET_IDLE)
        await line.prepare(request)

        def send(text: str) -> None:
            # Not waited for: the gateway takes a message, and a client that is slow to read keeps nobody waiting.
            asyncio.run_coroutine_threadsafe(line.send_str(text), self._loop)

        def close(code: int, reason: str) -> None:
            asyncio.run_coroutine_threadsafe(line.close(code=code, message=reason.encode()), self._loop)

        hub.join(client, send, close)
        try:
            await self._listen(line, hub, client)
        finally:
            code = line.close_code or WSCloseCode.ABNORMAL_CLOSURE
            await self._loop.run_in_executor(self._pool, hub.leave, client, int(code), "")
        return line

    async def _listen(self, line: web.WebSocketResponse, hub: Hub, client: Any) -> None:
        while not line.closed:
            try:
                message = await line.receive()
            except TimeoutError:
                await line.close(code=WSCloseCode.GOING_AWAY, message=b"Idle timeout exceeded")
                return
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            text = message.data if isinstance(message.data, str) else message.data.decode("utf-8", "replace")
            await self._loop.run_in_executor(self._pool, hub.receive, client, text)


def is_live(path: str) -> bool:
    """Where the WebSocket API listens; in the service it has a host of its own."""
    return path == "/ws" or path.startswith("/ws/")


def _headers(request: web.Request) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("utf-8", "replace")) for name, value in request.raw_headers)


def _web(answer: Response) -> web.Response:
    headers: CIMultiDict[str] = CIMultiDict()
    for name, value in answer.headers:
        if name.lower() not in ("content-length", "transfer-encoding"):
            headers.add(name, value.replace("\r", "").replace("\n", ""))
    return web.Response(status=answer.status, headers=headers, body=answer.body)

"""The portal: one ASGI app behind Mangum. Swagger UI for who is logged in, the document and a Postman collection for
anyone's tools."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from mangum import Mangum
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tandem import clock
from tandem.address import api_url
from tandem.entry.dialects import Failure, platform
from tandem.entry.guards import session
from tandem.entry.request import Request as Event
from tandem.entry.route import as_json
from tandem.errors import NotFound, Problem, Unauthenticated
from tandem.observability import count, flush, logger
from tandem.portal.assets import asset, page
from tandem.portal.postman import collection

_SECURE = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_KEPT = "public, max-age=3600"
_JSON, _HTML = "application/json", "text/html; charset=utf-8"


class Portal:
    """A Lambda handler for all paths of the portal. `document` is the file of the OpenAPI document."""

    routes = (
        ("GET", "/api-docs"),
        ("GET", "/api-docs/"),
        ("GET", "/api-docs/{proxy+}"),
        ("GET", "/postman/collection.json"),
    )

    pages = ("/api-docs", "/api-docs/", "/api-docs/assets/{name}", "/api-docs/spec.json", "/postman/collection.json")

    def __init__(self, document: Path) -> None:
        self._document = document
        self._person = session()
        served = [
            Route("/api-docs", self._front),
            Route("/api-docs/", self._docs),
            Route("/api-docs/spec.json", self._spec),
            Route("/api-docs/assets/{name}", self._asset),
            Route("/postman/collection.json", self._postman),
        ]
        app = Starlette(
            routes=served,
            middleware=[Middleware(GZipMiddleware, minimum_size=2000)],
            exception_handlers={404: self._nothing, Problem: self._refused},
        )
        app.router.redirect_slashes = False
        with _event_loop():
            self._app = Mangum(app, lifespan="off")

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Answer one request of the API gateway (HTTP API, payload 2.0)."""
        request_id = Event(event).request_id
        logger().append_keys(request_id=request_id, operation="portal")
        try:
            with _event_loop():
                answer: dict[str, Any] = self._app(dict(event), context)
        except Exception:  # the last line: a fault of ours is logged whole, and told in the family's shape
            logger().exception("unexpected")
            count("UnexpectedError")
            body = _written(Problem("Something went wrong on our side."), request_id)
            answer = {"statusCode": 500, "headers": {"content-type": _JSON}, "body": body, "isBase64Encoded": False}
        finally:
            flush()
        given = {str(name).title(): value for name, value in answer["headers"].items()}
        answer["headers"] = {**_SECURE, "Cache-Control": "no-store", "X-Request-Id": request_id, **given}
        logger().info("answered", status=answer["statusCode"])
        return answer

    @cached_property
    def _described(self) -> dict[str, Any]:
        """The document, with this deployment's address."""
        document: dict[str, Any] = json.loads(self._document.read_bytes())
        document["servers"][0]["variables"]["address"] |= {"default": api_url(), "description": "Of this deployment."}
        return document

    async def _front(self, request: Request) -> Response:
        return RedirectResponse("/api-docs/", 308)

    async def _docs(self, request: Request) -> Response:
        try:
            self._person.check(Event(request.scope["aws.event"]))
        except Unauthenticated:
            return Response(page("login"), 401, media_type=_HTML)
        return Response(page("docs"), media_type=_HTML)

    async def _spec(self, request: Request) -> Response:
        return Response(as_json(self._described), media_type=_JSON, headers={"Cache-Control": _KEPT})

    async def _postman(self, request: Request) -> Response:
        body = as_json(collection(self._described, api_url()))
        headers = {"Cache-Control": _KEPT, "Content-Disposition": 'inline; filename="tandem.postman_collection.json"'}
        return Response(body, media_type=_JSON, headers=headers)

    async def _asset(self, request: Request) -> Response:
        found = asset(request.path_params["name"])
        if found is None:
            raise NotFound("There is nothing here.")
        headers = {"Cache-Control": _KEPT, "ETag": found.etag}
        if request.headers.get("if-none-match", "").removeprefix("W/") == found.etag:
            return Response(status_code=304, headers=headers)
        return Response(found.content, media_type=found.media_type, headers=headers)

    async def _nothing(self, request: Request, error: Exception) -> Response:
        return await self._refused(request, NotFound("There is nothing here."))

    async def _refused(self, request: Request, problem: Exception) -> Response:
        assert isinstance(problem, Problem)
        body = _written(problem, Event(request.scope["aws.event"]).request_id)
        headers = {} if problem.retry_after is None else {"Retry-After": str(problem.retry_after)}
        return Response(body, problem.status, media_type=_JSON, headers=headers)


def _written(problem: Problem, request_id: str) -> str:
    return as_json(platform.failure(Failure(problem, request_id, clock.iso(clock.now()))))


@contextmanager
def _event_loop() -> Iterator[None]:
    """Mangum takes the thread's event loop, which need not be there."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        asyncio.set_event_loop(None)
        loop.close()

"""An HTTP API from request to answer: limits, CORS, route, JWT, function. Sockets are somebody else's business."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from infra.local import gateway
from infra.local.gateway import Request, Response
from infra.local.invocation import Outcome
from infra.local.model import Deployment, HttpApi, Route
from infra.local.tokens import InvalidToken, TokenCheck

Call = Callable[[str, dict[str, Any]], Outcome]
# The longest an HTTP API waits for a function; the function itself may run on.
INTEGRATION_TIMEOUT = 30.0


class HttpGateway:
    """Plays one HTTP API. `call` invokes a function by logical id."""

    def __init__(self, api: HttpApi, call: Call, now: Callable[[], float], tokens: TokenCheck) -> None:
        self.api = api
        self._call = call
        self._now = now
        self._tokens = tokens

    def handle(self, request: Request) -> Response:
        """Answer as the service would."""
        if len(request.body) > gateway.MAX_REQUEST:
            return gateway.TOO_LONG
        origin = request.header("origin")
        asks_first = request.method == "OPTIONS" and request.header("access-control-request-method")
        if self.api.cors and origin and asks_first:
            return self._preflight(origin)
        return self._with_cors(self._route(request), origin)

    def _route(self, request: Request) -> Response:
        found = gateway.match(self.api.routes, request.method, request.path)
        if found is None:
            return gateway.NOT_FOUND
        route, parameters = found
        event = gateway.event(self.api, route, parameters, request, self._now())
        if route.authorizer is not None:
            try:
                claims = self._authorized(route, event["headers"])
            except InvalidToken as invalid:
                return gateway.plain(invalid.status, invalid.message)
            event["requestContext"]["authorizer"] = {"jwt": claims}
        started = time.monotonic()
        answer = gateway.response(self._call(route.function, event))
        if time.monotonic() - started > INTEGRATION_TIMEOUT:
            answer = gateway.UNAVAILABLE
        identifier = ("apigw-requestid", event["requestContext"]["requestId"])
        return replace(answer, headers=(*answer.headers, identifier), event=event)

    def _authorized(self, route: Route, headers: Mapping[str, str]) -> dict[str, Any]:
        settings = self.api.authorizers[str(route.authorizer)]
        source = settings.get("identitySource", "$request.header.Authorization")
        name = source.rpartition(".")[2].lower()
        return self._tokens.claims(headers.get(name), settings["jwtConfiguration"], route.scopes)

    def _preflight(self, origin: str) -> Response:
        cors = self.api.cors
        allowed = self._allowed_origin(origin)
        if allowed is None:
            return Response(204)
        headers = [("access-control-allow-origin", allowed)]
        for name, key in (("methods", "allowMethods"), ("headers", "allowHeaders")):
            if cors.get(key):
                headers.append((f"access-control-allow-{name}", ",".join(cors[key])))
        if "maxAge" in cors:
            headers.append(("access-control-max-age", str(cors["maxAge"])))
        return Response(204, (*headers, *self._credentials()))

    def _with_cors(self, answer: Response, origin: str | None) -> Response:
        """With CORS configured, the function's own CORS headers are ignored."""
        if not self.api.cors:
            return answer
        kept = [(key, value) for key, value in answer.headers if not key.lower().startswith("access-control-")]
        allowed = self._allowed_origin(origin) if origin else None
        if allowed is not None:
            kept += [("access-control-allow-origin", allowed), *self._credentials()]
            if self.api.cors.get("exposeHeaders"):
                kept.append(("access-control-expose-headers", ",".join(self.api.cors["exposeHeaders"])))
        return replace(answer, headers=tuple(kept))

    def _credentials(self) -> list[tuple[str, str]]:
        allowed = str(self.api.cors.get("allowCredentials", False)).lower() == "true"
        return [("access-control-allow-credentials", "true")] if allowed else []

    def _allowed_origin(self, origin: str) -> str | None:
        origins = self.api.cors.get("allowOrigins", [])
        if "*" in origins:
            return "*"
        for pattern in origins:
            if re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), origin):
                return origin
        return None


def only_api(deployment: Deployment) -> HttpApi:
    """The template's HTTP API, or an empty one when it has none."""
    return next(iter(deployment.http_apis.values()), HttpApi("none"))

"""Writes docs/ from the code, or with `--check` says what has drifted: routes, events, OpenAPI."""

import importlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import TypeAdapter

from tandem.entry.answer import Answer, WithCookies
from tandem.entry.endpoint import Endpoint
from tandem.entry.pages import Listed, ListedOn, Slice
from tandem.entry.route import powertools_path
from tandem.webhooks.models import EVENT_TYPES

ROOT = Path(__file__).resolve().parents[1]
_WRITTEN_BY = "<!-- Written by `make docs` from the code; do not edit. -->"
CODED = ("telephony", "platform")
SPOKEN = "voice_agents"
CODED_ERRORS = (*CODED, "telephony_bare")
_SECURITY: dict[str, list[dict[str, list[str]]]] = {
    "key": [{"key": []}, {"keyHeader": []}, {"session": []}, {"cookie": []}],
    "session": [{"session": []}, {"cookie": []}],
    "carrier": [{"carrierToken": []}],
    "none": [],
}
MEANINGS = {
    "api_key.rotated": "an API key has a new secret; `previousKeyExpiresAt` says how long the old one holds",
    "api_key.rotation_due": "a rotation policy wants a key replaced by `rotationDueAt`; told again with `expiresAt`",
    "call.initiated": "a call was placed, or came in",
    "call.ringing": "the other side rings",
    "call.answered": "the other side answered",
    "call.completed": "an answered call ended",
    "call.failed": "a call ended unanswered; `status`, `outcome` and `retryable` say how",
    "call.recording.available": "the recording can be fetched",
    "user.created": "a person was invited, or founded the organization; `data` has `role` and `status`",
    "user.updated": "an invited person has come: `status` is `active`",
    "conversation.assigned": "a conversation was given to somebody, at its opening or later",
    "conversation.closed": "a conversation was closed; `conversation.updated` comes with it",
    "conversation.created": "a conversation was opened, by hand or by a call",
    "conversation.updated": "a property of a conversation changed, or a customer's message opened it again",
    "customer.created": "a customer was made, by hand or by its first call",
    "customer.updated": "a property of a customer changed",
    "message.received": "a customer's message was added to a conversation",
    "message.sent": "a message of an agent or a system was added to a conversation",
}


_RECIPE = """\
## Is it genuine?

`X-Webhook-Signature` is `sha256=` and the HMAC-SHA256 of the raw body, in hexadecimal, with the whole secret `whsec_…`
as the key; while a secret is rotated, with the new one. `webhook-signature` is that of
[Standard Webhooks](https://www.standardwebhooks.com), whose libraries check it: it also covers the id and the time, and
while a secret is rotated it holds a signature by each. By hand:

```python
def is_genuine(secret: str, headers: dict[str, str], body: bytes) -> bool:
    \"\"\"`headers` by lower-case name; refuse a `webhook-timestamp` that is more than five minutes off, too.\"\"\"
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(expected, one) for one in headers["webhook-signature"].split())
```

Answer 2xx within 10 seconds; anything else is tried again, a redirect too. 410 pauses the webhook, and so do five days
of failures.
"""


@dataclass(frozen=True)
class Operation:
    """An endpoint and where it stands."""

    family: str
    name: str
    endpoint: Endpoint

    @property
    def operation_id(self) -> str:
        """`telephony_initiate_call`."""
        return f"{self.family}_{self.name}"

    def operation_id_of(self, method: str) -> str:
        """The same, told apart where further methods do the same: `platform_update_customer_put`."""
        return self.operation_id if method == self.endpoint.method else f"{self.operation_id}_{method.lower()}"

    @property
    def summary(self) -> str:
        """The second half of the module's docstring."""
        module = importlib.import_module(f"functions.{self.family}.{self.name}")
        return str(module.__doc__).partition(" — ")[2].rstrip(".\n")


def operations() -> Iterator[Operation]:
    """Every endpoint of every family, in the order of the files."""
    for path in sorted((ROOT / "functions").glob("*/*.py")):
        if path.name != "__init__.py":
            handler = importlib.import_module(f"functions.{path.parent.name}.{path.stem}").handler
            if isinstance(handler, Endpoint):
                yield Operation(path.parent.name, path.stem, handler)


def routes() -> str:
    """docs/routes.md: which file serves what."""
    lines = [_WRITTEN_BY, "", "# Routes", "", "One line an operation; the file is the place to change it.", ""]
    lines += ["| operation | file | who may call | |", "| --- | --- | --- | --- |"]
    for operation in operations():
        endpoint = operation.endpoint
        guard = {"key": f"key with `{endpoint.guard.permission}`", "carrier": "the carrier", "none": "anyone"}
        guard["session"] = "a person's session"
        file = f"functions/{operation.family}/{operation.name}.py"
        others = (*endpoint.also, *endpoint.methods[1:])
        also = f" (also {', '.join(f'`{other}`' for other in others)})" if others else ""
        lines.append(
            f"| `{endpoint.method} {endpoint.path}`{also} | [{operation.name}](../{file}) "
            f"| {guard[endpoint.guard.scheme]} | {operation.summary} |"
        )
    return "\n".join(lines) + "\n"


def events() -> str:
    """docs/events.md: what webhooks are sent."""
    lines = [
        _WRITTEN_BY,
        "",
        "# Events",
        "",
        "A webhook is a POST of `{event, timestamp, data}`; `data` is the thing as it is then, as its endpoint",
        "",
    ]
    lines[-2] += " shows it, such as `GET /api/telephony/calls/{callId}`. Delivery is at least once: `webhook-id` is"
    lines[-2] += " the same over all attempts. Order is not promised."
    lines += ["| event | when |", "| --- | --- |"]
    lines += [f"| `{name}` | {MEANINGS[name]} |" for name in sorted(EVENT_TYPES)]
    lines += ["", "`webhook.test` comes only from `POST /api/v1/webhooks/{webhook_id}/test`; nobody subscribes to it."]
    lines += ["", *_RECIPE.splitlines()]
    return "\n".join(lines) + "\n"


def openapi() -> str:
    """docs/openapi.json: all families in one document."""
    resolver = APIGatewayHttpResolver(enable_validation=True)
    for operation in operations():
        endpoint = operation.endpoint
        for method in endpoint.methods:
            resolver.route(
                powertools_path(endpoint.path),
                method=method,
                operation_id=operation.operation_id_of(method),
                summary=operation.summary,
                description=endpoint.__doc__ or "",
                tags=[operation.family],
            )(endpoint.route.bound)
    document = json.loads(
        resolver.get_openapi_json_schema(
            title="Tandem",
            version="0.1.0",
            description="Telephony and AI voice, in your own AWS account.",
            openapi_version="3.1.0",
        )
    )
    _tidy(document)
    for operation in operations():
        for method in operation.endpoint.methods:
            _describe(document, operation, method)
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _tidy(document: dict[str, Any]) -> None:
    document["servers"] = [{"url": "http://localhost:3001", "description": "make run"}]
    components = document.setdefault("components", {})
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key: sk_live_…, sk_test_… or va_…"},
        "keyHeader": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        "session": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The accessToken of POST /api/auth/login; X-Organization-Id selects one of several.",
        },
        "cookie": {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-tandem_session",
            "description": "Set by POST /api/auth/login; a write also needs its csrfToken as X-CSRF-Token.",
        },
        "carrierToken": {"type": "apiKey", "in": "query", "name": "token"},
    }
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ResponseValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas |= {"CodedError": _coded_failure(), "PlainError": _plain_failure(), "SpokenError": _spoken_failure()}


def _describe(document: dict[str, Any], operation: Operation, method: str) -> None:
    """Security, answers and errors of one operation, which the dialect writes and Powertools does not know."""
    endpoint = operation.endpoint
    described = document["paths"][endpoint.path][method.lower()]
    schemas = document["components"].setdefault("schemas", {})
    described["security"] = _SECURITY[endpoint.guard.scheme]
    described["responses"] = {str(endpoint.status): _success(endpoint, schemas)}
    for status, meaning in _errors(
        endpoint, bool(described.get("requestBody")), bool(described.get("parameters"))
    ).items():
        schema = {"$ref": f"#/components/schemas/{_failure_name(endpoint)}"}
        described["responses"][str(status)] = {
            "description": meaning,
            "content": {"application/json": {"schema": schema}},
        }


def _success(endpoint: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
    returned = get_type_hints(endpoint.function)["return"]
    if returned is Answer:
        return {"description": "As described.", "content": {"*/*": {"schema": {"type": "string"}}}}
    if get_origin(returned) is WithCookies:
        (returned,) = get_args(returned)
    listed = get_origin(returned) if get_origin(returned) in (Listed, ListedOn, Slice) else None
    shown = get_args(returned)[0] if listed else returned
    schema = TypeAdapter(shown).json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    schemas.update(schema.pop("$defs", {}))
    if title := schema.get("title"):
        schemas[title] = schema
        schema = {"$ref": f"#/components/schemas/{title}"}
    enveloped = {SPOKEN: _spoken, **dict.fromkeys(CODED, _enveloped)}.get(endpoint.dialect.name)
    wrapped = enveloped(schema, listed) if enveloped else schema
    return {"description": "Success.", "content": {"application/json": {"schema": wrapped}}}


def _enveloped(schema: dict[str, Any], listed: type | None) -> dict[str, Any]:
    data = {"type": "array", "items": schema} if listed else schema
    properties = {"success": {"const": True}, "data": data}
    if listed:
        told: dict[str, Any] = {name: {"type": "integer"} for name in ("total", "page", "limit", "totalPages")}
        if listed is ListedOn:
            told["nextCursor"] = {"type": ["string", "null"]}
        properties["pagination"] = {"type": "object", "properties": told, "required": list(told)}
    return {"type": "object", "properties": properties, "required": list(properties)}


def _failure_name(endpoint: Endpoint) -> str:
    if endpoint.dialect.name == SPOKEN:
        return "SpokenError"
    return "CodedError" if endpoint.dialect.name in CODED_ERRORS else "PlainError"


def _plain_failure() -> dict[str, Any]:
    return {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}


def _spoken_failure() -> dict[str, Any]:
    details = {"type": "object", "properties": {"code": {"type": "string"}}, "required": ["code"]}
    properties = {"success": {"const": False}, "error": {"type": "string"}, "details": details, "meta": _meta()}
    return {"type": "object", "properties": properties, "required": list(properties)}


def _meta(**more: Any) -> dict[str, Any]:
    properties = {"timestamp": {"type": "string"}, "request_id": {"type": "string"}, **more}
    return {"type": "object", "properties": properties, "required": list(properties)}


def _spoken(schema: dict[str, Any], listed: type | None) -> dict[str, Any]:
    numbers = {name: {"type": "integer"} for name in ("total", "limit", "offset")}
    pages = {"type": "object", "properties": numbers, "required": list(numbers)}
    data = {"type": "array", "items": schema} if listed else schema
    meta = _meta(pagination=pages) if listed else _meta()
    properties = {"success": {"const": True}, "data": data, "meta": meta}
    return {"type": "object", "properties": properties, "required": list(properties)}


def _coded_failure() -> dict[str, Any]:
    texts = {name: {"type": "string"} for name in ("code", "message", "requestId", "timestamp")}
    inner = {**texts, "details": {"type": "object"}, "retryAfter": {"type": "integer"}}
    error = {"type": "object", "properties": inner, "required": [*texts, "details"]}
    properties = {
        "success": {"const": False},
        "error": error,
        "code": {"type": "string"},
        "retryAfter": {"type": "integer"},
    }
    return {"type": "object", "properties": properties, "required": ["success", "error", "code"]}


def _errors(endpoint: Endpoint, has_body: bool, has_parameters: bool) -> dict[int, str]:  # noqa: FBT001
    errors = {500: "Our fault; it is logged."}
    if endpoint.guard.scheme == "key":
        errors |= {
            401: "No credential, or one that does not hold.",
            403: "The key or role lacks the permission, or the key's quota is used up.",
        }
        errors |= {404: "No such organization."}
        errors |= {429: "Over the key's rate limit.", 503: "Something we need is down; try again."}
    if endpoint.guard.scheme == "session":
        errors |= {401: "No session, or one that is over.", 403: "The role does not allow it, or this is an API key."}
        errors |= {404: "No such organization.", 429: "Over the session's rate limit.", 503: "Try again shortly."}
    if endpoint.path.startswith("/api/auth/") and endpoint.guard.scheme == "none":
        errors |= {401: "Not accepted.", 403: "A new password is needed, or there is no organization."}
        errors |= {429: "Too many logins failed.", 503: "Try again shortly."}
    if endpoint.guard.scheme == "carrier":
        errors |= {400: "Not understood.", 403: "Not from the carrier.", 503: "Something we need is down; try again."}
    if has_body or has_parameters:
        errors |= {400: "Cannot be read.", 422: "Read, but breaks a rule; `details.fields` says which."}
    if "{" in endpoint.path or has_body:
        errors |= {404: "No such thing, or another tenant's."}
    if has_body:
        errors |= {409: "The present state does not allow it.", 502: "The carrier refused."}
    return {endpoint.dialect.statuses.get(status, status): meaning for status, meaning in sorted(errors.items())}


DOCUMENTS = {"routes.md": routes, "events.md": events, "openapi.json": openapi}


def main(arguments: list[str]) -> int:
    """Write the documents; with `--check` compare them, and 1 when one has drifted."""
    drifted = []
    for name, write in DOCUMENTS.items():
        path, text = ROOT / "docs" / name, write()
        if not path.exists() or path.read_text() != text:
            drifted.append(name)
            if "--check" not in arguments:
                path.write_text(text)
    if drifted and "--check" in arguments:
        sys.stderr.write(f"docs/ has drifted from the code: {', '.join(drifted)}; run `make docs`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

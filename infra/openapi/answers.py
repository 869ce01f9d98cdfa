"""The answers in the document: what endpoints return, in the envelope of their dialect."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter

from infra.openapi.headers import ETAG, KEPT, LIMITS, REPLAYED, REQUEST_ID
from infra.openapi.samples import Unsampled, sample
from infra.openapi.tidying import without_titles
from infra.operations import Operation
from tandem.entry.answer import Answer, WithCookies, WithStatus
from tandem.entry.endpoint import Endpoint
from tandem.entry.pages import Listed, ListedOn, Slice

_PAGED = (Listed, ListedOn, Slice)
_ENVELOPED = ("telephony", "platform")
_INTEGER, _TEXT = {"type": "integer"}, {"type": "string"}
REF = "#/components/schemas/"


def data_schemas(
    operations: Sequence[Operation], taken: Mapping[str, Any]
) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """What each operation returns, as a schema by operation id, and the schemas that those refer to. A shape that
    stands in `taken` with another content, since what is asked for is not what is answered, is called `…Answer`."""
    wanted = [
        (operation.operation_id, "serialization", TypeAdapter(shown))
        for operation in operations
        if (shown := _shown(operation.endpoint)) is not Answer
    ]
    schemas, shared = TypeAdapter.json_schemas(wanted, ref_template=f"{REF}{{model}}")  # type: ignore[arg-type]
    data = {name: schema for (name, _), schema in schemas.items()}
    made = without_titles({"data": data, "shared": shared.get("$defs", {})})
    text = json.dumps(made)
    for name, schema in made["shared"].items():
        if name in taken and taken[name] != schema:
            text = text.replace(f'"{REF}{name}"', f'"{REF}{name}Answer"').replace(
                f'"{name}": {{', f'"{name}Answer": {{'
            )
    renamed = json.loads(text)
    return renamed["data"], renamed["shared"]


def success(operation: Operation, method: str, data: Mapping[str, Any] | None, schemas: Mapping[str, Any]) -> Any:
    """The response to a request that went well. `data`: the schema of what is returned; None for an Answer."""
    endpoint = operation.endpoint
    headers = dict(REQUEST_ID)
    if endpoint.guard.scheme in ("key", "session"):
        headers |= LIMITS
    if endpoint.idempotent:
        headers |= REPLAYED
    if endpoint.kept:
        headers |= KEPT
    elif 304 in endpoint.answers:
        headers |= ETAG
    response: dict[str, Any] = {"description": "Done.", "headers": headers}
    if method == "HEAD" or endpoint.status == 204:
        return response
    if data is None:
        response["content"] = {endpoint.media_type: {"schema": _TEXT if "text" in endpoint.media_type else {}}}
        return response
    schema = _written(endpoint, data)
    response["content"] = {endpoint.media_type: {"schema": schema, **example(schema, schemas, whole=True)}}
    return response


def further(endpoint: Endpoint) -> dict[str, Any]:
    """The statuses that an endpoint declares besides."""
    return {
        str(status): {"description": meaning, "headers": dict(REQUEST_ID)}
        | ({"content": {endpoint.media_type: {}}} if status < 300 else {})
        for status, meaning in endpoint.answers.items()
    }


def example(schema: Mapping[str, Any], schemas: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
    """`{"example": …}`, or nothing where none can be made."""
    try:
        return {"example": sample(schema, schemas, whole=whole)}
    except Unsampled:
        return {}


def _shown(endpoint: Endpoint) -> Any:
    returned = get_type_hints(endpoint.function)["return"]
    if get_origin(returned) in (WithCookies, WithStatus, *_PAGED):
        (returned,) = get_args(returned)
    return returned


def _written(endpoint: Endpoint, data: Mapping[str, Any]) -> dict[str, Any]:
    """As the dialect writes it."""
    origin = get_origin(get_type_hints(endpoint.function)["return"])
    listed = origin if origin in _PAGED else None
    content = {"type": "array", "items": dict(data)} if listed else dict(data)
    if endpoint.dialect.name in _ENVELOPED:
        page = {"pagination": _numbers("total", "page", "limit", "totalPages", cursor=listed is ListedOn)}
        return _object({"success": _TRUE, "data": content, **(page if listed else {})})
    if endpoint.dialect.name == "voice_agents":
        meta: dict[str, Any] = {"timestamp": _TEXT, "request_id": _TEXT}
        if listed:
            meta["pagination"] = _numbers("total", "limit", "offset")
        return _object({"success": _TRUE, "data": content, "meta": _object(meta)})
    return content


_TRUE = {"type": "boolean", "const": True}


def _numbers(*names: str, cursor: bool = False) -> dict[str, Any]:
    on = {"nextCursor": {"type": ["string", "null"]}} if cursor else {}
    return _object({**dict.fromkeys(names, _INTEGER), **on})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}

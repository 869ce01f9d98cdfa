"""An example of a schema: made of the examples its fields give, and of what fields of their names hold."""

import re
from collections.abc import Mapping
from typing import Any

_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
_MOMENT = "2026-03-01T09:30:00.000Z"
_NAMED: tuple[tuple[str, Any], ...] = (
    (r"(_id|id|Id)$", _ID),
    (r"(At|_at|timestamp)$", _MOMENT),
    (r"(Date|_date|day|date)$", "2026-03-01"),
    (r"[eE]mail$", "ada@example.com"),
    (r"([pP]hone|phoneNumber|phone_number|^from|^to|to_number)$", "+2348012345678"),
    (r"([uU]rl|URL)$", "https://example.com/tandem"),
    (r"(firstName)$", "Ada"),
    (r"(lastName)$", "Obi"),
    (r"(company)$", "Obi Freight"),
    (r"^(name|queue)$", "Sales"),
    (r"(currency)$", "USD"),
    (r"(carrier)$", "sandbox"),
    (r"(tags|labels)$", ["vip"]),
    (r"(permissions)$", ["read:calls"]),
    (r"^(events)$", ["call.completed"]),
    (r"(text|message|greeting|notes)$", "Where is my order?"),
)
"""By the end of a field's name."""


class Unsampled(Exception):
    """No example can be made of this; the field it is about should give `examples`."""


def sample(schema: Mapping[str, Any], schemas: Mapping[str, Any], *, whole: bool, name: str = "") -> Any:
    """An example of a schema; `schemas` are the components that it refers to. `whole`: with every property, as in
    answers; otherwise with those needed and those that give an example. Raises Unsampled."""
    if "$ref" in schema:
        found = schemas[str(schema["$ref"]).rpartition("/")[2]]
        return sample(found, schemas, whole=whole, name=name)
    if "const" in schema:
        return schema["const"]
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    if schema.get("default") is not None:
        return schema["default"]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            chosen = next((one for one in schema[key] if one.get("type") != "null"), schema[key][0])
            return sample(chosen, schemas, whole=whole, name=name)
    return _typed(schema, schemas, whole=whole, name=name)


def _typed(schema: Mapping[str, Any], schemas: Mapping[str, Any], *, whole: bool, name: str) -> Any:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next(one for one in kind if one != "null")
    if kind == "object":
        return _object(schema, schemas, whole=whole)
    if kind == "array":
        named = _named(name)
        if isinstance(named, list) and schema.get("items", {}).get("type") == "string":
            return named
        return [sample(schema.get("items", {}), schemas, whole=whole, name=name.removesuffix("s"))]
    if kind in ("integer", "number"):
        return int(schema.get("minimum", 1)) or 1
    if kind == "boolean":
        return True
    return _text(schema, name) if kind == "string" else None


def _object(schema: Mapping[str, Any], schemas: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
    properties: Mapping[str, Any] = schema.get("properties", {})
    needed = set(schema.get("required", ()))
    shown = [one for one in properties if whole or one in needed or _exemplary(properties[one])]
    if properties and not shown:
        shown = list(properties)[:1]
    return {one: sample(properties[one], schemas, whole=whole, name=one) for one in shown}


def _exemplary(schema: Mapping[str, Any]) -> bool:
    return "examples" in schema or any("examples" in one for one in schema.get("anyOf", ()))


def _text(schema: Mapping[str, Any], name: str) -> str:
    named = _named(name)
    text = named if isinstance(named, str) else "text"
    if (pattern := schema.get("pattern")) and not re.search(pattern, text):
        raise Unsampled(name)
    if not schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text)):
        raise Unsampled(name)
    return text


def _named(name: str) -> Any:
    return next((value for ending, value in _NAMED if re.search(ending, name)), None)

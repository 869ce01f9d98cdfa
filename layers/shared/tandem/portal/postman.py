"""A Postman collection (format 2.1) of an OpenAPI document. Pure."""

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_PARAMETER = re.compile(r"\{(\w+)\}")
_BY_KEY, _BY_SESSION = "key", "session"


def collection(document: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    """All operations, a folder per tag. `base_url`, `api_key` and `access_token` are variables to fill in."""
    folders: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in document["tags"]}
    for method, path, operation in _operations(document):
        folders[operation["tags"][0]].append(_item(document, method, path, operation))
    info = document["info"]
    return {
        "info": {
            "_postman_id": str(uuid.uuid5(uuid.NAMESPACE_URL, info["title"])),
            "name": info["title"],
            "description": info["description"],
            "schema": _SCHEMA,
        },
        "auth": _bearer("api_key"),
        "variable": [
            {"key": "base_url", "value": base_url, "type": "string"},
            {"key": "api_key", "value": "", "type": "string", "description": "sk_live_…, sk_test_… or va_…"},
            {"key": "access_token", "value": "", "type": "string", "description": "of POST /api/auth/login"},
        ],
        "item": [
            {"name": tag["name"], "description": tag["description"], "item": folders[tag["name"]]}
            for tag in document["tags"]
        ],
    }


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def _item(document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    parameters = [_resolved(document, one) for one in operation.get("parameters", [])]
    request: dict[str, Any] = {
        "method": method,
        "description": operation["description"],
        "header": [_field(one) for one in parameters if one["in"] == "header"],
        "url": _url(path, [one for one in parameters if one["in"] == "query"]),
        **_auth(operation),
    }
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        request["header"].append({"key": "Content-Type", "value": kind})
        request["body"] = _body(kind, content)
    return {"name": operation["summary"], "request": request, "response": []}


def _url(path: str, query: list[Mapping[str, Any]]) -> dict[str, Any]:
    named = _PARAMETER.sub(r":\1", path)
    return {
        "raw": f"{{{{base_url}}}}{named}",
        "host": ["{{base_url}}"],
        "path": named.removeprefix("/").split("/"),
        "query": [_field(one) for one in query],
        "variable": [{"key": name, "value": ""} for name in _PARAMETER.findall(path)],
    }


def _field(parameter: Mapping[str, Any]) -> dict[str, Any]:
    """What is optional is there, switched off."""
    value = parameter.get("example", parameter["schema"].get("default", ""))
    return {
        "key": parameter["name"],
        "value": str(value),
        "description": parameter.get("description", ""),
        "disabled": not parameter.get("required", False),
    }


def _body(kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    if kind != "application/json":
        return {"mode": "urlencoded", "urlencoded": []}
    example = json.dumps(content.get("example", {}), indent=2, ensure_ascii=False)
    return {"mode": "raw", "raw": example, "options": {"raw": {"language": "json"}}}


def _auth(operation: Mapping[str, Any]) -> dict[str, Any]:
    """The collection's key where one will do; a person's session where it takes that; else nothing."""
    ways = [set(way) for way in operation["security"]]
    if {_BY_KEY} in ways:
        return {}
    return {"auth": _bearer("access_token") if {_BY_SESSION} in ways else {"type": "noauth"}}


def _bearer(variable: str) -> dict[str, Any]:
    return {"type": "bearer", "bearer": [{"key": "token", "value": f"{{{{{variable}}}}}", "type": "string"}]}


def _resolved(document: Mapping[str, Any], parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in parameter:
        return parameter
    found: Mapping[str, Any] = document["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
    return found

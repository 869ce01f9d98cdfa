"""Links: which operation takes the id that another one answers."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic.alias_generators import to_camel

_ID = re.compile(r"\{(\w+)\}")


def link(document: dict[str, Any]) -> None:
    """Add links from what makes a thing, or places a call, to what can be done with it."""
    schemas = document["components"]["schemas"]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "post":
                continue
            for status, response in operation["responses"].items():
                if status.startswith("2") and (found := dict(_links(document, path, response, schemas))):
                    response["links"] = found


def _links(
    document: dict[str, Any], made_at: str, response: dict[str, Any], schemas: dict[str, Any]
) -> Iterator[tuple[str, Any]]:
    pointer, fields = _fields(response, schemas)
    for path, item in document["paths"].items():
        parameters = _ID.findall(path)
        if len(parameters) != 1 or path == made_at:
            continue
        (name,) = parameters
        named = [to_camel(name), name]
        if path.startswith(f"{made_at}/{{"):
            named += ["_id", "id"]
        field = next((one for one in named if one in fields), None)
        if field is not None:
            for operation in item.values():
                yield (
                    operation["operationId"],
                    {
                        "operationId": operation["operationId"],
                        "parameters": {name: f"$response.body#{pointer}/{field}"},
                    },
                )


def _fields(response: dict[str, Any], schemas: dict[str, Any]) -> tuple[str, set[str]]:
    """Where in the body the thing lies, and its fields."""
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    properties = schema.get("properties", {})
    inner = properties.get("data", schema) if "success" in properties else schema
    if "$ref" in inner:
        inner = schemas[inner["$ref"].rpartition("/")[2]]
    return ("/data" if "success" in properties else ""), set(inner.get("properties", {}))

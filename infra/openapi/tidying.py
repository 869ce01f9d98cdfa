"""What generators write and readers do not need: taken out of the document."""

import json
import re
from typing import Any

_PARTS = ("schemas", "responses", "headers", "parameters")
_NAMING = ("properties", "schemas", "$defs", "shared")
_REFERENCE = re.compile(r'"#/components/(\w+)/([^"]+)"')


def tidy(document: dict[str, Any]) -> dict[str, Any]:
    """Without the titles of fields, which repeat their names; whole numbers as such; a query is never null."""
    for item in document["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                if "schema" in parameter:
                    parameter["schema"] = _not_null(parameter["schema"])
    tidied: dict[str, Any] = without_titles(document)
    return tidied


def unused_removed(document: dict[str, Any]) -> dict[str, Any]:
    """Without components that nothing refers to."""
    components = document["components"]
    while True:
        used = set(_REFERENCE.findall(json.dumps(document)))
        unused = [(part, name) for part in _PARTS for name in components.get(part, {}) if (part, name) not in used]
        if not unused:
            return document
        for part, name in unused:
            del components[part][name]


def views_named_plainly(document: dict[str, Any]) -> dict[str, Any]:
    """What the code calls `CustomerView` is, to those who read the document, a `Customer`."""
    schemas = document["components"]["schemas"]
    for name in list(schemas):
        plain = name.removesuffix("View")
        if plain not in schemas:
            text = json.dumps(document).replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{plain}"')
            document = json.loads(text)
            schemas = document["components"]["schemas"]
            schemas[plain] = schemas.pop(name)
    return document


def _not_null(schema: dict[str, Any]) -> dict[str, Any]:
    kinds = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    if len(kinds) != 1:
        return schema
    kind: dict[str, Any] = kinds[0]
    return {name: value for name, value in schema.items() if name != "anyOf"} | kind


def without_titles(value: Any, *, names: bool = False) -> Any:
    """Without the titles of schemas, and with whole numbers as such. `names`: the keys are names of fields, of which
    one may be called `title`, as in an example, too."""
    if isinstance(value, dict):
        return {
            key: inner if key == "example" and not names else without_titles(inner, names=key in _NAMING and not names)
            for key, inner in value.items()
            if names or key != "title" or "version" in value
        }
    if isinstance(value, list):
        return [without_titles(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value

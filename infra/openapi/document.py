"""One document for all families. Powertools writes what is asked for; the guards and dialects say what is answered.

Its own merge looks for a resolver at the top of each file; an endpoint makes its own inside, so that one resolver is
given all routes here.
"""

import inspect
import json
import tomllib
from collections.abc import Iterator
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped]

from infra.openapi import failures
from infra.openapi.answers import data_schemas, example, further, success
from infra.openapi.headers import PARAMETERS, SCHEMES, headers, security
from infra.openapi.links import link
from infra.openapi.tidying import tidy, unused_removed, views_named_plainly
from infra.operations import ROOT, Operation, operations
from tandem.entry.route import powertools_path

FAMILIES = {
    "telephony": "Calls, recordings, menus, queues, agents. camelCase in `{success, data}`, errors with codes.",
    "platform": "Customers, conversations, webhooks, usage, logins. camelCase in `{success, data}`, errors with codes.",
    "voice_agents": "AI agents, tasks, keys, people. snake_case in `{success, data, meta}`, errors as sentences.",
    "voice_analytics": "What calls were like. snake_case, bare objects, `{error}`.",
    "africas_talking": "Africa's Talking's own manner: queries and forms in, JSON, XML or text out.",
    "carriers": "What carriers call. Not for customers: each proves itself by its signature or token.",
    "live": "What is pushed.",
}
_DESCRIPTION = """Telephony and AI voice, in your own AWS account. Five families of one API, each in the manner of its
kind; a call placed by one is seen by all.

Authenticate with an API key (`Authorization: Bearer …` or `X-API-Key: …`) or with a person's session. Every answer
carries `X-Request-Id`, and with a credential what is left of its rate limit."""


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document as JSON-ready values."""
    found = list(operations())
    made = _asked(found)
    schemas = made["components"]["schemas"]
    data, shared = data_schemas(found, schemas)
    schemas |= shared | failures.shapes()
    made["components"] |= {
        "responses": failures.responses([operation.endpoint for operation in found]),
        "headers": headers(),
        "parameters": PARAMETERS,
        "securitySchemes": SCHEMES,
    }
    calling = set(_calling_out())
    for operation in found:
        for method in operation.endpoint.methods:
            described = made["paths"][operation.path][method.lower()]
            _describe(described, operation, method, calls_out=operation.operation_id in calling)
            if body := described.get("requestBody", {}).get("content", {}).get("application/json"):
                body |= example(body["schema"], schemas, whole=False)
            answer = success(operation, method, data.get(operation.operation_id), schemas)
            described["responses"] = {str(operation.endpoint.status): answer, **described["responses"]}
    link(made)
    return unused_removed(views_named_plainly(tidy(made)))


def _asked(found: list[Operation]) -> dict[str, Any]:
    """What Powertools knows: parameters and bodies."""
    resolver = APIGatewayHttpResolver(enable_validation=True)
    for operation in found:
        endpoint = operation.endpoint
        for method in endpoint.methods:
            resolver.route(
                powertools_path(operation.path),
                method=method,
                operation_id=operation.operation_id_of(method),
                summary=operation.summary[:1].upper() + operation.summary[1:],
                description=_description(operation),
                tags=[operation.family],
            )(endpoint.route.bound)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    text = resolver.get_openapi_json_schema(title="Tandem", version=version, openapi_version="3.1.0")
    made: dict[str, Any] = json.loads(text)
    made["info"] |= {"description": _DESCRIPTION, "license": {"name": "MIT", "identifier": "MIT"}}
    address = {"default": "http://localhost:3001", "description": "Of your deployment; this is that of `make run`."}
    made["servers"] = [{"url": "{address}", "variables": {"address": address}}]
    families = {operation.family for operation in found}
    made["tags"] = [{"name": name, "description": text} for name, text in FAMILIES.items() if name in families]
    made.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ResponseValidationError", "ValidationError"):
        made["components"]["schemas"].pop(name, None)
    return tidy(made)


def _description(operation: Operation) -> str:
    endpoint = operation.endpoint
    text = " ".join(inspect.cleandoc(endpoint.__doc__ or "").split())
    others = [f"`{path}`" for path in (endpoint.path, *endpoint.also) if path != operation.path]
    also = f" Also at {', '.join(others)}." if others else ""
    needs = f" Needs `{endpoint.guard.permission}`." if endpoint.guard.permission else ""
    return text + also + needs


def _told(path: str) -> dict[str, Any]:
    """The body of what a carrier tells: its own business, and JSON or a form."""
    if any(name in path for name in ("/telnyx/", "/elevenlabs")):
        return {"application/json": {"schema": {"type": "object"}}}
    form = {"type": "object", "additionalProperties": {"type": "string"}}
    return {"application/x-www-form-urlencoded": {"schema": form}}


def _describe(described: dict[str, Any], operation: Operation, method: str, *, calls_out: bool) -> None:
    """Credentials, headers and errors of one operation."""
    endpoint = operation.endpoint
    writes = method not in ("GET", "HEAD") or str(endpoint.guard.permission).startswith("write:")
    described["security"] = security(endpoint.guard.scheme, operation.family, operation.name, writes=writes)
    # A query is an input that can break a rule; an id in the path is one that is found or not.
    inputs = [one for one in described.get("parameters", []) if one["in"] == "query"]
    takes_body = "requestBody" in described
    if endpoint.guard.scheme == "carrier" and not takes_body:
        described["requestBody"] = {"content": _told(endpoint.path)}
    named = [*(["IdempotencyKey"] if endpoint.idempotent else []), *(["IfNoneMatch"] if endpoint.kept else [])]
    if endpoint.guard.scheme in ("key", "session"):
        named.append("Organization")
    if named:
        more = [{"$ref": f"#/components/parameters/{name}"} for name in named]
        described["parameters"] = [*described.get("parameters", []), *more]
    described["responses"] = further(endpoint) | failures.failures(
        endpoint, takes_input=takes_body or bool(inputs), takes_body=takes_body, calls_out=calls_out
    )
    if method == "HEAD":
        described["responses"] = {status: {"description": "As for GET."} for status in described["responses"]}


def _calling_out() -> Iterator[str]:
    """Operations whose functions may use a carrier, by the template."""
    for properties in yaml_parse((ROOT / "template.yaml").read_text())["Resources"].values():
        granted = str(properties.get("Properties", {}).get("Policies", ""))
        if "UseCarriers" in granted and properties["Type"] == "AWS::Serverless::Function":
            yield "_".join(str(properties["Properties"]["Handler"]).split(".")[1:3])

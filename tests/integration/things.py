"""One of everything that a workspace can have, made by the document's own examples, and requests about them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic.alias_generators import to_camel

from infra.local.gateway import Response
from infra.local.stack import Stack
from infra.openapi.document import document
from tests.integration.doors import make_key
from tests.integration.people import owner_of

UNKNOWN = "01890a5d-ac96-774b-bcce-b302099a8057"
OWN_NAMES = {"agentId"}
OWN_PATHS = {"/api/telephony/agents/{agent_id}/presence"}
"""What is not an id of ours but the customer's own: each tenant has its own agent-1."""


@dataclass
class Party:
    """A workspace by its key and its owner's session."""

    stack: Stack
    name: str

    def __post_init__(self) -> None:
        workspace, self.owner = owner_of(self.stack, self.name)
        self.tenant_id = workspace.tenant_id
        self.key = make_key(self.stack, workspace.tenant_id)

    def ask(self, described: "Described", path: str, **content: Any) -> Response:
        """A request to an operation, with the credential that it takes."""
        session = described.operation["security"][:1] != [{"key": []}]
        token = self.owner.session["accessToken"] if session else self.key
        headers = {"authorization": f"Bearer {token}", **content.pop("headers", {})}
        return self.stack.request(described.method, path, headers=headers, **content)


@dataclass(frozen=True)
class Described:
    """An operation as the document tells it."""

    method: str
    path: str
    operation: dict[str, Any] = field(hash=False)
    fields: frozenset[str] = frozenset()
    """Of its body."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> list[str]:
        """The ids in its path."""
        return re.findall(r"\{(\w+)\}", self.path)

    @property
    def queries(self) -> set[str]:
        """What can be asked for in its query."""
        return {one["name"] for one in self.operation.get("parameters", []) if one.get("in") == "query"}

    def body(self, ids: dict[str, str]) -> Any:
        """Its example, with each id that it can name."""
        content = self.operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            return None
        return content["example"] | {name: value for name, value in ids.items() if name in self.fields}

    def at(self, ids: dict[str, str]) -> str:
        """Its path, with these ids."""
        return re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], UNKNOWN), self.path)


def described() -> Iterator[Described]:
    """The operations that take a key or a session."""
    made = document()
    for path, item in made["paths"].items():
        for method, operation in item.items():
            if {"session": []} in operation["security"] and not path.startswith("/api/auth/"):
                content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
                name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
                fields = made["components"]["schemas"].get(name, {}).get("properties", {})
                yield Described(method.upper(), path, operation, frozenset(fields))


OPERATIONS = list(described())


def one_of_everything(party: Party) -> dict[str, str]:
    """The ids of what was made, by the names that paths and bodies have for them."""
    ids: dict[str, str] = {"organization_id": party.tenant_id}
    makers = [one for one in OPERATIONS if any("links" in answer for answer in one.operation["responses"].values())]
    for _ in range(3):  # what needs another thing comes after it
        for one in makers:
            if not set(_links(one)) - set(ids):
                continue
            known = {name: value for name, value in ids.items() if name in one.fields}
            answer = party.ask(one, one.at(ids), json=one.body(known))
            if answer.status < 300:
                for name, pointer in _links(one).items():
                    if found := _at(answer.json(), pointer):
                        ids |= {alias: found for alias in (name, to_camel(name)) if alias not in OWN_NAMES}
    return ids


def _links(one: Described) -> dict[str, str]:
    return {
        name: expression.removeprefix("$response.body#")
        for answer in one.operation["responses"].values()
        for link in answer.get("links", {}).values()
        for name, expression in link["parameters"].items()
    }


def _at(body: Any, pointer: str) -> str | None:
    for part in pointer.strip("/").split("/"):
        body = body[part]
    return body if body is None else str(body)


def without_what_differs(answer: Response) -> tuple[int, str]:
    """An answer without ids and times."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "<id>", answer.text)
    text = re.sub(r'"(requestId|request_id|timestamp)":"[^"]*"', r'"\1":""', text)
    return answer.status, re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "<time>", text)


def belongings(stack: Stack, tenant_id: str) -> dict[str, str]:
    """What the table holds of a tenant, by key, without the counters of its keys and logins."""
    (name,) = stack.deployment.tables
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=name)
    items = [item for page in pages for item in page["Items"]]
    texts = {f"{item['pk']['S']} {item['sk']['S']}": json.dumps(item, sort_keys=True) for item in items}
    counting = ("KEY#", "LOGIN#")
    return {key: text for key, text in texts.items() if tenant_id in key + text and not key.startswith(counting)}

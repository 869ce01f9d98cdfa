"""AI agents in the table: `TENANT#<t>` / `ASSISTANT#<uuid7>`."""

from datetime import datetime
from typing import Any

from tandem import postings
from tandem.assistants.models import AiAgent, terms
from tandem.aws import table
from tandem.aws.table import Absent, Attr, Check, Condition, Delete, Item, Present, Put, Update, Write
from tandem.clock import iso, parse

INDEXED = "ASSISTANT"


def key(tenant_id: str, agent_id: str) -> tuple[str, str]:
    """The key of an AI agent."""
    return f"TENANT#{tenant_id}", f"ASSISTANT#{agent_id}"


def get(tenant_id: str, agent_id: str) -> AiAgent | None:
    """One AI agent, or None."""
    item = table.get(*key(tenant_id, agent_id))
    return from_item(item) if item else None


def get_many(tenant_id: str, agent_ids: list[str]) -> list[AiAgent]:
    """Those of the AI agents that are there, in this order."""
    items = table.get_many([key(tenant_id, each) for each in agent_ids]) if agent_ids else []
    return [from_item(item) for item in items if item]


def insertion(agent: AiAgent) -> list[Write]:
    """The writes of a new AI agent."""
    pk, sk = key(agent.tenant_id, agent.agent_id)
    found_by = postings.writes(agent.tenant_id, INDEXED, agent.agent_id, frozenset(), terms(agent))
    return [Put({"pk": pk, "sk": sk, "kind": "assistant", **_attributes(agent)}, Absent), *found_by]


def change(before: AiAgent, after: AiAgent) -> list[Write]:
    """The writes of a changed AI agent, if it is still as it was read and is not about to go."""
    old, new = _attributes(before), _attributes(after)
    changed = {name: value for name, value in new.items() if value is not None and value != old[name]}
    gone = [name for name, value in new.items() if value is None and old[name] is not None]
    unchanged = Attr("version").eq(before.version) & _stays(after.updated_at)
    found_by = postings.writes(after.tenant_id, INDEXED, after.agent_id, terms(before), terms(after))
    return [Update(*key(after.tenant_id, after.agent_id), set=changed, remove=gone, condition=unchanged), *found_by]


def requirement(tenant_id: str, agent_id: str, moment: datetime) -> Check:
    """The part of a transaction that fails unless the AI agent is there and stays."""
    return Check(*key(tenant_id, agent_id), Present & _stays(moment))


def leaving(agent: AiAgent, until: datetime) -> Update:
    """The write after which nothing new can rely on the AI agent for so long, if it is still as it was read."""
    pk, sk = key(agent.tenant_id, agent.agent_id)
    return Update(pk, sk, set={"leaving_until": iso(until)}, condition=Attr("version").eq(agent.version))


def staying(agent: AiAgent) -> Update:
    """The write that takes `leaving` back."""
    return Update(*key(agent.tenant_id, agent.agent_id), remove=("leaving_until",), condition=Present)


def deletion(agent: AiAgent) -> list[Write]:
    """The writes that remove an AI agent, if it is still as it was read."""
    pk, sk = key(agent.tenant_id, agent.agent_id)
    found_by = postings.writes(agent.tenant_id, INDEXED, agent.agent_id, terms(agent), frozenset())
    return [Delete(pk, sk, Attr("version").eq(agent.version)), *found_by]


def mirrored(tenant_id: str, agent_id: str, provider_agent_id: str, version: int) -> Update:
    """The write of who the AI agent is at its provider, as of this version."""
    marks = {"provider_agent_id": provider_agent_id, "provider_version": version}
    return Update(*key(tenant_id, agent_id), set=marks, condition=Present)


def from_item(item: Item) -> AiAgent:
    """The AI agent of an item."""
    return AiAgent(
        tenant_id=item["pk"].partition("#")[2],
        agent_id=item["agent_id"],
        name=item["name"],
        system_prompt=item["system_prompt"],
        created_at=parse(item["created_at"]),
        updated_at=parse(item["updated_at"]),
        description=item.get("description"),
        starting_message=item.get("starting_message"),
        enabled=item["enabled"],
        voice_settings=item["voice_settings"],
        dtmf_rules=item["dtmf_rules"],
        provider_agent_id=item.get("provider_agent_id"),
        provider_version=item.get("provider_version", 0),
        version=item["version"],
    )


def _stays(moment: datetime) -> Condition:
    """That nobody is about to remove it."""
    return Attr("leaving_until").not_exists() | Attr("leaving_until").lt(iso(moment))


def _attributes(agent: AiAgent) -> dict[str, Any]:
    """What requests change; who it is at its provider is written by itself."""
    return {
        "agent_id": agent.agent_id,
        "name": agent.name,
        "system_prompt": agent.system_prompt,
        "description": agent.description,
        "starting_message": agent.starting_message,
        "enabled": agent.enabled,
        "voice_settings": dict(agent.voice_settings),
        "dtmf_rules": dict(agent.dtmf_rules),
        "version": agent.version,
        "created_at": iso(agent.created_at),
        "updated_at": iso(agent.updated_at),
    }

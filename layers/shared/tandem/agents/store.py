"""Agents in the table: `TENANT#<t>` / `AGENT#<the customer's own id>`, with a lease `on_<call>` for each call.

Tokens of their browser clients: `TENANT#<t>` / `CLIENT_TOKEN#<carrier>#<agent>`.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tandem.agents.models import USUAL, Agent, Presence
from tandem.aws import table
from tandem.aws.table import Absent, Attr, Item, Key, Present, Put, Update
from tandem.carriers.base import ClientToken
from tandem.clock import iso, parse

_LEASE = "on_"


def key(tenant_id: str, agent_id: str) -> tuple[str, str]:
    """The key of an agent."""
    return f"TENANT#{tenant_id}", f"AGENT#{agent_id}"


def insertion(tenant_id: str, agent_id: str, moment: datetime) -> Put:
    """The write of an agent seen for the first time. It fails when another call was first."""
    pk, sk = key(tenant_id, agent_id)
    agent = {"pk": pk, "sk": sk, "kind": "agent", "agent_id": agent_id, "created_at": iso(moment), "version": 1}
    return Put(agent, Absent)


def get(tenant_id: str, agent_id: str) -> Agent | None:
    """One agent, or None."""
    item = table.get(*key(tenant_id, agent_id))
    return from_item(tenant_id, item) if item else None


def everyone(tenant_id: str) -> Iterator[Agent]:
    """All agents of a tenant, by their id."""
    condition = Key("pk").eq(f"TENANT#{tenant_id}") & Key("sk").begins_with("AGENT#")
    for item in table.query_all(condition, consistent=True):
        yield from_item(tenant_id, item)


def change(tenant_id: str, agent_id: str, given: Mapping[str, Any]) -> Update:
    """The write of attributes of a known agent, None removing one."""
    gone = [name for name, value in given.items() if value is None]
    return _change(tenant_id, agent_id, set_=_present(given), remove=gone, condition=Present)


def registration(tenant_id: str, agent_id: str, moment: datetime, given: Mapping[str, Any]) -> Update:
    """The write of a new agent with these attributes. It fails when there is one already."""
    first = {"kind": "agent", "agent_id": agent_id, "created_at": iso(moment)}
    return _change(tenant_id, agent_id, set_=first | _present(given), condition=Absent)


def offering(agent: Agent, call_id: str, *, until: datetime, given_at: datetime, moment: datetime) -> Update:
    """The write that gives an agent a caller, if nothing at all has happened to the agent since they were read."""
    over = [call for call, end in agent.leases.items() if end <= moment and call != call_id]
    lease = {_LEASE + call_id: iso(until), "given_at": given_at.isoformat(timespec="microseconds")}
    unchanged = Attr("version").eq(agent.version) if agent.version else Attr("version").not_exists()
    gone = [_LEASE + call for call in over]
    return _change(agent.tenant_id, agent.agent_id, set_=lease, remove=gone, condition=unchanged & Present)


def extension(agent: Agent, call_id: str, until: datetime) -> Update:
    """The write that holds an agent longer for a call that holds them already."""
    held = Attr(_LEASE + call_id).exists()
    return _change(agent.tenant_id, agent.agent_id, set_={_LEASE + call_id: iso(until)}, condition=held)


def lease(tenant_id: str, agent_id: str, call_id: str, until: datetime) -> Update:
    """The write that holds a known agent for a call, whatever else holds them."""
    return _change(tenant_id, agent_id, set_={_LEASE + call_id: iso(until)}, condition=Present)


def release(agent: Agent, call_id: str, rests_until: datetime | None) -> Update:
    """The write that lets an agent go from a call that holds them."""
    rest = {"rests_until": iso(rests_until)} if rests_until else {}
    held = Attr(_LEASE + call_id).exists()
    return _change(agent.tenant_id, agent.agent_id, set_=rest, remove=[_LEASE + call_id], condition=held)


def client_token(tenant_id: str, carrier: str, agent_id: str, phone_number: str) -> ClientToken | None:
    """The token that was kept for an agent's browser client with this number, or None."""
    item = table.get(*_client_token_key(tenant_id, carrier, agent_id))
    return ClientToken(item["token"], parse(item["valid_until"])) if item and item["number"] == phone_number else None


def keep_client_token(tenant_id: str, carrier: str, agent_id: str, phone_number: str, token: ClientToken) -> None:
    """Keep a token until it expires."""
    pk, sk = _client_token_key(tenant_id, carrier, agent_id)
    kept = {"kind": "client_token", "token": token.token, "number": phone_number, "valid_until": iso(token.expires_at)}
    table.update(Update(pk, sk, set=kept | {"expires_at": int(token.expires_at.timestamp())}))


def from_item(tenant_id: str, item: Item) -> Agent:
    """The agent of an item."""
    times = {name: parse(item[name]) if item.get(name) else None for name in _TIMES}
    return Agent(
        tenant_id=tenant_id,
        agent_id=item["agent_id"],
        created_at=parse(item["created_at"]),
        status=Presence(item.get("status", Presence.OFFLINE)),
        priority=item.get("priority", USUAL),
        phone=item.get("phone"),
        queues=tuple(item.get("queues", ())),
        leases={name.removeprefix(_LEASE): parse(until) for name, until in item.items() if name.startswith(_LEASE)},
        version=item.get("version", 0),
        **times,
    )


def _client_token_key(tenant_id: str, carrier: str, agent_id: str) -> tuple[str, str]:
    return f"TENANT#{tenant_id}", f"CLIENT_TOKEN#{carrier}#{agent_id}"


_TIMES = ("browser_until", "given_at", "rests_until")


def _present(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def _change(
    tenant_id: str, agent_id: str, *, set_: Mapping[str, Any], remove: list[str] | None = None, condition: Any
) -> Update:
    pk, sk = key(tenant_id, agent_id)
    return Update(pk, sk, set=set_, add={"version": 1}, remove=remove or (), condition=condition)

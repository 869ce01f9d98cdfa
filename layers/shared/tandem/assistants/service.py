"""What we do with AI agents: made, found, changed, removed, and told to the carrier that lets them talk."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tandem import clock, postings
from tandem.assistants import store
from tandem.assistants.models import DISABLED, ENABLED, AgentChange, AgentRequest, AgentView, AiAgent, said
from tandem.audit import service as audit
from tandem.aws import table
from tandem.aws.table import Check, ConditionFailed, TransactionCancelled
from tandem.carriers.base import Assistant
from tandem.errors import NotFound, Unavailable
from tandem.ids import is_id

_LEAVING = timedelta(seconds=30)
"""For how long nothing new relies on an AI agent while it is found out whether anything does: the removal may die."""


def create_agent(tenant_id: str, request: AgentRequest, *, agent_id: str, actor: str) -> AgentView:
    """Make an AI agent."""
    moment = clock.now()
    agent = AiAgent(
        tenant_id=tenant_id,
        agent_id=agent_id,
        name=request.name,
        system_prompt=request.system_prompt,
        created_at=moment,
        updated_at=moment,
    )
    agent = replace(agent, **said(request))
    table.transact([*store.insertion(agent), audit.entry(tenant_id, actor, "assistant.create", agent_id, {})])
    return view(agent)


def list_agents(tenant_id: str, *, enabled: bool | None, limit: int, offset: int) -> tuple[list[AgentView], int]:
    """A span of the AI agents, newest first, and how many there are; `enabled`: only those that are, or are not."""
    wanted = [] if enabled is None else [ENABLED if enabled else DISABLED]
    ids, total = postings.page(tenant_id, store.INDEXED, wanted, offset=offset, limit=limit)
    return [view(agent) for agent in store.get_many(tenant_id, ids)], total


def find_agent(tenant_id: str, agent_id: str) -> AiAgent | None:
    """One AI agent, or None."""
    return store.get(tenant_id, agent_id) if is_id(agent_id) else None


def get_agent(tenant_id: str, agent_id: str) -> AiAgent:
    """One AI agent. Raises NotFound."""
    if (agent := find_agent(tenant_id, agent_id)) is None:
        raise NotFound("No such agent.")
    return agent


def show_agent(tenant_id: str, agent_id: str) -> AgentView:
    """One AI agent as it is shown. Raises NotFound."""
    return view(get_agent(tenant_id, agent_id))


def update_agent(tenant_id: str, agent_id: str, change: AgentChange, *, actor: str) -> AgentView:
    """Change what the request names. Raises NotFound."""
    for _ in table.tries():
        before = get_agent(tenant_id, agent_id)
        after = replace(before, **said(change))
        if after == before:
            return view(before)
        after = replace(after, updated_at=clock.now(), version=before.version + 1)
        fields = {"fields": sorted(change.model_fields_set)}
        try:
            table.transact(
                [*store.change(before, after), audit.entry(tenant_id, actor, "assistant.update", agent_id, fields)]
            )
        except TransactionCancelled:
            continue
        return view(after)
    raise busy()


def requiring(tenant_id: str, agent_id: str) -> Check:
    """The part of a transaction that fails unless the AI agent is there and stays."""
    return store.requirement(tenant_id, agent_id, clock.now())


def leave(agent: AiAgent) -> bool:
    """Let nothing new rely on an AI agent for as long as its removal takes; False when it was changed meanwhile."""
    try:
        table.change(store.leaving(agent, clock.now() + _LEAVING))
    except ConditionFailed:
        return False
    return True


def stay(agent: AiAgent) -> None:
    """Keep an AI agent after all."""
    try:
        table.change(store.staying(agent))
    except ConditionFailed:
        return  # removed by another request meanwhile


def remove(agent: AiAgent, *, actor: str) -> bool:
    """Remove an AI agent; False when it was changed or removed meanwhile."""
    told = audit.entry(agent.tenant_id, actor, "assistant.delete", agent.agent_id, {})
    try:
        table.transact([*store.deletion(agent), told])
    except TransactionCancelled:
        return False
    return True


def for_call(agent: AiAgent, first_message: str | None, variables: Mapping[str, str | int | float | bool]) -> Assistant:
    """An AI agent as a carrier is told of it for one call."""
    return Assistant(
        agent_id=agent.agent_id,
        name=agent.name,
        system_prompt=agent.system_prompt,
        first_message=first_message,
        voice_settings=agent.voice_settings,
        variables=variables,
        provider_agent_id=agent.provider_agent_id,
        dtmf_rules=agent.dtmf_rules,
        version=agent.version,
        is_mirrored=agent.is_mirrored,
    )


def mirrored(tenant_id: str, assistant: Assistant, provider_agent_id: str) -> None:
    """Write down who an AI agent is at its provider, which knows it as it was told."""
    try:
        table.change(store.mirrored(tenant_id, assistant.agent_id, provider_agent_id, assistant.version))
    except ConditionFailed:
        return  # removed meanwhile


def view(agent: AiAgent) -> AgentView:
    """An AI agent as it is shown."""
    rules: dict[str, Any] = dict(agent.dtmf_rules)
    return AgentView(
        id=agent.agent_id,
        name=agent.name,
        description=agent.description,
        system_prompt=agent.system_prompt,
        starting_message=agent.starting_message,
        enabled=agent.enabled,
        voice_settings=dict(agent.voice_settings) or None,
        dtmf_rules=rules or None,
        created_at=clock.iso(agent.created_at),
        updated_at=clock.iso(agent.updated_at),
    )


def busy() -> Unavailable:
    """What to answer when others were quicker every time."""
    return Unavailable("This agent is being changed by many at once. Try again shortly.", retry_after=1)

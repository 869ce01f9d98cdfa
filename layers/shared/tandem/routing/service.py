"""Callers who wait and agents who take them: nobody is skipped, no agent is given two calls, nothing is left hanging.

What holds a caller and an agent together stands with both, written in one transaction: a process may die anywhere. An
offer ends by itself, and whoever asks next carries on.
"""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from tandem import clock
from tandem.agents import service as agents
from tandem.agents.models import Agent, AgentView, PresenceRequest
from tandem.aws import table
from tandem.aws.table import Item, TransactionCancelled, Write
from tandem.errors import Conflict, Unavailable
from tandem.routing import store
from tandem.routing.models import OFFERED, RESTING, TALKING, Incoming, QueueStatus, Waiting, Waits
from tandem.routing.strategies import Offer, plan

_chance = random.SystemRandom()

T = TypeVar("T")


def join(tenant_id: str, call_id: str, *, queue: str | None = None, agent_id: str | None = None) -> None:
    """Let a call wait for an agent of a queue, or for one agent. To join again is a sign of life; to join elsewhere is
    to leave here and wait anew."""
    if (queue is None) == (agent_id is None):
        raise ValueError("a call waits for a queue or for an agent")
    moment = clock.now()
    entry = store.get(tenant_id, call_id)
    if entry and entry.wanted_by(queue, agent_id):
        store.touch(entry, moment)
        return
    if entry:
        left(tenant_id, call_id)
    store.insert(Waiting(tenant_id, call_id, moment, moment, queue, agent_id))


def poll(tenant_id: str, call_id: str) -> Agent | None:
    """The agent whom this caller is to be connected to, now; None while they wait, and where they do not wait."""
    entry = store.get(tenant_id, call_id)
    if entry is None:
        return None
    if not entry.has_offer(clock.now()):
        store.touch(entry, clock.now())
        dispatch(tenant_id)
    return _try(lambda: _taken(tenant_id, call_id))


def connected(tenant_id: str, call_id: str, *, agent_id: str | None = None) -> None:
    """The agent answered, and is held while the call lasts. `agent_id`: who, where that is known."""
    _try(lambda: _connected(tenant_id, call_id, agent_id))


def agent_left(
    tenant_id: str, call_id: str, *, answered: bool, agent_id: str | None = None, seconds: int | None = None
) -> None:
    """The agent's leg is over, after `seconds` of talk. One who did not answer rests, and the caller waits again where
    they stood. `agent_id`: who, where that is known, so that old news does no harm."""
    if _try(lambda: _agent_left(tenant_id, call_id, agent_id, answered=answered, seconds=seconds or 0)):
        dispatch(tenant_id)


def left(tenant_id: str, call_id: str, *, agent_id: str | None = None) -> bool:
    """The call is over, or gone elsewhere: it waits no more, and whoever it held is free. `agent_id`: an agent whom the
    call may hold without having waited. Whether there was anything to do."""
    return _try(lambda: _left(tenant_id, call_id, agent_id))


def call_ended(item: Item) -> None:
    """A call has just ended, as its item tells: let go what it held, and give the agent to who waits."""
    if left(item["tenant_id"], item["call_id"], agent_id=item.get("agent_id")):
        dispatch(item["tenant_id"])


def set_presence(tenant_id: str, agent_id: str, request: PresenceRequest) -> AgentView:
    """Hear where an agent is; one who is free is given the first caller in line."""
    agent = agents.set_presence(tenant_id, agent_id, request)
    if agent.free(clock.now()) and dispatch(tenant_id):
        agent = agents.get(tenant_id, agent_id) or agent
    return agents.view(agent)


def dispatch(tenant_id: str) -> list[str]:
    """Give the free agents to the callers who wait, in order; the calls that were offered one."""
    offered: list[str] = []
    for _ in table.tries():
        moment = clock.now()
        roster = list(agents.everyone(tenant_id))  # before the callers: nobody can step in front of them unseen
        callers = _present(tenant_id, moment)
        if not any(caller.waits(moment) for caller in callers) or not any(agent.free(moment) for agent in roster):
            return offered
        strategy = store.get_routing(tenant_id).strategy
        try:
            for offer in plan(callers, roster, strategy, moment=moment, chance=_chance):
                table.transact(_offer(offer, moment))
                offered.append(offer.caller.call_id)
        except TransactionCancelled:
            continue
        return offered
    return offered  # whoever asks next goes on


def hold(tenant_id: str, agent_id: str, call_id: str) -> None:
    """Hold a known agent for a call of their own while it lasts, whatever else holds them; no caller is given them."""
    table.transact([agents.leasing(tenant_id, agent_id, call_id, clock.now() + TALKING)])


def status(tenant_id: str, queue: str | None = None) -> QueueStatus:
    """The queues now, or one of them."""
    moment = clock.now()
    free = [agent for agent in agents.everyone(tenant_id) if agent.free(moment)]
    callers = [entry for entry in store.everyone(tenant_id) if not entry.connected_at and not entry.is_gone(moment)]
    if queue is not None:
        free = [agent for agent in free if agent.serves(queue)]
        callers = [entry for entry in callers if entry.queue == queue]
    over = store.waits_since(tenant_id, queue, moment - timedelta(minutes=59))
    average = round(over.seconds / over.waits) if over.waits > 0 else 0
    return QueueStatus(waiting_calls=len(callers), available_agents=len(free), average_wait_time=average)


def incoming(tenant_id: str) -> Incoming | None:
    """What becomes of calls that come in, or None where nobody said."""
    return store.get_routing(tenant_id).incoming


def entering_menu(tenant_id: str, menu_id: str) -> Write:
    """The write that lets calls come in by this menu, where nothing else is set; else it changes nothing. It fails when
    the routing was changed meanwhile."""
    routing = store.get_routing(tenant_id)
    first = Incoming("menu", menu_id, chosen=False)
    return store.change_routing(routing, routing.strategy, routing.incoming or first)


def leaving_menu(tenant_id: str, menu_id: str) -> Write:
    """The write that lets calls come in by this menu no more. It fails when the routing was changed meanwhile. Raises
    Conflict where somebody chose the menu for them: their choice is not undone behind their back."""
    routing = store.get_routing(tenant_id)
    entry = routing.incoming
    if entry is None or (entry.action, entry.target) != ("menu", menu_id):
        return store.change_routing(routing, routing.strategy, entry)
    if entry.chosen:
        raise Conflict(
            "Incoming calls come to this menu. Send them elsewhere first: PUT /api/telephony/routing.",
            details={"routing": {"incoming": {"action": entry.action, "target": entry.target}}},
        )
    return store.change_routing(routing, routing.strategy, None)


def _present(tenant_id: str, moment: datetime) -> list[Waiting]:
    """Those who wait or talk; whoever was not heard of for too long is let go on the way."""
    there = []
    for entry in store.everyone(tenant_id):
        if entry.is_gone(moment):
            try:
                table.transact(_ending(entry, moment))
            except TransactionCancelled:
                continue  # a sign of life, or someone else has let them go
        else:
            there.append(entry)
    return there


def _offer(offer: Offer, moment: datetime) -> list[Write]:
    until, caller = moment + OFFERED, offer.caller
    return [
        agents.offering(offer.agent, caller.call_id, until=until, given_at=offer.given_at, moment=moment),
        store.offered(caller, offer.agent.agent_id, until),
    ]


def _taken(tenant_id: str, call_id: str) -> Agent | None:
    """The agent offered to this caller, whose telephone rings from now; not one who went away meanwhile."""
    moment = clock.now()
    entry = store.get(tenant_id, call_id)
    if entry is None or entry.offered is None or not entry.has_offer(moment):
        return None
    agent = agents.get(tenant_id, entry.offered)
    if agent is None or entry.taken:
        return agent
    if agent.may_ring(moment):
        table.transact([agents.extension(agent, call_id, moment + OFFERED), store.taken(entry, moment)])
        return agent
    table.transact([*_releases([agent], call_id), store.withdrawn(entry, moment)])
    return None


def _connected(tenant_id: str, call_id: str, agent_id: str | None) -> None:
    entry = _served(tenant_id, call_id, agent_id)
    if entry is None or entry.offered is None or entry.connected_at:
        return
    moment = clock.now()
    agent = agents.get(tenant_id, entry.offered)
    held = agent is not None and call_id in agent.leases  # else the offer lapsed, and the agent is held by another call
    table.transact(
        [
            store.connected(entry, moment, moment + TALKING),
            *([agents.extension(agent, call_id, moment + TALKING)] if agent and held else []),
            *store.counting(entry, moment, Waits(waits=1, seconds=_waited(entry, moment))),
        ]
    )


def _agent_left(tenant_id: str, call_id: str, agent_id: str | None, *, answered: bool, seconds: int) -> bool:
    entry = _served(tenant_id, call_id, agent_id)
    if entry is None or entry.offered is None:
        return False
    moment = clock.now()
    agent = agents.get(tenant_id, entry.offered)
    writes = _releases([agent], call_id, rests_until=None if answered else moment + RESTING)
    if answered:
        answered_at = max(entry.joined_at, moment - timedelta(seconds=seconds))
        over = Waits(waits=1, seconds=_waited(entry, answered_at))
        writes += [store.removal(entry), *([] if entry.connected_at else store.counting(entry, moment, over))]
    else:
        writes.append(store.withdrawn(entry, moment))
        if entry.connected_at:  # it was taken as answered when the telephone rang: it was not
            back = Waits(waits=-1, seconds=-_waited(entry, entry.connected_at))
            writes += store.counting(entry, entry.connected_at, back)
    table.transact(writes)
    return True


def _left(tenant_id: str, call_id: str, agent_id: str | None) -> bool:
    entry = store.get(tenant_id, call_id)
    held = {name for name in (agent_id, entry.offered if entry else None) if name is not None}
    writes = _releases([agents.get(tenant_id, name) for name in sorted(held)], call_id)
    if entry:
        writes += _ending(entry, clock.now())
    if writes:
        table.transact(writes)
    return bool(writes)


def _ending(entry: Waiting, moment: datetime) -> list[Write]:
    over = [] if entry.connected_at else store.counting(entry, moment, Waits(abandoned=1))
    return [store.removal(entry), *over]


def _releases(held: Sequence[Agent | None], call_id: str, rests_until: datetime | None = None) -> list[Write]:
    holders = [agent for agent in held if agent is not None and call_id in agent.leases]
    return [agents.release(agent, call_id, rests_until=rests_until) for agent in holders]


def _served(tenant_id: str, call_id: str, agent_id: str | None) -> Waiting | None:
    """The caller who is offered this agent, or any where none is named."""
    entry = store.get(tenant_id, call_id)
    return entry if entry and agent_id in (None, entry.offered) else None


def _waited(entry: Waiting, until: datetime) -> int:
    return round((until - entry.joined_at).total_seconds())


def _try(attempt: Callable[[], T]) -> T:
    """Read, decide and write, again whenever others were quicker."""
    for _ in table.tries():
        try:
            return attempt()
        except TransactionCancelled:
            continue
    raise Unavailable("This call is being changed by many at once. Try again shortly.", retry_after=1)

"""Which agent takes which caller. Pure."""

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from tandem.agents.models import Agent
from tandem.records import record
from tandem.routing.models import Strategy, Waiting

_NEVER = datetime.min.replace(tzinfo=UTC)
_Order = tuple[int, datetime, str]


@record
class Offer:
    """A caller and the agent for them. `given_at` is later than any agent of the tenant was given a caller, so that
    turns are clear also within one tick of the clock."""

    caller: Waiting
    agent: Agent
    given_at: datetime


def choose(agents: Sequence[Agent], strategy: Strategy, *, moment: datetime, chance: random.Random) -> Agent:
    """One of these agents, of whom there is at least one."""
    if strategy == Strategy.RANDOM:
        return chance.choice(agents)
    rank: Callable[[Agent], int] = {
        Strategy.ROUND_ROBIN: lambda agent: 0,
        Strategy.LEAST_BUSY: lambda agent: agent.active_calls(moment),
        Strategy.PRIORITY: lambda agent: agent.priority,
    }[strategy]

    def order(agent: Agent) -> _Order:
        return rank(agent), agent.given_at or _NEVER, agent.agent_id

    return min(agents, key=order)


def plan(
    callers: Iterable[Waiting], agents: Sequence[Agent], strategy: Strategy, *, moment: datetime, chance: random.Random
) -> list[Offer]:
    """An agent for each caller who waits, as far as agents are free: who came first is served first by any agent who
    serves them."""
    free = [agent for agent in agents if agent.free(moment)]
    given_at = max([moment, *(agent.given_at + _TICK for agent in agents if agent.given_at)])
    offers = []
    for caller in sorted(callers, key=lambda one: (one.joined_at, one.call_id)):
        suited = [agent for agent in free if caller.may_take(agent)]
        if caller.waits(moment) and suited:
            chosen = choose(suited, strategy, moment=moment, chance=chance)
            free.remove(chosen)
            offers.append(Offer(caller, chosen, given_at))
            given_at += _TICK
    return offers


_TICK = timedelta(microseconds=1)

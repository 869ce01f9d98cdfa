"""Which agent takes which caller: the four strategies, and the order of those who wait."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.agents.models import Agent, Presence
from tandem.routing.models import Strategy, Waiting
from tandem.routing.strategies import choose, plan

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CRITICAL = {2: 13.82, 3: 16.27, 4: 18.47, 5: 20.52, 6: 22.46}
"""Chi-square at one in a thousand, by degrees of freedom."""


def agent(name: str, **fields: object) -> Agent:
    usual = Agent("t", name, NOW, Presence.AVAILABLE, phone="+15005550001")
    return replace(usual, **fields)  # type: ignore[arg-type]


def caller(name: str, *, waited: float = 0, queue: str | None = "sales", **fields: object) -> Waiting:
    joined_at = NOW - timedelta(seconds=waited)
    return replace(Waiting("t", name, joined_at, NOW, queue), **fields)  # type: ignore[arg-type]


def until(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def assigned(
    callers: Sequence[Waiting], agents: Sequence[Agent], strategy: Strategy = Strategy.ROUND_ROBIN
) -> dict[str, str]:
    offers = plan(callers, agents, strategy, moment=NOW, chance=random.Random(1))
    return {offer.caller.call_id: offer.agent.agent_id for offer in offers}


names = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=8, unique=True)
moments = st.none() | st.integers(-1000, 0).map(until)
leases = st.dictionaries(st.sampled_from(["x", "y", "z"]), st.sampled_from([until(-1), until(60)]), max_size=3)
agents_of_any_kind = st.lists(
    st.builds(
        agent,
        st.uuids().map(str),
        priority=st.integers(1, 10),
        given_at=moments,
        leases=leases,
        status=st.sampled_from(Presence),
        phone=st.sampled_from([None, "+15005550001"]),
        browser_until=st.sampled_from([None, until(-1), until(60)]),
        rests_until=st.sampled_from([None, until(-1), until(30)]),
        queues=st.sampled_from([(), ("sales",), ("support",), ("sales", "support")]),
    ),
    min_size=1,
    max_size=8,
)
callers_of_any_kind = st.lists(
    st.builds(
        caller,
        st.uuids().map(str),
        waited=st.integers(0, 300),
        queue=st.sampled_from(["sales", "support", "billing"]),
        offer_until=st.sampled_from([None, None, until(-1), until(20)]),
    ),
    max_size=10,
)


@given(names=names, rounds=st.integers(1, 40))
def test_round_robin_is_even_to_within_one_call(names: list[str], rounds: int) -> None:
    agents = {name: agent(name) for name in names}
    taken: Counter[str] = Counter(dict.fromkeys(names, 0))
    for number in range(rounds):
        # All within one tick of the clock, and each is free again at once: the hardest case for turns.
        (offer,) = plan(
            [caller(str(number))], [*agents.values()], Strategy.ROUND_ROBIN, moment=NOW, chance=random.Random()
        )
        agents[offer.agent.agent_id] = replace(offer.agent, given_at=offer.given_at)
        taken[offer.agent.agent_id] += 1
        assert max(taken.values()) - min(taken.values()) <= 1


@given(agents=agents_of_any_kind)
def test_least_busy_never_picks_a_busier_agent(agents: list[Agent]) -> None:
    chosen = choose(agents, Strategy.LEAST_BUSY, moment=NOW, chance=random.Random())
    assert chosen.active_calls(NOW) == min(one.active_calls(NOW) for one in agents)


@given(agents=agents_of_any_kind)
def test_priority_never_skips_a_free_agent_of_a_higher_one(agents: list[Agent]) -> None:
    chosen = choose(agents, Strategy.PRIORITY, moment=NOW, chance=random.Random())
    assert chosen.priority == min(one.priority for one in agents)


@pytest.mark.parametrize("strategy", [Strategy.ROUND_ROBIN, Strategy.LEAST_BUSY, Strategy.PRIORITY])
@given(agents=agents_of_any_kind)
def test_among_equals_who_was_given_a_caller_longest_ago_is_next(strategy: Strategy, agents: list[Agent]) -> None:
    equals = [replace(one, priority=3, leases={}) for one in agents]
    chosen = choose(equals, strategy, moment=NOW, chance=random.Random())
    never = until(-10_000)
    assert (chosen.given_at or never) == min(one.given_at or never for one in equals)


@pytest.mark.parametrize("count", range(3, 8))
def test_random_is_uniform(count: int) -> None:
    agents, chance = [agent(str(number)) for number in range(count)], random.Random(11)
    draws = 4000 * count
    taken = Counter(choose(agents, Strategy.RANDOM, moment=NOW, chance=chance).agent_id for _ in range(draws))
    expected = draws / count
    assert sum((taken[one.agent_id] - expected) ** 2 / expected for one in agents) < CRITICAL[count - 1]


@pytest.mark.parametrize("strategy", Strategy)
@given(callers=callers_of_any_kind, agents=agents_of_any_kind)
def test_nobody_is_given_two_and_none_but_the_free_are_given(
    strategy: Strategy, callers: list[Waiting], agents: list[Agent]
) -> None:
    offers = plan(callers, agents, strategy, moment=NOW, chance=random.Random())
    assert len({offer.agent.agent_id for offer in offers}) == len(offers)
    assert len({offer.caller.call_id for offer in offers}) == len(offers)
    for offer in offers:
        one = offer.agent
        assert one.status == Presence.AVAILABLE
        assert one.phone or (one.browser_until and one.browser_until > NOW)
        assert not [end for end in one.leases.values() if end > NOW]
        assert one.rests_until is None or one.rests_until <= NOW
        assert not one.queues or offer.caller.queue in one.queues
        assert offer.caller.offer_until is None or offer.caller.offer_until <= NOW


@pytest.mark.parametrize("strategy", Strategy)
@given(callers=callers_of_any_kind, agents=agents_of_any_kind)
def test_who_waits_on_could_be_served_by_no_agent_whom_a_later_caller_has(
    strategy: Strategy, callers: list[Waiting], agents: list[Agent]
) -> None:
    offers = plan(callers, agents, strategy, moment=NOW, chance=random.Random())
    served = {offer.caller.call_id for offer in offers}
    idle = {one.agent_id for one in agents if one.free(NOW)} - {offer.agent.agent_id for offer in offers}
    for waiting in callers:
        if waiting.waits(NOW) and waiting.call_id not in served:
            assert not [one for one in agents if one.agent_id in idle and waiting.may_take(one)]
            later = [offer for offer in offers if offer.caller.joined_at > waiting.joined_at]
            assert not [offer for offer in later if waiting.may_take(offer.agent)]


@given(callers=callers_of_any_kind, agents=agents_of_any_kind)
def test_turns_are_given_in_the_order_of_offers_and_after_all_before(
    callers: list[Waiting], agents: list[Agent]
) -> None:
    turns = [offer.given_at for offer in plan(callers, agents, Strategy.RANDOM, moment=NOW, chance=random.Random())]
    assert turns == sorted(set(turns))
    assert all(turn > one.given_at for turn in turns[:1] for one in agents if one.given_at)


def test_who_wants_one_agent_waits_for_that_one() -> None:
    wanting = caller("c", queue=None, agent_id="ann")
    assert assigned([wanting], [agent("bob")]) == {}
    assert assigned([wanting], [agent("bob"), agent("ann", queues=("elsewhere",))]) == {"c": "ann"}


def test_who_talks_is_given_no_other_agent() -> None:
    talking = caller("c", connected_at=until(-5), offered="bob", offer_until=until(-1))
    assert assigned([talking], [agent("ann")]) == {}


def test_a_lease_that_ran_out_holds_nobody() -> None:
    assert assigned([caller("c")], [agent("ann", leases={"old": until(0)})]) == {"c": "ann"}
    assert assigned([caller("c")], [agent("ann", leases={"new": until(0.001)})]) == {}


@pytest.mark.parametrize("name", ["agent-123", "Zoë Å", "日本", "a" * 128, "_", "a b#c/d"])
def test_a_browser_clients_name_is_stable_safe_and_of_one_agent_of_one_workspace(name: str) -> None:
    own = agent(name).client_name
    assert own == agent(name, priority=1, phone=None).client_name
    assert own.replace("_", "").isalnum()
    assert own.isascii()
    assert len(own) <= 60
    assert own != replace(agent(name), tenant_id="other").client_name
    assert own != agent(name + "x").client_name

"""Another tenant's ids are as unknown as any: on every operation of every family, and nothing happens to them.

Operations and what they are about come from the document, so that a new one is tried as well.
"""

from dataclasses import dataclass

import pytest

from infra.local.stack import Stack
from tests.integration.things import (
    OPERATIONS,
    OWN_PATHS,
    UNKNOWN,
    Described,
    Party,
    belongings,
    one_of_everything,
    without_what_differs,
)

WITH_IDS = [one for one in OPERATIONS if one.parameters and one.path not in OWN_PATHS]


@dataclass
class World:
    """Two tenants, and the ids of one of everything that the first has."""

    stack: Stack
    victim: Party
    stranger: Party
    theirs: dict[str, str]

    def belongings(self) -> dict[str, str]:
        """What is stored of the victim."""
        return belongings(self.stack, self.victim.tenant_id)


@pytest.fixture
def world(stack: Stack) -> World:
    victim = Party(stack, "victim")
    theirs = one_of_everything(victim)
    stack.advance(60)
    return World(stack, victim, Party(stack, "stranger"), theirs)


def test_anothers_id_in_a_path_is_unknown_and_nothing_happens(world: World) -> None:
    before = world.belongings()
    told: dict[str, object] = {}
    for one in WITH_IDS:
        anothers = world.stranger.ask(one, one.at(world.theirs), json=one.body({}))
        nobodys = world.stranger.ask(one, one.at({}), json=one.body({}))
        if anothers.status != 404 or without_what_differs(anothers) != without_what_differs(nobodys):
            told[str(one)] = (anothers.status, anothers.text, nobodys.text)
        if world.belongings() != before:
            told[str(one)], before = "something happened", world.belongings()
    assert told == {}
    assert len(WITH_IDS) > 15


def test_each_of_these_ids_is_one_that_its_own_tenant_can_use(world: World) -> None:
    lacking: dict[str, object] = {}
    for one in WITH_IDS:
        if one.method != "DELETE" and set(one.parameters) & set(world.theirs):
            answer = world.victim.ask(one, one.at(world.theirs), json=one.body({}))
            if answer.status == 404 and not set(one.parameters) - set(world.theirs):
                lacking[str(one)] = answer.text
        elif not set(one.parameters) & set(world.theirs):
            lacking[str(one)] = "no example in the document makes what this is about"
    # A call that nobody answered has no recording, and nobody's words are written down: the sandbox's own number has
    # both, which the example does not dial.
    bare = {place for place in lacking if "/recording" in place or "/transcript" in place}
    assert set(lacking) - bare == set()


def test_anothers_id_in_a_body_or_query_is_unknown_and_nothing_happens(world: World) -> None:
    own = one_of_everything(world.stranger)
    before = world.belongings()
    tried, told = 0, {}
    for one in OPERATIONS:
        for name in (one.fields | one.queries) & set(world.theirs):
            answers = []
            for value in (world.theirs[name], UNKNOWN):
                query = {name: value} if name in one.queries else {}
                answers.append(world.stranger.ask(one, one.at(own), json=one.body({name: value}), query=query))
            tried += 1
            if without_what_differs(answers[0]) != without_what_differs(answers[1]):
                told[f"{one}: {name}"] = [answer.text for answer in answers]
    assert told == {}
    assert tried > 4
    assert world.belongings() == before


def test_nobody_gets_into_anothers_organization_by_naming_it(world: World) -> None:
    session = {"authorization": f"Bearer {world.stranger.owner.session['accessToken']}"}
    before = world.belongings()
    told: dict[str, object] = {}
    for one in OPERATIONS:
        answers = []
        for named in (world.victim.tenant_id, UNKNOWN):
            headers = {**session, "x-organization-id": named}
            answers.append(world.stranger.ask(one, one.at(world.theirs), json=one.body({}), headers=headers))
        if answers[0].status != 404 or without_what_differs(answers[0]) != without_what_differs(answers[1]):
            told[str(one)] = [answer.text for answer in answers]
    assert told == {}
    assert world.belongings() == before


def test_there_is_one_of_everything_that_the_examples_make(world: World) -> None:
    assert {"call_id", "customer_id", "conversation_id", "menu_id"} <= set(world.theirs)


def test_what_is_looked_at_covers_every_family_that_has_ids() -> None:
    def families(operations: list[Described]) -> set[str]:
        return {one.operation["tags"][0] for one in operations}

    assert families(WITH_IDS) == families([one for one in OPERATIONS if one.parameters])

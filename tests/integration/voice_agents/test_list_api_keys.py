"""GET /api/v1/api-keys."""

from infra.local.stack import Stack
from tests.integration.api_keys import AGENTS_KEYS, make, make_agents
from tests.integration.people import owner_of


def test_keys_of_both_families_are_listed_newest_first(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = [make_agents(ada, name="bot")["id"], make(ada, name="ci")["_id"]]
    answer = ada("GET", AGENTS_KEYS, query={"limit": 2}).json()
    assert [key["id"] for key in answer["data"]] == made[::-1]
    assert answer["meta"]["pagination"] == {"total": 5, "limit": 2, "offset": 0}
    rest = ada("GET", AGENTS_KEYS, query={"offset": 2}).json()["data"]
    assert [key["name"] for key in rest] == ["first agents key", "first test key", "first live key"]
    assert {key["environment"] for key in rest} == {"production", "staging"}


def test_another_organizations_keys_are_not_listed(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    _, eve = owner_of(stack, "other")
    made = make_agents(eve)["id"]
    assert made not in [key["id"] for key in ada("GET", AGENTS_KEYS).json()["data"]]
    assert stack.request("GET", AGENTS_KEYS, headers={"x-api-key": make_agents(ada)["key"]}).status == 403
    assert ada("GET", AGENTS_KEYS, query={"limit": 101}).status == 400

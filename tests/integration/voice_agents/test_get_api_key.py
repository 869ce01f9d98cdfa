"""GET /api/v1/api-keys/{key_id}."""

from infra.local.stack import Stack
from tests.integration.api_keys import AGENTS_KEYS, KEYS, UNKNOWN, make_agents, show, use
from tests.integration.people import owner_of


def test_a_key_is_shown_without_its_secret_in_either_family(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make_agents(ada)
    secret = made.pop("key")
    answer = ada("GET", f"{AGENTS_KEYS}/{made['id']}")
    assert answer.json()["data"] == made
    assert secret[15:] not in answer.text
    assert show(ada, made["id"])["keyPrefix"] == made["key_prefix"]


def test_anothers_key_is_as_unknown_as_none(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    _, eve = owner_of(stack, "other")
    made = make_agents(ada)
    answers = [eve("GET", f"{AGENTS_KEYS}/{name}") for name in (made["id"], UNKNOWN)]
    assert [(answer.status, answer.json()["error"]) for answer in answers] == [(404, "No such API key.")] * 2
    assert use(stack, made["key"], f"{AGENTS_KEYS}/{made['id']}").status == 403
    assert stack.request("GET", "/api/v1/api-keys/x/y").json()["error"].startswith("There is no GET")
    assert stack.request("GET", f"{KEYS}/x/y").json()["error"]["code"] == "RESOURCE_NOT_FOUND"

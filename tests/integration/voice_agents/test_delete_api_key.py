"""DELETE /api/v1/api-keys/{key_id}."""

from infra.local.stack import Stack
from tests.integration.api_keys import AGENTS_KEYS, UNKNOWN, make_agents, use
from tests.integration.people import come, owner_of


def test_a_deleted_key_opens_nothing(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make_agents(ada)
    answer = ada("DELETE", f"{AGENTS_KEYS}/{made['id']}")
    assert (answer.status, answer.json()["data"]) == (200, {"id": made["id"], "deleted": True})
    assert use(stack, made["key"]).status == 401
    assert ada("DELETE", f"{AGENTS_KEYS}/{made['id']}").status == 404


def test_others_do_not_delete_it(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    _, eve = owner_of(stack, "other")
    made = make_agents(ada)
    ada.invite("m@acme.example")
    assert [eve("DELETE", f"{AGENTS_KEYS}/{name}").status for name in (made["id"], UNKNOWN)] == [404, 404]
    assert come(stack, "m@acme.example")("DELETE", f"{AGENTS_KEYS}/{made['id']}").status == 403
    assert use(stack, made["key"]).status == 200

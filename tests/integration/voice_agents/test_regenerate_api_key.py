"""POST /api/v1/api-keys/{key_id}/regenerate."""

import pytest

from infra.local.stack import Stack
from tests.integration.api_keys import AGENTS_KEYS, UNKNOWN, make_agents, use
from tests.integration.doors import leap
from tests.integration.people import come, owner_of


def test_both_keys_hold_for_a_day(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make_agents(ada)
    answer = ada("POST", f"{AGENTS_KEYS}/{made['id']}/regenerate")
    assert answer.status == 200, answer.text
    fresh = answer.json()["data"]
    assert fresh["id"] == made["id"]
    assert fresh["key"].startswith("va_")
    assert [use(stack, key).status for key in (made["key"], fresh["key"])] == [200, 200]
    leap(stack, 24 * 3600)
    assert [use(stack, key).status for key in (made["key"], fresh["key"])] == [401, 200]


def test_the_overlap_can_be_chosen(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make_agents(ada)
    path = f"{AGENTS_KEYS}/{made['id']}/regenerate"
    assert ada("POST", path, json={"overlapHours": 1}).status == 400
    assert use(stack, made["key"]).status == 200
    assert ada("POST", path, json={"overlap_hours": 0}).json()["data"]["previous_key_expires_at"] is None
    assert use(stack, made["key"]).status == 401


@pytest.mark.parametrize("known", [True, False])
def test_others_do_not_regenerate_it(known: bool, stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    _, eve = owner_of(stack, "other")
    made = make_agents(ada)
    assert eve("POST", f"{AGENTS_KEYS}/{made['id'] if known else UNKNOWN}/regenerate").status == 404
    ada.invite("m@acme.example")
    assert come(stack, "m@acme.example")("POST", f"{AGENTS_KEYS}/{made['id']}/regenerate").status == 403
    assert use(stack, made["key"], f"{AGENTS_KEYS}/{made['id']}/regenerate").status in (404, 405)

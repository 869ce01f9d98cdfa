"""DELETE /api/tenant/api-keys/{key_id}."""

from infra.local.stack import Stack
from tests.integration.api_keys import KEYS, UNKNOWN, make, show, use
from tests.integration.doors import key_item
from tests.integration.people import come, owner_of


def test_a_deleted_key_is_gone_and_what_it_did_stays_in_the_statistics(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada)
    use(stack, made["key"])
    answer = ada("DELETE", f"{KEYS}/{made['_id']}")
    assert (answer.status, answer.json()["data"]) == (200, {"_id": made["_id"], "deleted": True})
    assert use(stack, made["key"]).json()["code"] == "API_KEY_INVALID"
    assert key_item(stack, made["key"]) == {}
    assert ada("GET", f"{KEYS}/{made['_id']}").status == 404
    assert ada("DELETE", f"{KEYS}/{made['_id']}").status == 404
    assert ada("GET", KEYS).json()["data"]["total"] == 3
    assert ada("GET", "/api/v1/analytics/usage").json()["data"]["totalRequests"] == 1


def test_others_do_not_delete_it(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    _, eve = owner_of(stack, "other")
    made = make(ada)
    ada.invite("m@acme.example")
    answers = [eve("DELETE", f"{KEYS}/{name}") for name in (made["_id"], UNKNOWN)]
    assert [answer.status for answer in answers] == [404, 404]
    assert len({answer.json()["error"]["message"] for answer in answers}) == 1
    assert come(stack, "m@acme.example")("DELETE", f"{KEYS}/{made['_id']}").status == 403
    assert use(stack, made["key"], f"{KEYS}/{made['_id']}").status == 403
    assert show(ada, made["_id"])["isActive"]

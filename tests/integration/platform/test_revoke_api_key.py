"""POST /api/tenant/api-keys/{key_id}/revoke."""

from infra.local.stack import Stack
from tests.integration.api_keys import KEYS, UNKNOWN, make, show, use
from tests.integration.conftest import table_items
from tests.integration.people import come, owner_of


def test_a_revoked_key_opens_nothing_from_the_next_request_and_for_good(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    made = make(ada)
    assert use(stack, made["key"]).status == 200
    answer = ada("POST", f"{KEYS}/{made['_id']}/revoke")
    assert answer.status == 200
    assert (answer.json()["data"]["status"], answer.json()["data"]["isActive"]) == ("revoked", False)
    refused = use(stack, made["key"])
    assert (refused.status, refused.json()["code"]) == (401, "API_KEY_INVALID")
    back = ada("PATCH", f"{KEYS}/{made['_id']}", json={"isActive": True})
    assert (back.status, back.json()["code"]) == (409, "CONFLICT")
    assert ada("POST", f"{KEYS}/{made['_id']}/rotate").status == 409
    actions = [item["action"] for item in table_items(stack, f"TENANT#{workspace.tenant_id}", "AUDIT#")]
    assert actions.count("api_key.revoke") == 1


def test_revoking_again_is_no_error(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    path = f"{KEYS}/{make(ada)['_id']}/revoke"
    first, second = ada("POST", path).json()["data"], ada("POST", path).json()["data"]
    assert first == second


def test_both_secrets_of_a_key_that_was_rotated_are_revoked(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada)
    fresh = ada("POST", f"{KEYS}/{made['_id']}/rotate").json()["data"]["key"]
    ada("POST", f"{KEYS}/{made['_id']}/revoke")
    assert [use(stack, key).status for key in (made["key"], fresh)] == [401, 401]


def test_others_do_not_revoke_it(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    _, eve = owner_of(stack, "other")
    made = make(ada)
    ada.invite("m@acme.example")
    assert eve("POST", f"{KEYS}/{made['_id']}/revoke").status == 404
    assert eve("POST", f"{KEYS}/{UNKNOWN}/revoke").status == 404
    assert come(stack, "m@acme.example")("POST", f"{KEYS}/{made['_id']}/revoke").status == 403
    assert show(ada, made["_id"])["isActive"]

"""Who may do what: on every endpoint behind a key, the same answers."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from infra.local.gateway import Response
from infra.local.stack import Stack
from tandem.keys.models import ALL_PERMISSIONS, TEST, is_well_formed, month_counter
from tests.integration.conftest import Client, whole_table
from tests.integration.doors import (
    ANALYTICS_DOORS,
    DOORS,
    HISTORY,
    INVOKE,
    PLACE,
    SPOKEN,
    Door,
    change_key,
    contents,
    key_item,
    leap,
    make_key,
)

Anyone = Callable[..., Response]
every_door = pytest.mark.parametrize("door", [*DOORS, *SPOKEN, *ANALYTICS_DOORS, INVOKE], ids=str)
coded_doors = pytest.mark.parametrize("door", DOORS, ids=str)
JUNK = [
    "x",
    "sk_live_",
    "sk_live_" + "a" * 38,
    "sk_live_" + "a" * 3800,
    "va_" + "0" * 38,
    "sk_live_" + "ä" * 38,
    "a.b.c",
    "eyJhbGciOiJIUzI1NiJ9.e30.x",
    "' OR 1=1 --",
    "TENANT#open",
]


def say(response: Response) -> str:
    """The error's sentence, in either family."""
    error = response.json()["error"]
    return str(error if isinstance(error, str) else error["message"])


@coded_doors
def test_without_a_credential_an_endpoint_tells_how_to_send_one(door: Door, anyone: Anyone) -> None:
    response = anyone(door.method, door.path, json=door.body)
    assert response.status == 401
    error = response.json()["error"]
    assert (error["code"], response.json()["code"]) == ("AUTH_REQUIRED", "AUTH_REQUIRED")
    assert error["requestId"] == response.header("x-request-id")
    assert error["timestamp"].endswith("Z")
    assert "Bearer" in error["details"]["hint"]
    assert response.header("cache-control") == "no-store"


@every_door
def test_junk_for_a_key_is_refused_without_asking_the_database(door: Door, anyone: Anyone, stack: Stack) -> None:
    with stack.count_requests() as counted:
        for junk in JUNK:
            response = anyone(door.method, door.path, json=door.body, headers={"authorization": f"Bearer {junk}"})
            assert response.status == 401, junk
    assert counted.total() == 0


@every_door
def test_a_key_with_a_wrong_checksum_costs_no_request(door: Door, demo: Client, stack: Stack) -> None:
    wrong = demo.key[:-1] + ("a" if demo.key[-1] != "a" else "b")
    with stack.count_requests() as counted:
        response = stack.request(door.method, door.path, json=door.body, headers={"x-api-key": wrong})
    assert (response.status, counted.total()) == (401, 0)


@every_door
def test_a_key_that_does_not_hold_opens_nothing(door: Door, demo: Client) -> None:
    for state in ({"status": "revoked"}, {"valid_until": 1}, {"status": "paused", "valid_until": 1}):
        key = make_key(demo.stack, demo.workspace.tenant_id, **state)
        before = contents(demo.stack)
        headers = {"authorization": f"Bearer {key}"}
        response = demo.stack.request(door.method, door.path, json=door.body, headers=headers)
        assert response.status == 401
        assert ("expired" in say(response)) == (state == {"valid_until": 1})
        assert contents(demo.stack) == before


@every_door
def test_a_well_formed_key_that_nobody_made_opens_nothing(door: Door, stack: Stack, anyone: Anyone) -> None:
    from tandem.keys.models import LIVE, new_key

    response = anyone(door.method, door.path, json=door.body, headers={"authorization": f"Bearer {new_key(LIVE)}"})
    assert response.status == 401
    assert "unknown or revoked" in say(response)


@every_door
def test_a_key_without_the_permission_is_refused_and_told_which(door: Door, demo: Client) -> None:
    others = [permission for permission in ALL_PERMISSIONS if permission != door.permission]
    key = make_key(demo.stack, demo.workspace.tenant_id, permissions=others)
    before = contents(demo.stack)
    response = demo.stack.request(door.method, door.path, json=door.body, headers={"authorization": f"Bearer {key}"})
    assert response.status == 403
    assert door.permission in say(response)
    assert contents(demo.stack) == before
    assert response.header("x-ratelimit-remaining") == str(door.limit - 1)


@pytest.mark.parametrize("door", SPOKEN, ids=str)
def test_without_a_credential_an_endpoint_says_in_a_sentence_how_to_send_one(door: Door, anyone: Anyone) -> None:
    response = anyone(door.method, door.path, json=door.body)
    body = response.json()
    assert (response.status, body["success"], body["details"]["code"]) == (401, False, "AUTH_REQUIRED")
    assert body["meta"]["request_id"] == response.header("x-request-id")
    assert "Bearer" in body["details"]["hint"]


@pytest.mark.parametrize("door", [*DOORS, *SPOKEN], ids=str)
def test_a_key_with_that_permission_alone_suffices(door: Door, demo: Client) -> None:
    key = make_key(demo.stack, demo.workspace.tenant_id, permissions=[door.permission])
    response = demo.stack.request(door.method, door.path, json=door.body, headers={"x-api-key": key})
    assert response.status in (200, 201, 404)
    assert response.header("x-ratelimit-limit") == "50000"


@pytest.mark.parametrize("door", [*DOORS, *SPOKEN], ids=str)
def test_the_guard_stands_before_validation(door: Door, anyone: Anyone) -> None:
    assert anyone(door.method, door.path + "?page=x", body="{", headers={"x-api-key": "junk"}).status == 401


@pytest.mark.parametrize(
    "headers",
    [{"authorization": "Bearer {}"}, {"authorization": "bearer  {} "}, {"x-api-key": "{}"}, {"X-API-Key": " {} "},
     {"authorization": "Basic dTpw", "x-api-key": "{}"}],
)  # fmt: skip
def test_a_key_may_be_sent_in_either_header(headers: dict[str, str], demo: Client) -> None:
    sent = {name: value.format(demo.key) for name, value in headers.items()}
    assert demo.stack.request(HISTORY.method, HISTORY.path, headers=sent).status == 200


def test_every_answer_to_a_key_says_what_is_left_of_its_limit(demo: Client) -> None:
    leap(demo.stack, -demo.stack.clock.now() % 3600)  # an hour begins
    key = make_key(demo.stack, demo.workspace.tenant_id, plan="professional")
    me = Client(demo.stack, demo.workspace, key)
    answers = [me(door.method, door.path, json=door.body) for door in DOORS]
    answers += [me("POST", PLACE.path, body="{"), me("GET", HISTORY.path + "?limit=101")]
    assert {answer.status for answer in answers[:-2]} == {200, 201, 404}
    assert [answer.status for answer in answers[-2:]] == [400, 422]
    left = [int(str(answer.header("x-ratelimit-remaining"))) for answer in answers]
    assert left == list(range(4999, 4999 - len(answers), -1))
    for answer in answers:
        assert answer.header("x-ratelimit-limit") == "5000"
        reset = int(str(answer.header("x-ratelimit-reset")))
        assert reset % 3600 == 0
        assert 0 < reset - demo.stack.clock.now() <= 3600
        assert answer.header("ratelimit-policy") == '"key";q=5000;w=3600'
        assert answer.header("cache-control") == "no-store"


def test_a_request_costs_one_write_to_be_let_in_and_one_for_the_statistics(demo: Client) -> None:
    demo(HISTORY.method, HISTORY.path)
    with demo.stack.count_requests() as counted:
        demo("GET", "/api/telephony/calls/history?limit=101")
    assert counted.by_operation() == {"dynamodb:UpdateItem": 2}


def test_the_limit_is_exact_and_says_when_to_come_back(demo: Client) -> None:
    key = make_key(demo.stack, demo.workspace.tenant_id, rate_limit=3)
    me = Client(demo.stack, demo.workspace, key)
    answers = [me(HISTORY.method, HISTORY.path) for _ in range(5)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429, 429]
    assert [answer.header("x-ratelimit-remaining") for answer in answers] == ["2", "1", "0", "0", "0"]
    refused = answers[-1]
    wait = int(str(refused.header("retry-after")))
    body = refused.json()
    assert body["code"] == "RATE_LIMIT_EXCEEDED"
    assert body["retryAfter"] == body["error"]["retryAfter"] == wait
    assert 0 < wait <= 3600
    leap(demo.stack, wait)
    assert me(HISTORY.method, HISTORY.path).status == 200


def test_a_refused_request_leaves_nothing_behind_and_is_not_counted(demo: Client) -> None:
    key = make_key(demo.stack, demo.workspace.tenant_id, rate_limit=1)
    me = Client(demo.stack, demo.workspace, key)
    assert me(HISTORY.method, HISTORY.path).status == 200
    before, counters = contents(demo.stack), key_item(demo.stack, key)
    assert me(PLACE.method, PLACE.path, json=PLACE.body).status == 429
    assert contents(demo.stack) == before
    assert key_item(demo.stack, key) == counters


def test_agents_keys_are_limited_by_the_minute(demo: Client) -> None:
    key = demo.workspace.keys["agents"]
    answer = demo.stack.request(HISTORY.method, HISTORY.path, headers={"x-api-key": key})
    assert (answer.status, answer.header("x-ratelimit-limit")) == (200, "1000")
    assert int(str(answer.header("x-ratelimit-reset"))) - demo.stack.clock.now() <= 60


def test_a_limit_by_the_minute_can_be_given_to_any_key(demo: Client) -> None:
    key = make_key(demo.stack, demo.workspace.tenant_id, rate_limit=1, window_seconds=60)
    me = Client(demo.stack, demo.workspace, key)
    assert [me(HISTORY.method, HISTORY.path).status for _ in range(2)] == [200, 429]
    leap(demo.stack, 60)
    assert me(HISTORY.method, HISTORY.path).status == 200


@pytest.mark.parametrize(
    ("plan", "used", "statuses"),
    [("starter", 99_999, [200, 403]), ("premium", 999_999, [200, 403]), ("enterprise", 10**9, [200, 200])],
)
def test_a_new_key_has_the_monthly_quota_of_its_plan(plan: str, used: int, statuses: list[int], demo: Client) -> None:
    month = month_counter(datetime.fromtimestamp(demo.stack.clock.now(), UTC))
    key = make_key(demo.stack, demo.workspace.tenant_id, plan=plan, **{month: used})
    me = Client(demo.stack, demo.workspace, key)
    assert [me(HISTORY.method, HISTORY.path).status for _ in range(2)] == statuses


def test_the_month_is_limited_by_the_plan(demo: Client) -> None:
    key = make_key(demo.stack, demo.workspace.tenant_id, monthly_quota=2)
    me = Client(demo.stack, demo.workspace, key)
    answers = [me(HISTORY.method, HISTORY.path) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 403]
    assert answers[-1].json()["code"] == "PLAN_LIMIT_EXCEEDED"
    assert answers[-1].header("x-ratelimit-limit") == "50000"
    leap(demo.stack, 32 * 86400)
    assert me(HISTORY.method, HISTORY.path).status == 200


def test_counters_of_windows_gone_by_are_tidied_away(demo: Client) -> None:
    for _ in range(4):
        assert demo(HISTORY.method, HISTORY.path).status == 200
        leap(demo.stack, 3600)
    demo(HISTORY.method, HISTORY.path)
    item = key_item(demo.stack, demo.key)
    assert len([name for name in item if name[0] == "w" and name[1:].isdigit()]) == 1
    assert sum(value for name, value in item.items() if name.startswith("m2")) == 5


def test_a_test_key_dials_by_the_sandbox_whatever_is_configured(demo: Client) -> None:
    demo("POST", "/api/telephony/configure", json={"carrier": "africas_talking", "phoneNumber": "+254711000111"})
    tester = Client(demo.stack, demo.workspace, make_key(demo.stack, demo.workspace.tenant_id, TEST))
    call_id = tester.place()["callId"]
    assert tester.call(call_id)["carrier"] == "sandbox"


def test_keys_are_stored_as_digests_only(demo: Client) -> None:
    assert all(is_well_formed(key) for key in demo.workspace.keys.values())
    stored = str(list(whole_table(demo.stack)))
    assert "KEY#" in stored
    assert not any(key in stored or key[8:40] in stored for key in demo.workspace.keys.values())


def test_a_key_changed_back_to_active_holds_again(demo: Client) -> None:
    change_key(demo.stack, demo.key, status="revoked")
    assert demo(HISTORY.method, HISTORY.path).status == 401
    change_key(demo.stack, demo.key, status="active")
    assert demo(HISTORY.method, HISTORY.path).status == 200

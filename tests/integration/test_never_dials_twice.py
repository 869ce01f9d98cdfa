"""Whatever fails while a call is placed, and however often it is asked for again: one dial at most, one end."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.local.gateway import Response
from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.aws import clients
from tandem.calls.service import hear
from tandem.carriers.base import CarrierEvent, Happened
from tandem.ids import derived_id
from tandem.keys.models import TEST
from tests.integration.conftest import Client, table_items, whole_table
from tests.integration.doors import PLACE, contents, leap, make_key

KEY = {"idempotency-key": "order-4711"}
FINAL = ("completed", "failed", "missed")
ONCE, EVERY_TRY = 1, 3  # boto tries three times: a fault of one try is got over, of three it shows

# What the function asks of AWS, in order, as (service, operation, which of its kind).
STEPS = [
    ("dynamodb", "UpdateItem", 0),  # authenticate
    ("dynamodb", "PutItem", 0),  # claim the Idempotency-Key
    ("dynamodb", "BatchGetItem", 0),  # the parties
    ("dynamodb", "TransactWriteItems", 0),  # the intent
    ("dynamodb", "PutItem", 1),  # the sandbox takes the call
    ("sqs", "SendMessageBatch", 0),  # and plans what happens
    ("dynamodb", "TransactWriteItems", 1),  # the dial's outcome
    ("dynamodb", "UpdateItem", 1),  # the answer kept for repetitions
    ("dynamodb", "UpdateItem", 2),  # the statistics
]


def place(client: Client, **more: Any) -> Response:
    return client(PLACE.method, PLACE.path, json={**(PLACE.body or {}), **more}, headers=KEY)


def dials(stack: Stack) -> dict[str, int]:
    """How often the sandbox was asked to dial, by reference."""
    items = (item for item in whole_table(stack) if item["pk"]["S"].startswith("SANDBOX#"))
    return {item["pk"]["S"]: int(item["dials"]["N"]) for item in items}


def check_the_end(client: Client, *, calls: int = 1) -> list[dict[str, Any]]:
    """Twenty minutes later every call is over, dialled once at most, and nothing is left to look at."""
    client.stack.faults.clear()
    client.stack.advance(65)
    for _ in range(4):  # the minutes between bring nothing new: most are leapt over
        client.stack.clock.move_to(client.stack.clock.now() + 240)
        client.stack.conductor.schedules.rebase(client.stack.clock.now())
        client.stack.advance(61)
    items = client.items("CALL#")
    assert len(items) == calls
    assert all(item["status"] in FINAL for item in items)
    assert all(number == 1 for number in dials(client.stack).values())
    assert len(dials(client.stack)) <= calls
    assert [item["sk"] for item in whole_table(client.stack) if "due_shard" in item] == []
    return items


def break_step(stack: Stack, kind: str, number: int, times: int) -> None:
    """Break the n-th request of its kind only: the ones before it pass by a fault that delays by nothing."""
    service, operation, nth = STEPS[number]
    fault = {"service": service, "operation": operation, "function": "TelephonyInitiateCall"}
    if nth:
        stack.cloud.guards.insert(0, _Passing(stack, operation, nth, {**fault, "kind": kind, "times": times}))
    else:
        stack.faults.add({**fault, "kind": kind, "times": times})


class _Passing:
    """Adds a fault once so many requests of an operation have come."""

    def __init__(self, stack: Stack, operation: str, wait: int, fault: dict[str, Any]) -> None:
        self.stack, self.operation, self.wait, self.fault = stack, operation, wait, fault

    def __call__(self, request: Any, caller: Any) -> None:
        if caller is not None and request.operation == self.operation and self.wait >= 0:
            if self.wait == 0:
                self.stack.faults.add(self.fault)
            self.wait -= 1


@pytest.fixture(autouse=True)
def _guards(stack: Stack) -> Any:
    kept = list(stack.cloud.guards)
    yield
    stack.cloud.guards[:] = kept


def test_the_steps_are_what_the_function_asks_for(demo: Client, stack: Stack) -> None:
    asked: list[tuple[str, str]] = []
    stack.cloud.guards.insert(0, lambda request, caller: asked.append((request.service, request.operation)))
    place(demo)
    assert asked == [(service, operation) for service, operation, _ in STEPS]


@pytest.mark.parametrize("times", [ONCE, EVERY_TRY], ids=["one try", "every try"])
@pytest.mark.parametrize("kind", ["fail", "drop_answer"])
@pytest.mark.parametrize("step", range(len(STEPS)), ids=lambda number: f"{number} {STEPS[number][1]}")
def test_a_request_that_fails_or_whose_answer_is_lost_dials_once_at_most(
    step: int, kind: str, times: int, demo: Client, stack: Stack
) -> None:
    break_step(stack, kind, step, times)
    first = place(demo)
    assert first.status in (200, 503), first.text
    if times == ONCE:
        assert first.status == 200
    stack.faults.clear()
    second = place(demo)
    assert second.status in (200, 409), second.text
    leap(stack, 61)
    third = place(demo)
    assert third.status == 200, third.text
    (call,) = check_the_end(demo)
    answers = [answer.json()["data"]["callId"] for answer in (first, second, third) if answer.status == 200]
    assert set(answers) == {call["call_id"]}
    fourth = place(demo)
    assert (fourth.status, fourth.header("idempotent-replayed"), fourth.body) == (200, "true", third.body)


@pytest.mark.parametrize("kind", ["fail", "drop_answer"])
@pytest.mark.parametrize("step", range(3, len(STEPS)), ids=lambda number: f"{number} {STEPS[number][1]}")
def test_nobody_who_asks_again_is_needed_for_the_call_to_end(step: int, kind: str, demo: Client, stack: Stack) -> None:
    break_step(stack, kind, step, EVERY_TRY)
    place(demo)
    check_the_end(demo, calls=0 if (STEPS[step][1], kind) == ("TransactWriteItems", "fail") and step == 3 else 1)


class Crash(BaseException):
    """The execution environment dies: no except clause of the function runs."""


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", range(1, len(STEPS)), ids=lambda number: f"{number} {STEPS[number][1]}")
def test_a_function_that_dies_at_any_request_dials_once_at_most(
    step: int, moment: str, demo: Client, stack: Stack
) -> None:
    client = clients.dynamodb if STEPS[step][0] == "dynamodb" else clients.sqs
    seen = -1

    def die(**_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == STEPS[step][2]:
            raise Crash

    with hooked(stack, client, f"{moment}-call.{STEPS[step][0]}.{STEPS[step][1]}", die), pytest.raises(Crash):
        place(demo)
    assert seen == STEPS[step][2]
    assert place(demo).status in (200, 409)
    leap(stack, 61)
    answer = place(demo)
    assert answer.status == 200
    (call,) = check_the_end(demo)
    assert answer.json()["data"]["callId"] == call["call_id"]


@contextmanager
def hooked(
    stack: Stack, client: Any, event: str, act: Any, function_name: str = "TelephonyInitiateCall"
) -> Iterator[None]:
    """Within, the function does this at an event of its client, in the midst of its work."""
    from infra.local.environment import refresh, switched

    function = stack.functions[function_name]
    with switched(stack.variables(function)):
        refresh()
        events = client().meta.events
    events.register(event, act)
    try:
        yield
    finally:
        events.unregister(event, act)


def test_a_repeated_request_is_given_the_first_ones_answer(demo: Client, stack: Stack) -> None:
    first = place(demo)
    assert first.header("idempotent-replayed") is None
    for _ in range(50):
        again = place(demo)
        assert (again.status, again.body, again.header("idempotent-replayed")) == (200, first.body, "true")
        assert again.header("x-ratelimit-limit") == "50000"
    check_the_end(demo)


def test_the_key_may_be_sent_as_a_quoted_string(demo: Client) -> None:
    first = place(demo)
    quoted = demo(PLACE.method, PLACE.path, json=PLACE.body, headers={"idempotency-key": '"order-4711"'})
    assert quoted.body == first.body


def test_the_same_key_with_another_body_is_refused(demo: Client, stack: Stack) -> None:
    place(demo)
    before = contents(stack)
    for more in ({"agentId": "agent-2"}, {"customerPhone": "+15005550002"}, {"recordingEnabled": True}):
        answer = place(demo, **more)
        assert (answer.status, answer.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert contents(stack) == before


def test_the_same_key_of_another_workspace_is_another_key(demo: Client, other: Client) -> None:
    assert place(demo).json()["data"]["callId"] != place(other).json()["data"]["callId"]


def test_the_same_key_of_a_test_credential_is_another_key(demo: Client, stack: Stack) -> None:
    tester = Client(stack, demo.workspace, make_key(stack, demo.workspace.tenant_id, TEST))
    first, tried, again = place(demo), place(tester), place(demo)
    assert first.json()["data"]["callId"] != tried.json()["data"]["callId"]
    assert (tried.header("idempotent-replayed"), again.body) == (None, first.body)


@pytest.mark.parametrize("kind", ["fail", "drop_answer"])
def test_the_dials_outcome_is_written_though_the_first_tries_fail(kind: str, demo: Client, stack: Stack) -> None:
    break_step(stack, kind, 6, EVERY_TRY)
    assert place(demo).status == 200
    (call,) = demo.items("CALL#")
    assert (call["dial"], len(table_items(stack, f"SESSION#sandbox#{call['carrier_call_id']}"))) == ("accepted", 1)


def test_a_call_is_known_by_every_id_that_its_carrier_gives_it(demo: Client, stack: Stack) -> None:
    told: list[str] = []

    def meanwhile(**_: Any) -> None:
        calls = [item for item in demo.items("CALL#") if item["dial"] == "intended"]
        if calls and not told:
            told.append("the carrier's events come before its answer, under an id of their own")
            reference = f"{calls[0]['tenant_id']}.{calls[0]['call_id']}"
            rung = CarrierEvent(Happened.RINGING, "another-id", datetime.now(UTC), reference=reference)
            with operating(stack):
                hear("sandbox", [rung])

    with hooked(stack, clients.dynamodb, "before-call.dynamodb.TransactWriteItems", meanwhile):
        assert place(demo).status == 200
    (call,) = demo.items("CALL#")
    dialled_as = f"SB{derived_id('sandbox', call['tenant_id'] + '.' + call['call_id'])}"
    for one in ("another-id", dialled_as):
        (session,) = table_items(stack, f"SESSION#sandbox#{one}")
        assert session["call_id"] == call["call_id"]


def test_a_fault_of_the_adapter_is_an_answer_that_was_lost(demo: Client, stack: Stack) -> None:
    break_step(stack, "fail", 5, EVERY_TRY)
    answer = place(demo)
    assert (answer.status, answer.json()["data"]["status"]) == (200, "initiated")
    (call,) = check_the_end(demo)
    assert call["status"] == "completed"


def test_without_a_key_every_request_is_a_call_of_its_own(demo: Client) -> None:
    assert len({demo.place()["callId"] for _ in range(3)}) == 3


def test_a_key_is_forgotten_after_a_day(demo: Client, stack: Stack) -> None:
    first = place(demo).json()["data"]["callId"]
    leap(stack, 86000)
    assert place(demo).json()["data"]["callId"] == first
    leap(stack, 401)
    answer = place(demo)
    assert answer.status == 200
    assert answer.header("idempotent-replayed") is None
    assert answer.json()["data"]["callId"] != first


def test_a_refusal_is_replayed_and_the_carrier_not_asked_again(demo: Client, stack: Stack) -> None:
    first = place(demo, customerPhone="+15005550006")
    with stack.count_requests() as counted:
        second = place(demo, customerPhone="+15005550006")
    assert (first.status, second.status, second.header("idempotent-replayed")) == (502, 502, "true")
    assert first.body == second.body
    assert counted.by_operation() == {"dynamodb:UpdateItem": 2, "dynamodb:PutItem": 1}
    assert len(demo.items("CALL#")) == 1


def test_bad_input_is_replayed_too_and_binds_the_key_to_its_body(demo: Client) -> None:
    first, second = place(demo, customerPhone="x"), place(demo, customerPhone="x")
    assert (first.status, second.status, first.body) == (422, 422, second.body)
    assert place(demo).status == 422


def test_a_request_that_is_still_running_is_not_joined(demo: Client, stack: Stack) -> None:
    answers: list[Response] = []

    def once_more(**_: Any) -> None:
        answers.append(place(demo))

    with hooked(stack, clients.dynamodb, "before-call.dynamodb.BatchGetItem", once_more):
        outer = place(demo)
    assert (outer.status, answers[0].status) == (200, 409)
    assert 0 < answers[0].json()["retryAfter"] == int(str(answers[0].header("retry-after"))) <= 60
    check_the_end(demo)


def test_two_first_calls_to_a_customer_at_once_register_it_once(demo: Client, stack: Stack) -> None:
    answers: list[dict[str, Any]] = []

    def meanwhile(**_: Any) -> None:
        if not answers:
            answers.append({})
            answers[0] = demo.place("+15005550030")

    with hooked(stack, clients.dynamodb, "after-call.dynamodb.BatchGetItem", meanwhile):
        outer = demo.place("+15005550030")
    assert outer["callId"] != answers[0]["callId"]
    assert len(demo.items("CUSTOMER#")) == len(demo.items("PHONE#")) == 1
    assert len({item["customer_id"] for item in check_the_end(demo, calls=2)}) == 1


fault = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["fail", "drop_answer"]),
        "service": st.sampled_from(["dynamodb", "sqs"]),
        "operation": st.sampled_from(sorted({operation for _, operation, _ in STEPS})),
        "times": st.integers(1, 4),
    }
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults=st.lists(st.lists(fault, max_size=2), min_size=1, max_size=3), number=st.sampled_from(["1", "8", "9"]))
def test_any_history_of_faults_and_repetitions_dials_once_at_most(
    faults: list[list[dict[str, Any]]], number: str, demo: Client, stack: Stack
) -> None:
    known = {item["call_id"] for item in demo.items("CALL#")}
    headers = {"idempotency-key": f"history-{len(known)}-{stack.clock.now()}"}
    body = {"customerPhone": f"+1500555000{number}", "agentId": "agent-1"}
    for group in faults:
        for one in group:
            stack.faults.add(one)
        assert demo(PLACE.method, PLACE.path, json=body, headers=headers).status in (200, 409, 503)
        stack.faults.clear()
        leap(stack, 30)
    leap(stack, 61)
    assert demo(PLACE.method, PLACE.path, json=body, headers=headers).status == 200
    check_the_end(demo, calls=len(known) + 1)

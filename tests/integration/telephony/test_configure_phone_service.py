"""POST /api/telephony/configure."""

from typing import Any

import pytest

from infra.local.stack import Stack
from tandem.aws import clients
from tests.integration.conftest import Client, table_items
from tests.integration.doors import contents, listening
from tests.integration.test_never_dials_twice import hooked

PATH = "/api/telephony/configure"
FIELDS = {
    "phoneNumber", "carrier", "recordingEnabled", "transcriptionEnabled", "defaultCountryCode", "webhookUrl",
    "webhookSecret",
}  # fmt: skip
SAMPLE = {
    "phoneNumber": "+1234567890",
    "recordingEnabled": True,
    "transcriptionEnabled": True,
    "defaultCountryCode": "+1",
    "webhookUrl": "https://example.com/webhooks/phone",
}


def test_the_published_sample_is_accepted_whole(demo: Client) -> None:
    response = demo("POST", PATH, json=SAMPLE)
    assert response.status == 200
    assert response.json()["success"] is True
    data = response.json()["data"]
    assert set(data) == FIELDS
    assert {name: data[name] for name in SAMPLE} == SAMPLE
    assert data["webhookSecret"].startswith("whsec_")


def test_an_empty_configuration_is_the_defaults(demo: Client) -> None:
    data = demo("POST", PATH, json={}).json()["data"]
    assert data == dict.fromkeys(FIELDS) | {
        "carrier": "sandbox",
        "recordingEnabled": True,
        "transcriptionEnabled": False,
    }


def test_what_is_left_out_stays_and_null_takes_away(demo: Client) -> None:
    demo("POST", PATH, json=SAMPLE)
    changed = demo("POST", PATH, json={"recordingEnabled": False, "defaultCountryCode": None}).json()["data"]
    kept = {"phoneNumber": "+1234567890", "transcriptionEnabled": True, "webhookUrl": SAMPLE["webhookUrl"]}
    assert {name: changed[name] for name in kept} == kept
    assert (changed["recordingEnabled"], changed["defaultCountryCode"]) == (False, None)


def test_what_cannot_be_without_a_value_keeps_it_when_null(demo: Client) -> None:
    demo("POST", PATH, json={"recordingEnabled": False, "transcriptionEnabled": True})
    nulls = {"carrier": None, "recordingEnabled": None, "transcriptionEnabled": None}
    data = demo("POST", PATH, json=nulls).json()["data"]
    assert (data["carrier"], data["recordingEnabled"], data["transcriptionEnabled"]) == ("sandbox", False, True)


@pytest.mark.parametrize(
    "body",
    [
        {"webhookUrl": "https://example.com/a"},
        {"settings": {"webhookUrl": "https://example.com/a"}},
        {"webhookUrl": "https://example.com/a", "settings": {"webhookUrl": "https://example.com/b"}},
        {"webhookUrl": None, "settings": {"webhookUrl": "https://example.com/a"}},
        {"webhookUrl": "https://example.com/a", "settings": None},
    ],
    ids=str,
)
def test_the_webhook_url_may_stand_in_either_place(body: dict[str, object], demo: Client) -> None:
    data = demo("POST", PATH, json=body).json()["data"]
    assert data["webhookUrl"] == "https://example.com/a"
    assert data["webhookSecret"].startswith("whsec_")
    assert [item["url"] for item in demo.items("WEBHOOK#")] == ["https://example.com/a"]


@pytest.mark.parametrize("body", [{"webhookUrl": None}, {"settings": {"webhookUrl": None}}], ids=str)
def test_a_null_webhook_url_takes_the_webhook_away(body: dict[str, object], demo: Client) -> None:
    demo("POST", PATH, json=SAMPLE)
    assert demo("POST", PATH, json=body).json()["data"]["webhookUrl"] is None
    assert demo.items("WEBHOOK#") == []


def test_the_secret_is_shown_once(demo: Client) -> None:
    first = demo("POST", PATH, json=SAMPLE).json()["data"]["webhookSecret"]
    again = demo("POST", PATH, json=SAMPLE).json()["data"]
    assert again["webhookSecret"] is None
    assert first not in demo("GET", PATH).text
    other_url = demo("POST", PATH, json={"webhookUrl": "https://example.com/other"}).json()["data"]
    assert other_url["webhookSecret"] not in (None, first)
    assert len(demo.items("WEBHOOK#")) == 1


def test_a_number_is_of_one_workspace_only(demo: Client, other: Client) -> None:
    demo("POST", PATH, json={"phoneNumber": "+254711082000"})
    other("POST", PATH, json={"phoneNumber": "+254711082001"})
    before = contents(demo.stack)
    response = other("POST", PATH, json={"phoneNumber": "+254711082000", "webhookUrl": "https://example.com/x"})
    assert (response.status, response.json()["code"]) == (409, "CONFLICT")
    assert contents(demo.stack) == before


@pytest.mark.parametrize("after", ["+254711082009", None])
def test_a_number_that_is_given_up_is_free(after: str | None, demo: Client, other: Client, stack: Stack) -> None:
    demo("POST", PATH, json={"phoneNumber": "+254711082000"})
    assert demo("POST", PATH, json={"phoneNumber": after}).status == 200
    assert table_items(stack, "NUMBER#+254711082000") == []
    assert other("POST", PATH, json={"phoneNumber": "+254711082000"}).status == 200
    (number,) = table_items(stack, "NUMBER#+254711082000")
    assert number["tenant_id"] == other.workspace.tenant_id


def test_a_bad_webhook_url_leaves_the_rest_unchanged_too(demo: Client) -> None:
    demo("POST", PATH, json=SAMPLE)
    before = contents(demo.stack)
    bad = {"phoneNumber": "+254711082000", "recordingEnabled": False, "webhookUrl": "https://169.254.169.254/"}
    assert demo("POST", PATH, json=bad).status == 422
    assert contents(demo.stack) == before


@pytest.mark.parametrize("operation", ["PutItem", "TransactWriteItems", "GetItem"])
@pytest.mark.parametrize("kind", ["fail", "drop_answer"])
def test_a_configuration_that_failed_half_way_is_completed_by_repeating_it(
    operation: str, kind: str, demo: Client, stack: Stack
) -> None:
    demo("POST", PATH, json={"phoneNumber": "+254711082000", "webhookUrl": "https://example.com/old"})
    wanted = {"phoneNumber": "+254711082001", "webhookUrl": "https://example.com/new"}
    stack.faults.add({"kind": kind, "service": "dynamodb", "operation": operation, "times": 4})
    first = demo("POST", PATH, json=wanted)
    assert (first.status, first.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert first.header("retry-after")
    stack.faults.clear()
    assert demo("POST", PATH, json=wanted).status == 200
    assert [item["url"] for item in demo.items("WEBHOOK#")] == ["https://example.com/new"]
    assert table_items(stack, "NUMBER#+254711082000") == []
    (number,) = table_items(stack, "NUMBER#+254711082001")
    assert number["tenant_id"] == demo.workspace.tenant_id


@pytest.mark.parametrize("operation", ["PutItem", "TransactWriteItems"])
def test_an_answer_lost_once_is_not_noticed(operation: str, demo: Client, stack: Stack) -> None:
    demo("POST", PATH, json={"phoneNumber": "+254711082000"})
    stack.faults.add({"kind": "drop_answer", "service": "dynamodb", "operation": operation, "times": 1})
    data = demo("POST", PATH, json={"phoneNumber": "+254711082001", "recordingEnabled": False}).json()["data"]
    assert (data["phoneNumber"], data["recordingEnabled"]) == ("+254711082001", False)


def test_the_webhook_is_sent_the_calls_events_signed_with_the_secret(demo: Client, stack: Stack) -> None:
    with listening() as receiver:
        receiver.secret = demo("POST", PATH, json={"webhookUrl": receiver.url}).json()["data"]["webhookSecret"]
        call_id = demo.place()["callId"]
        stack.advance(30)
        assert all(one.genuine and one.body["data"]["callId"] == call_id for one in receiver.received)
        assert len(receiver.received) == 5


def test_another_workspaces_calls_are_not_told(demo: Client, other: Client, stack: Stack) -> None:
    with listening() as receiver:
        demo("POST", PATH, json={"webhookUrl": receiver.url})
        other.place()
        stack.advance(30)
        assert receiver.received == []


def test_of_two_changes_at_once_neither_is_lost(demo: Client, stack: Stack) -> None:
    demo("POST", PATH, json={"phoneNumber": "+254711082000"})
    answers: list[int] = []

    def meanwhile(**_: Any) -> None:
        if not answers:
            answers.append(0)
            changed = {"phoneNumber": "+254711082001", "transcriptionEnabled": True}
            answers[0] = demo("POST", PATH, json=changed).status

    own = "TelephonyConfigurePhoneService"
    with hooked(stack, clients.dynamodb, "after-call.dynamodb.GetItem", meanwhile, own):
        outer = demo("POST", PATH, json={"phoneNumber": "+254711082002", "recordingEnabled": False})
    assert (outer.status, answers) == (200, [200])
    data = demo("GET", PATH).json()["data"]
    assert (data["phoneNumber"], data["recordingEnabled"], data["transcriptionEnabled"]) == (
        "+254711082002",
        False,
        True,
    )
    assert [len(table_items(stack, f"NUMBER#+25471108200{number}")) for number in range(3)] == [0, 0, 1]


def test_a_change_that_is_always_overtaken_is_told_to_try_again(demo: Client, stack: Stack) -> None:
    demo("POST", PATH, json={"phoneNumber": "+254711082000"})
    depth: list[int] = []

    def meanwhile(**_: Any) -> None:
        if not depth:
            depth.append(1)
            demo("POST", PATH, json={"recordingEnabled": True})
            depth.pop()

    own = "TelephonyConfigurePhoneService"
    with hooked(stack, clients.dynamodb, "after-call.dynamodb.GetItem", meanwhile, own):
        outer = demo("POST", PATH, json={"phoneNumber": "+254711082001"})
    assert (outer.status, outer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert demo("GET", PATH).json()["data"]["phoneNumber"] == "+254711082000"


def test_where_no_carrier_is_the_default_one_must_be_named(demo: Client, stack: Stack) -> None:
    environment = stack.variables(stack.functions["TelephonyConfigurePhoneService"])
    kept, environment["DEFAULT_CARRIER"] = environment["DEFAULT_CARRIER"], ""
    try:
        before = contents(stack)
        response = demo("POST", PATH, json={"phoneNumber": "+254711082000"})
        assert (response.status, response.json()["code"]) == (422, "VALIDATION_ERROR")
        assert [field["field"] for field in response.json()["error"]["details"]["fields"]] == ["carrier"]
        assert contents(stack) == before
        assert demo("POST", PATH, json={"carrier": "sandbox"}).json()["data"]["carrier"] == "sandbox"
        assert demo("POST", PATH, json={"phoneNumber": "+254711082000"}).json()["data"]["carrier"] == "sandbox"
    finally:
        environment["DEFAULT_CARRIER"] = kept

"""POST /api/telephony/calls/initiate."""

from collections import Counter
from datetime import datetime
from typing import Any

import jwt
import pytest

from infra.local.stack import Stack
from tandem.aws import clients
from tests.integration.conftest import Client
from tests.integration.doors import contents, forget_accounts
from tests.integration.test_never_dials_twice import hooked

PATH = "/api/telephony/calls/initiate"
BODY = {"customerPhone": "+2348012345678", "agentId": "agent-123"}


def test_a_call_is_placed_and_answered_at_once_in_the_published_shape(demo: Client) -> None:
    response = demo("POST", PATH, json=BODY)
    assert response.status == 200
    assert response.header("content-type") == "application/json"
    assert response.header("cache-control") == "no-store"
    assert set(response.json()) == {"success", "data"}
    data = response.json()["data"]
    assert response.json()["success"] is True
    assert set(data) == {"callId", "conversationId", "status"}
    assert data["status"] == "initiated"
    call = demo.call(data["callId"])
    assert (call["to"], call["agentId"], call["direction"]) == ("+2348012345678", "agent-123", "outbound")
    assert call["conversationId"] == data["conversationId"]


def test_everything_that_a_call_brings_is_written_in_one_transaction(demo: Client, stack: Stack) -> None:
    before = set(contents(stack))
    stack.faults.add({"kind": "fail", "carrier": "sandbox", "operation": "dial"})
    with stack.count_requests() as counted:
        assert demo("POST", PATH, json=BODY).status == 502
    made = {key for key in set(contents(stack)) - before if key[0].startswith("TENANT#")}
    kinds = Counter(sort.partition("#")[0] for _, sort in made)
    once = ["CALL", "CUSTOMER", "PHONE", "CONVERSATION", "VOICE", "AGENT"]
    events = 4  # the call, its customer and its conversation; then the refusal
    lists = {"INDEX": 6, "COUNT": 3}  # where the customer, the conversation and its calls are found and counted
    assert kinds == Counter(once) | {"EVENT": events, "AUDIT": 2} | lists
    assert counted.by_operation()["dynamodb:TransactWriteItems"] == 2


def test_placing_a_call_takes_three_round_trips_besides_the_carriers_own_and_the_count(
    demo: Client, stack: Stack
) -> None:
    demo.place("+15005550001")
    for phone in ("+15005550001", "+15005550020"):
        with stack.count_requests() as counted:
            demo.place(phone)
        counts = counted.by_operation()
        carriers_own = {"dynamodb:PutItem": 1, "sqs:SendMessageBatch": 1}
        ours = {"dynamodb:UpdateItem": 2, "dynamodb:BatchGetItem": 1, "dynamodb:TransactWriteItems": 2}
        assert counts == carriers_own | ours


def test_the_same_customer_is_found_again_by_telephone(demo: Client) -> None:
    one, two = (demo.call(demo.place("+15005550003")["callId"]) for _ in range(2))
    three = demo.call(demo.place("+15005550004")["callId"])
    assert one["customerId"] == two["customerId"] != three["customerId"]
    assert one["conversationId"] != two["conversationId"]
    assert len(demo.items("CUSTOMER#")) == 2


def test_an_agent_is_registered_on_first_use(demo: Client) -> None:
    for agent in ("a", "b", "a", "агент 🙂"):
        demo.place(agentId=agent)
    assert sorted(item["agent_id"] for item in demo.items("AGENT#")) == ["a", "b", "агент 🙂"]


def test_a_call_can_be_of_a_known_customer_and_conversation(demo: Client) -> None:
    first = demo.place("+15005550001")
    customer = demo.call(first["callId"])["customerId"]
    second = demo.place("+15005550002", customerId=customer, conversationId=first["conversationId"])
    assert second["conversationId"] == first["conversationId"]
    assert demo.call(second["callId"])["customerId"] == customer
    assert len(demo.items("CONVERSATION#")) == 1


@pytest.mark.parametrize("field", ["customerId", "conversationId"])
def test_what_is_unknown_or_anothers_is_not_found_and_nothing_is_stored(
    field: str, demo: Client, other: Client
) -> None:
    theirs = other.call(other.place()["callId"])[field]
    unknown = "01890a5d-ac96-774b-bcce-b302099a8057"
    before = contents(demo.stack)
    answers = [demo("POST", PATH, json={**BODY, field: value}) for value in (theirs, unknown)]
    assert [answer.status for answer in answers] == [404, 404]
    messages = [answer.json()["error"]["message"] for answer in answers]
    assert messages[0].replace(theirs, "") == messages[1].replace(unknown, "")
    assert contents(demo.stack) == before


def test_a_call_can_go_unrecorded(demo: Client, stack: Stack) -> None:
    call_id = demo.place(recordingEnabled=False)["callId"]
    stack.advance(60)
    assert demo.call(call_id)["recordingUrl"] is None
    assert demo("GET", f"/api/telephony/calls/{call_id}/recording").status == 404


@pytest.mark.parametrize("configured", [True, False])
@pytest.mark.parametrize("asked", [True, False, None])
def test_what_the_call_says_of_recording_goes_before_what_is_configured(
    asked: bool | None, configured: bool, demo: Client, stack: Stack
) -> None:
    demo("POST", "/api/telephony/configure", json={"recordingEnabled": configured})
    call_id = demo.place(**({} if asked is None else {"recordingEnabled": asked}))["callId"]
    stack.advance(60)
    assert bool(demo.call(call_id)["recordingUrl"]) == (configured if asked is None else asked)


@pytest.mark.parametrize("greeting", ["Hello", "x" * 1000, "<Say>&\"'</Say>", "\x00\x01", "مرحبا 🙂", "]]>"])
def test_a_greeting_may_be_any_text(greeting: str, demo: Client) -> None:
    call_id = demo.place(customGreeting=greeting)["callId"]
    (item,) = demo.items("CALL#")
    assert (item["call_id"], item["greeting"]) == (call_id, greeting)


@pytest.mark.parametrize("phone", ["+1234567890", "+1234567", "+123456789012345", "+2348012345678"])
def test_a_number_is_checked_by_form_only(phone: str, demo: Client) -> None:
    assert demo.call(demo.place(phone)["callId"])["to"] == phone


def test_the_configured_number_is_the_one_called_from(demo: Client) -> None:
    demo("POST", "/api/telephony/configure", json={"phoneNumber": "+254711082000"})
    assert demo.call(demo.place()["callId"])["from"] == "+254711082000"


def test_a_carrier_that_needs_a_number_of_ours_is_not_dialled_without_one(demo: Client) -> None:
    demo("POST", "/api/telephony/configure", json={"carrier": "africas_talking"})
    before = contents(demo.stack)
    response = demo("POST", PATH, json=BODY)
    assert (response.status, response.json()["code"]) == (409, "CONFLICT")
    assert contents(demo.stack) == before


@pytest.mark.parametrize(
    ("phone", "outcome", "retryable"),
    [("+15005550006", "carrier_error", True), ("+15005550007", "invalid_number", False)],
)
def test_a_refusal_of_the_carrier_is_told_and_kept(phone: str, outcome: str, retryable: bool, demo: Client) -> None:
    response = demo("POST", PATH, json={**BODY, "customerPhone": phone})
    assert (response.status, response.json()["code"]) == (502, "CARRIER_ERROR")
    details = response.json()["error"]["details"]
    assert (details["outcome"], details["retryable"]) == (outcome, retryable)
    call = demo.call(details["callId"])
    assert (call["status"], call["outcome"], call["retryable"]) == ("failed", outcome, retryable)
    assert call["cause"] == details["cause"]
    assert (call["duration"], call["answeredAt"]) == (0, None)
    assert call["endedAt"]


def test_a_field_that_is_null_counts_as_left_out(demo: Client) -> None:
    demo.place(customerId=None, conversationId=None, customGreeting=None, recordingEnabled=None)


ACCOUNT = "/tandem/local/carriers/africas_talking"


@pytest.mark.parametrize(
    "text",
    [None, "", "no JSON", "[]", "{}", '{"username": "a", "api_key": "hidden"}',
     '{"username": "a", "api_key": "hidden", "token": "t", "tokens": "t"}',
     '{"username": "a", "api_key": "hidden", "token": 1}'],
    ids=str,
)  # fmt: skip
def test_without_a_usable_account_at_the_carrier_nothing_is_left_behind(
    text: str | None, demo: Client, stack: Stack
) -> None:
    demo("POST", "/api/telephony/configure", json={"phoneNumber": "+254711082000", "carrier": "africas_talking"})
    if text:
        stack.client("ssm").put_parameter(Name=ACCOUNT, Value=text, Type="SecureString", Overwrite=True)
    else:
        stack.client("ssm").delete_parameter(Name=ACCOUNT)
    forget_accounts(stack)
    before = contents(stack)
    response = demo("POST", PATH, json=BODY)
    assert (response.status, response.json()["code"]) == (409, "CONFLICT")
    assert response.json()["error"]["message"].startswith("No account at africas_talking is configured: ")
    assert "hidden" not in response.text
    assert contents(stack) == before


def test_nothing_is_read_that_the_request_does_not_name(demo: Client, stack: Stack) -> None:
    known = demo.call(demo.place()["callId"])
    read: list[str] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        read.extend(key["sk"]["S"].partition("#")[0] for one in params["RequestItems"].values() for key in one["Keys"])

    with hooked(stack, clients.dynamodb, "before-parameter-build.dynamodb.BatchGetItem", note):
        demo.place()
        assert sorted(read) == ["AGENT", "CALL", "PHONE", "PHONE_SERVICE"]
        read.clear()
        demo.place(customerId=known["customerId"], conversationId=known["conversationId"])
    assert sorted(read) == ["AGENT", "CALL", "CONVERSATION", "CUSTOMER", "PHONE", "PHONE_SERVICE", "VOICE"]


def test_an_agent_in_a_browser_is_told_where_the_call_comes_to(demo: Client) -> None:
    demo.place(agentId="ada")
    assert "webRTC" not in demo.place(agentId="ada")
    token = demo("POST", "/api/telephony/webrtc/capability-token", json={"agentId": "ada"}).json()
    told = demo.place(agentId="ada")["webRTC"]
    assert told["clientName"] == token["clientName"]
    claims = jwt.decode(token["capabilityToken"], options={"verify_signature": False})
    assert datetime.fromisoformat(told["expiresAt"]).timestamp() == pytest.approx(claims["exp"], abs=1)
    demo("PUT", "/api/telephony/agents/ada/presence", json={"status": "available", "phone": "+15005550123"})
    assert "webRTC" not in demo.place(agentId="ada"), "a telephone is rung first"

"""POST /api/telephony/calls/incoming."""

from typing import Any

import pytest

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import contents, listening
from tests.integration.lines import CALLER, OWN, Line, names
from tests.integration.telephony.menus import make

AGENT_PHONE = "+15005550123"


@pytest.fixture
def owner(demo: Client) -> Client:
    demo("POST", "/api/telephony/configure", json={"phoneNumber": OWN, "carrier": "sandbox"})
    return demo


@pytest.fixture
def line(owner: Client) -> Line:
    """A call to the owner's number, not yet there."""
    return Line(owner)


def _come_in_by(owner: Client, action: str, target: str | None = None) -> None:
    routing = {"strategy": "priority", "incoming": {"action": action, "target": target}}
    answer = owner("PUT", "/api/telephony/routing", json=routing)
    assert answer.status == 200, answer.text


def _present(owner: Client, agent: str = "ada", status: str = "available") -> None:
    body = {"status": status, "phone": AGENT_PHONE, "queues": ["sales"]}
    answer = owner("PUT", f"/api/telephony/agents/{agent}/presence", json=body)
    assert answer.status == 200, answer.text


def _waiting(owner: Client) -> int:
    count: int = owner("GET", "/api/telephony/queue/status").json()["waitingCalls"]
    return count


def test_a_call_is_taken_down_with_a_new_customer_and_offered_the_welcome(line: Line, owner: Client) -> None:
    assert names(line.ask()) == ["gather", "redirect"]
    assert line.said == ["Welcome to demo. To leave a message, press 1."]
    call = line.call
    assert (call["direction"], call["from"], call["to"], call["carrier"]) == ("inbound", CALLER, OWN, "sandbox")
    assert line.data["conversationId"] == call["conversationId"]
    (customer,) = owner.items("CUSTOMER#")
    assert customer["customer_id"] == call["customerId"]


def test_a_known_caller_is_no_new_customer(line: Line, owner: Client) -> None:
    known = owner.call(owner.place(CALLER)["callId"])["customerId"]
    line.ask()
    assert line.call["customerId"] == known
    assert len(owner.items("CUSTOMER#")) == 1


def test_a_message_is_left_kept_and_told_of(line: Line, owner: Client, stack: Stack) -> None:
    with listening() as receiver:
        owner("POST", "/api/telephony/configure", json={"webhookUrl": receiver.url})
        line.ask()
        assert names(line.ask(digits="1")) == ["say", "record"]
        assert line.ask(event="recorded")[-1] == {"hangup": {}}
        line.post(event="ended", seconds=9)
        stack.advance(60)
    call = line.call
    assert (call["status"], call["outcome"], call["recordingState"]) == ("completed", "voicemail", "available")
    events = [event for event in receiver.events() if event.startswith("call.")]
    assert sorted(events) == sorted(
        ["call.initiated", "call.ringing", "call.answered", "call.completed", "call.recording.available"]
    )


def test_a_caller_walks_through_menus(line: Line, owner: Client) -> None:
    out = [{"digit": "9", "action": "hangup", "message": "Good day."}]
    hours = [{"digit": "1", "action": "say", "message": "We open at nine."}, *out]
    second = make(owner, name="Hours", greeting="For our hours, press 1.", options=hours)
    first = make(
        owner, name="Main", greeting="For more, press 2.", options=[
            {"digit": "2", "action": "menu", "target": second["menuId"]}, *out],
    )  # fmt: skip
    _come_in_by(owner, "menu", first["menuId"])
    line.ask()
    assert line.said == ["For more, press 2."]
    line.ask(digits="2")
    assert line.said == ["For our hours, press 1."]
    line.ask(digits="1")
    assert line.said == ["We open at nine. For our hours, press 1."]
    line.ask(digits="5")
    assert line.said == ["That key has no meaning here. For our hours, press 1."]
    assert line.ask(digits="9")[-1] == {"hangup": {}}
    assert line.said == ["Good day."]
    line.post(event="ended", seconds=30)
    assert (line.call["status"], line.call["outcome"]) == ("completed", "answered_human")


def test_silence_is_met_with_the_menu_twice_and_then_with_a_goodbye(line: Line) -> None:
    heard = []
    for _ in range(4):
        line.ask()
        heard.append(line.said)
    menu, silence = "Welcome to demo. To leave a message, press 1.", "We did not hear from you."
    assert heard == [[menu], [f"{silence} {menu}"], [f"{silence} {menu}"], [silence, "Goodbye."]]


def test_a_caller_waits_for_an_agent_and_is_put_through(line: Line, owner: Client, stack: Stack) -> None:
    _come_in_by(owner, "queue", "sales")
    assert names(line.ask()) == ["say", "hold", "redirect"]
    assert (_waiting(owner), line.call["agentId"]) == (1, None)
    assert names(line.ask()) == ["hold", "redirect"]
    _present(owner)
    (connect,) = line.ask()
    assert connect["connect"]["targets"] == [AGENT_PHONE]
    assert line.call["agentId"] == "ada"
    line.post(event="leg_answered")
    assert _waiting(owner) == 0
    assert line.ask(event="leg_ended", answered=True, seconds=20)[-1] == {"hangup": {}}
    line.post(event="ended", seconds=30)
    assert (line.call["status"], line.call["outcome"], line.call["duration"]) == ("completed", "answered_human", 30)


def test_a_caller_whose_agent_does_not_answer_waits_again(line: Line, owner: Client) -> None:
    _come_in_by(owner, "queue", "sales")
    _present(owner)
    assert names(line.ask()) == ["connect"]
    assert names(line.ask(event="leg_ended", answered=False)) == ["say", "hold", "redirect"]
    _present(owner, "bob")
    assert names(line.ask()) == ["connect"]
    assert line.call["agentId"] == "bob"


@pytest.mark.parametrize("stage", ["waiting", "ringing"])
def test_a_caller_who_gives_up_was_missed(stage: str, line: Line, owner: Client, stack: Stack) -> None:
    _come_in_by(owner, "queue", "sales")
    if stage == "ringing":
        _present(owner)
    line.ask()
    line.post(event="ended", seconds=12)
    assert (line.call["status"], line.call["outcome"]) == ("missed", "canceled")
    stack.advance(5)
    assert _waiting(owner) == 0
    agents = owner("GET", "/api/telephony/agents").json()["data"]
    assert [agent["activeCalls"] for agent in agents] == [0] * len(agents)


def test_a_caller_for_whom_nobody_is_free_is_asked_for_a_message(line: Line, owner: Client, stack: Stack) -> None:
    _come_in_by(owner, "queue", "sales")
    line.ask()
    for _ in range(15):
        stack.advance(61)
        line.ask()
    assert names(line.data["instructions"])[-1] == "record"
    assert line.said[0] == "We are sorry that nobody is free yet."
    assert _waiting(owner) == 0


def test_one_question_asked_often_moves_the_call_once(line: Line, owner: Client) -> None:
    line.ask()
    asked = dict(line.next)
    answers = {line.post(asked, digits="1").text for _ in range(4)}
    assert len(answers) == 1
    assert len(owner.items("CALL#")) == 1
    late = line.post(asked, digits="7").json()["data"]["instructions"]
    assert names(late) == ["say", "record"], "where the call stands now, whatever was pressed before"


def test_to_ask_without_news_changes_nothing(line: Line, stack: Stack) -> None:
    line.ask()
    before = contents(stack)
    answers = {line.post().text for _ in range(3)}
    assert len(answers) == 1
    assert contents(stack) == before


def test_after_the_end_there_is_nothing_more_to_do(line: Line) -> None:
    line.ask()
    assert line.ask(event="ended", seconds=1) == []
    assert line.ask(digits="1") == []
    assert line.call["duration"] == 1


def test_a_number_of_nobody_is_unknown_and_nothing_is_kept(owner: Client, stack: Stack) -> None:
    before = contents(stack)
    response = Line(owner, to="+15005550199").post()
    assert (response.status, response.json()["code"]) == (404, "RESOURCE_NOT_FOUND")
    assert contents(stack) == before


def test_a_number_at_another_carrier_is_not_the_sandbox_s(owner: Client, stack: Stack) -> None:
    number = "+254711082000"
    owner("POST", "/api/telephony/configure", json={"phoneNumber": number, "carrier": "africas_talking"})
    assert Line(owner, to=number).post().status == 404


@pytest.mark.parametrize("change", [{"from": "12"}, {"callSid": ""}, {"callSid": None}, {"digits": "abc"},
                                    {"event": "exploded"}, {"seconds": -1}, {"unknown": 1}], ids=str)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_the_field_s_name(change: dict[str, Any], line: Line, stack: Stack) -> None:
    before = contents(stack)
    response = line.post(**change)
    assert (response.status, response.json()["code"]) == (422, "VALIDATION_ERROR")
    assert [field["field"] for field in response.json()["error"]["details"]["fields"]] == list(change)
    assert contents(stack) == before


def test_where_the_sandbox_has_a_token_no_other_is_taken(line: Line, stack: Stack) -> None:
    stack.client("ssm").put_parameter(
        Name="/tandem/local/carriers/sandbox", Value='{"token": "of-the-sandbox"}', Type="SecureString"
    )
    stack.advance(301)
    answers = [line.post(query).status for query in ({}, {"token": "wrong"}, {"token": "of-the-sandbox"})]
    assert answers == [200, 403, 200]

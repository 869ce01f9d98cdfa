"""POST /voice/instruct."""

from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

from infra.local.gateway import Response
from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import contents

NUMBER, CALLER = "+254711082000", "+254722000001"
ASK = {"sessionId": "ATVId_1", "isActive": "1", "direction": "Inbound", "callerNumber": CALLER,
       "destinationNumber": NUMBER}  # fmt: skip


def ask(stack: Stack, fields: dict[str, str], path: str = "/voice/instruct") -> Response:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return stack.request("POST", path, body=urlencode(fields), headers=headers)


def tags(response: Response) -> list[str]:
    """The elements of the answer, which must be well-formed XML sent as text."""
    assert response.status == 200, response.text
    assert str(response.header("content-type")).startswith("text/plain")
    assert response.text.startswith("<?xml")
    root = ElementTree.fromstring(response.body)
    assert root.tag == "Response"
    return [child.tag for child in root]


@pytest.fixture
def owner(demo: Client) -> Client:
    demo("POST", "/api/telephony/configure", json={"phoneNumber": NUMBER, "carrier": "africas_talking"})
    return demo


@pytest.mark.parametrize("path", ["/voice/instruct", "/api/voice/instruct"])
def test_a_call_coming_in_is_taken_down_and_offered_a_menu(path: str, owner: Client, stack: Stack) -> None:
    question = ask(stack, ASK, path)
    assert tags(question) == ["GetDigits", "Redirect"]
    assert "press 1" in question.text
    (call,) = owner.items("CALL#")
    assert (call["direction"], call["from_number"], call["to_number"]) == ("inbound", CALLER, NUMBER)
    assert len(owner.items("CUSTOMER#")) == len(owner.items("CONVERSATION#")) == 1


def test_the_same_question_again_makes_no_second_call(owner: Client, stack: Stack) -> None:
    answers = {ask(stack, ASK).body for _ in range(5)}
    assert len(answers) == 1
    assert len(owner.items("CALL#")) == 1


def test_a_message_can_be_left_and_is_kept(owner: Client, stack: Stack) -> None:
    ask(stack, ASK)
    assert tags(ask(stack, {**ASK, "dtmfDigits": "1"})) == ["Say", "Record"]
    thanks = ask(stack, {**ASK, "recordingUrl": "https://example.com/message.mp3"})
    assert "Thank you" in thanks.text
    (call,) = owner.items("CALL#")
    assert call["recording"]["source"] == "https://example.com/message.mp3"


def test_a_key_without_a_meaning_is_told_so(owner: Client, stack: Stack) -> None:
    ask(stack, ASK)
    answer = ask(stack, {**ASK, "dtmfDigits": "7"})
    assert tags(answer)[0] == "GetDigits"
    assert "no meaning" in answer.text


def test_a_call_to_a_number_of_nobody_is_told_so_and_not_kept(owner: Client, stack: Stack) -> None:
    before = contents(stack)
    answer = ask(stack, {**ASK, "destinationNumber": "+254711099999"})
    assert "not in service" in answer.text
    assert contents(stack) == before


def test_after_the_end_there_is_nothing_to_say(owner: Client, stack: Stack) -> None:
    ask(stack, ASK)
    assert tags(ask(stack, {**ASK, "isActive": "0", "durationInSeconds": "3"})) == []


@pytest.mark.parametrize("fields", [{}, {"sessionId": ""}, {"callerNumber": CALLER}, {"sessionId": "a b"}], ids=str)
def test_without_a_session_it_is_a_bad_request(fields: dict[str, str], owner: Client, stack: Stack) -> None:
    before = contents(stack)
    response = ask(stack, fields)
    assert (response.status, response.json()) == (400, {"error": "Missing 'sessionId'"})
    assert contents(stack) == before

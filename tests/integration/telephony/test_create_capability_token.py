"""POST /api/telephony/webrtc/capability-token."""

from typing import Any

import jwt
import pytest

from infra.local.gateway import Response
from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import leap
from tests.integration.waiting import Desk

PATH = "/api/telephony/webrtc/capability-token"
SEED = {"agentId": "agent-123", "customerPhone": "+2348012345678"}


def ask(client: Client, **change: Any) -> Response:
    return client("POST", PATH, json={**SEED, **change})


def claims(response: Response) -> dict[str, Any]:
    """What a token says; the sandbox's key is nobody's secret."""
    from tandem.carriers.sandbox import CLIENT_KEY

    token = response.json()["capabilityToken"]
    assert jwt.get_unverified_header(token)["alg"] == "HS256"
    read: dict[str, Any] = jwt.decode(
        token, CLIENT_KEY, algorithms=["HS256"], options={"verify_exp": False, "verify_iat": False}
    )
    return read


def test_the_answer_is_bare_as_the_guide_prints_it(demo: Client, stack: Stack) -> None:
    response = ask(demo)
    assert response.status == 200
    assert set(response.json()) == {"capabilityToken", "clientName"}
    told = claims(response)
    assert told["sub"] == response.json()["clientName"]
    assert 3590 < told["exp"] - stack.clock.now() <= 3600


def test_an_agent_who_signs_in_is_known_and_can_be_reached_until_the_token_ends(demo: Client, stack: Stack) -> None:
    name = ask(demo).json()["clientName"]
    (agent,) = demo("GET", "/api/telephony/agents").json()["data"]
    assert (agent["agentId"], agent["clientName"], agent["reachable"]) == ("agent-123", name, True)
    desk = Desk(demo)
    desk.present("agent-123", phone=None)
    call = desk.join()
    assert desk.poll(call) == "agent-123"
    desk.left(call)
    leap(stack, 3601)
    assert demo("GET", "/api/telephony/agents").json()["data"][0]["reachable"] is False
    assert desk.poll(desk.join()) is None


def test_a_token_is_kept_until_five_minutes_before_its_end(demo: Client, stack: Stack) -> None:
    first = ask(demo)
    leap(stack, 3600 - 360)
    assert ask(demo).json() == first.json()
    assert ask(demo, customerPhone=None).json() == first.json()
    leap(stack, 61)
    later = ask(demo)
    assert later.json()["capabilityToken"] != first.json()["capabilityToken"]
    assert later.json()["clientName"] == first.json()["clientName"]
    assert claims(later)["exp"] > claims(first)["exp"]


def test_each_agent_of_each_workspace_has_their_own(demo: Client, other: Client) -> None:
    answers = [ask(demo), ask(demo, agentId="agent-124"), ask(other)]
    assert len({answer.json()["clientName"] for answer in answers}) == 3
    assert len({answer.json()["capabilityToken"] for answer in answers}) == 3


def test_a_token_calls_as_the_workspaces_number_as_it_is_now(demo: Client) -> None:
    assert claims(ask(demo))["number"] == "+15005550100"
    demo("POST", "/api/telephony/configure", json={"phoneNumber": "+15005550123"})
    assert claims(ask(demo))["number"] == "+15005550123"


def test_a_test_key_is_given_a_token_of_the_sandbox(demo: Client) -> None:
    demo("POST", "/api/telephony/configure", json={"phoneNumber": "+254711082000", "carrier": "africas_talking"})
    tester = Client(demo.stack, demo.workspace, demo.workspace.keys["test"])
    assert claims(ask(tester))["iss"] == "sandbox"


def test_a_carrier_with_no_number_yet_is_a_conflict(demo: Client) -> None:
    demo("POST", "/api/telephony/configure", json={"carrier": "africas_talking"})
    response = ask(demo)
    assert (response.status, response.json()["code"]) == (409, "CONFLICT")
    assert demo.items("AGENT#") == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"agentId": ""}, "agentId"),
        ({"agentId": None}, "agentId"),
        ({"agentId": "x" * 129}, "agentId"),
        ({"customerPhone": "08012345678"}, "customerPhone"),
        ({"ttl": 5}, "ttl"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], field: str, demo: Client) -> None:
    response = ask(demo, **change)
    assert (response.status, response.json()["code"]) == (422, "VALIDATION_ERROR")
    assert field in {problem["field"] for problem in response.json()["error"]["details"]["fields"]}
    assert demo.items("AGENT#") == []


def test_a_kept_token_costs_two_reads(demo: Client, stack: Stack) -> None:
    ask(demo)
    with stack.count_requests() as counted:
        ask(demo)
    assert counted.by_operation() == {"dynamodb:UpdateItem": 2, "dynamodb:GetItem": 2}

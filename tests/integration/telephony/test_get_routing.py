"""GET /api/telephony/routing."""

from infra.local.stack import Stack
from tests.integration.conftest import Client

PATH = "/api/telephony/routing"


def test_before_anything_is_set_agents_take_turns(demo: Client) -> None:
    response = demo("GET", PATH)
    assert response.status == 200
    assert response.json() == {"success": True, "data": {"strategy": "round-robin", "incoming": None}}


def test_each_workspace_sees_its_own(demo: Client, other: Client) -> None:
    demo("PUT", PATH, json={"strategy": "random", "incoming": {"action": "voicemail"}})
    other("PUT", PATH, json={"strategy": "priority"})
    assert demo("GET", PATH).json()["data"] == {
        "strategy": "random",
        "incoming": {"action": "voicemail", "target": None},
    }
    assert other("GET", PATH).json()["data"] == {"strategy": "priority", "incoming": None}


def test_one_read_suffices(demo: Client, stack: Stack) -> None:
    with stack.count_requests() as counted:
        demo("GET", PATH)
    assert counted.by_operation() == {"dynamodb:UpdateItem": 2, "dynamodb:GetItem": 1}

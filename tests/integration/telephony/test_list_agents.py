"""GET /api/telephony/agents."""

import pytest

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.waiting import Desk

PATH = "/api/telephony/agents"


def test_agents_are_listed_by_their_ids_page_by_page(demo: Client) -> None:
    desk = Desk(demo)
    for name in ("cid", "ann", "bob"):
        desk.present(name)
    first, second = (demo("GET", PATH, query={"limit": "2", "page": page}).json() for page in ("1", "2"))
    assert [agent["agentId"] for agent in first["data"]] == ["ann", "bob"]
    assert [agent["agentId"] for agent in second["data"]] == ["cid"]
    assert second["pagination"] == {"total": 3, "page": 2, "limit": 2, "totalPages": 2}


def test_an_agent_shows_as_presence_answers(demo: Client) -> None:
    shown = Desk(demo).present("ann", priority=2, queues=["sales"]).json()["data"]
    assert demo("GET", PATH).json() == {
        "success": True,
        "data": [shown],
        "pagination": {"total": 1, "page": 1, "limit": 20, "totalPages": 1},
    }


def test_an_agent_with_a_caller_shows_an_active_call_until_it_is_over(demo: Client, stack: Stack) -> None:
    desk = Desk(demo)
    desk.present("ann")
    call = desk.join()
    assert desk.poll(call) == "ann"
    assert [agent["activeCalls"] for agent in demo("GET", PATH).json()["data"]] == [1]
    desk.left(call)
    assert [agent["activeCalls"] for agent in demo("GET", PATH).json()["data"]] == [0]


def test_an_agent_whom_only_a_call_named_is_listed(demo: Client, other: Client) -> None:
    demo.place(agentId="agent-9")
    (agent,) = demo("GET", PATH).json()["data"]
    assert (agent["agentId"], agent["status"], agent["reachable"]) == ("agent-9", "offline", False)
    assert other("GET", PATH).json()["data"] == []


@pytest.mark.parametrize("query", [{"page": "0"}, {"limit": "101"}, {"limit": "x"}])
def test_a_page_out_of_bounds_is_refused(query: dict[str, str], demo: Client) -> None:
    assert demo("GET", PATH, query=query).status == 422

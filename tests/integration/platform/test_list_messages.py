"""GET /api/v1/conversations/{id}/messages."""

import pytest

from tests.integration.conftest import Client
from tests.integration.platform.people import UNKNOWN, make_conversation, say


def test_messages_are_listed_newest_first_page_by_page(demo: Client) -> None:
    made = make_conversation(demo)
    said = [
        say(demo, made["_id"], f"m{number}", direction=way) for number, way in enumerate(["inbound", "outbound"] * 4)
    ]
    say(demo, make_conversation(demo)["_id"], "elsewhere")
    path = f"/api/v1/conversations/{made['_id']}/messages"
    assert demo("GET", path).json() == {
        "success": True,
        "data": said[::-1],
        "pagination": {"total": 8, "page": 1, "limit": 50, "totalPages": 1},
    }
    seen = [demo("GET", f"{path}?page={page}&limit=3").json() for page in (1, 2, 3, 4)]
    assert [message for answer in seen for message in answer["data"]] == said[::-1]
    assert [len(answer["data"]) for answer in seen] == [3, 3, 2, 0]
    assert {answer["pagination"]["total"] for answer in seen} == {8}


def test_a_conversation_without_messages_has_none(demo: Client) -> None:
    answer = demo("GET", f"/api/v1/conversations/{make_conversation(demo)['_id']}/messages").json()
    assert (answer["data"], answer["pagination"]["total"]) == ([], 0)


def test_another_workspaces_messages_are_not_found(demo: Client, other: Client) -> None:
    made = make_conversation(demo)
    say(demo, made["_id"])
    for conversation_id in (made["_id"], UNKNOWN):
        response = other("GET", f"/api/v1/conversations/{conversation_id}/messages")
        assert (response.status, response.json()["error"]["message"]) == (404, "No such conversation.")


@pytest.mark.parametrize("query", ["page=0", "page=x", "limit=0", "limit=101"])
def test_a_bad_query_is_refused_by_name(query: str, demo: Client) -> None:
    response = demo("GET", f"/api/v1/conversations/{make_conversation(demo)['_id']}/messages?{query}")
    assert response.status == 422
    fields = [place["field"] for place in response.json()["error"]["details"]["fields"]]
    assert fields == [query.partition("=")[0]]

"""GET /api/v1/agents."""

import pytest

from tests.integration.assistants import AGENTS, make_agent
from tests.integration.conftest import Client


def test_agents_are_listed_newest_first_in_spans_with_exact_totals(demo: Client, other: Client) -> None:
    made = [make_agent(demo, enabled=number % 3 > 0)["id"] for number in range(7)]
    make_agent(other)
    seen = []
    for offset in (0, 3, 6, 9):
        answer = demo("GET", AGENTS, query={"limit": 3, "offset": offset}).json()
        assert answer["meta"]["pagination"] == {"total": 7, "limit": 3, "offset": offset}
        seen += [agent["id"] for agent in answer["data"]]
    assert seen == made[::-1]
    for enabled, wanted in (("true", made[1:3] + made[4:6]), ("false", [made[0], made[3], made[6]])):
        answer = demo("GET", AGENTS, query={"enabled": enabled}).json()
        assert [agent["id"] for agent in answer["data"]] == wanted[::-1]
        assert answer["meta"]["pagination"] == {"total": len(wanted), "limit": 50, "offset": 0}


def test_an_agent_moves_between_the_lists_when_it_changes(demo: Client) -> None:
    made = make_agent(demo)
    demo("PATCH", f"{AGENTS}/{made['id']}", json={"enabled": False})
    totals = [demo("GET", f"{AGENTS}?enabled={one}").json()["meta"]["pagination"]["total"] for one in ("true", "false")]
    assert totals == [0, 1]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "offset=-1", "enabled=maybe", "enabled="])
def test_a_bad_query_is_refused_by_name(query: str, demo: Client) -> None:
    response = demo("GET", f"{AGENTS}?{query}")
    assert response.status == 400
    assert [place["field"] for place in response.json()["details"]["fields"]] == [query.partition("=")[0]]

"""GET /api/v1/tasks."""

from itertools import product

import pytest

from tests.integration.assistants import TASKS, data, execute, make_agent, make_task
from tests.integration.conftest import Client
from tests.integration.doors import UNKNOWN_CALL


def listed(client: Client, **query: object) -> tuple[list[str], int]:
    answer = client("GET", TASKS, query=query).json()
    return [one["id"] for one in answer["data"]], answer["meta"]["pagination"]["total"]


def test_every_combination_of_filters_finds_what_has_all_of_them(demo: Client, other: Client) -> None:
    agents = [make_agent(demo)["id"] for _ in range(2)]
    pending, under_way, failed, completed = (
        [make_task(demo, agent, to_number=number)["id"] for agent in agents]
        for number in ("+15005550001", "+15005550003", "+15005550002", "+15005550001")
    )
    for task_id in (*failed, *completed):
        execute(demo, task_id)
    demo.stack.advance(10)
    for task_id in under_way:
        execute(demo, task_id)
    make_task(other)
    by_status = {"pending": pending, "in_progress": under_way, "failed": failed, "completed": completed}
    for status, number in product((*by_status, None), (0, 1, None)):
        wanted = [
            task_id
            for name, ids in by_status.items()
            for place, task_id in enumerate(ids)
            if status in (name, None) and number in (place, None)
        ]
        query = {"status": status, "agent_id": agents[number] if number is not None else None}
        found, total = listed(demo, **{name: value for name, value in query.items() if value})
        assert (found, total) == (sorted(wanted, reverse=True), len(wanted))


def test_the_spans_of_a_list_are_the_list(demo: Client) -> None:
    agent_id = make_agent(demo)["id"]
    made = [make_task(demo, agent_id)["id"] for _ in range(5)]
    for query in ({}, {"status": "pending"}, {"agent_id": agent_id}):
        spans = [listed(demo, limit=2, offset=offset, **query) for offset in (0, 2, 4, 6)]
        assert [total for _, total in spans] == [5, 5, 5, 5]
        assert [task_id for ids, _ in spans for task_id in ids] == made[::-1]


def test_an_agent_that_is_not_there_has_no_tasks(demo: Client) -> None:
    make_task(demo)
    assert listed(demo, agent_id=UNKNOWN_CALL) == ([], 0)


def test_what_was_deleted_is_not_listed(demo: Client) -> None:
    made = make_task(demo)
    data(demo("DELETE", f"{TASKS}/{made['id']}"))
    assert listed(demo) == listed(demo, status="pending") == ([], 0)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "offset=-1", "status=done", "agent_id="])
def test_a_bad_query_is_refused_by_name(query: str, demo: Client) -> None:
    response = demo("GET", f"{TASKS}?{query}")
    assert response.status == 400
    assert [place["field"] for place in response.json()["details"]["fields"]] == [query.partition("=")[0]]

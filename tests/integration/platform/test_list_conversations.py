"""GET /api/v1/conversations."""

from itertools import product

import pytest

from tests.integration.conftest import Client
from tests.integration.platform.people import make_conversation, make_customer

PROPERTIES = {
    "status": ("open", "pending"),
    "priority": ("low", "urgent"),
    "assignedTo": ("agent-1", None),
    "inboxId": ("inbox#1", "inbox"),
}


@pytest.mark.parametrize("with_customer", [False, True])
def test_every_combination_of_filters_finds_what_has_all_of_them(with_customer: bool, demo: Client) -> None:
    customers = [make_customer(demo)["_id"] for _ in range(2)]
    made = [
        make_conversation(demo, customers[number % 2], **dict(zip(PROPERTIES, values, strict=True)))
        for number, values in enumerate(product(*PROPERTIES.values()))
    ]
    for asked in product(*((values[0], None) for values in PROPERTIES.values())):
        wanted = {name: value for name, value in zip(PROPERTIES, asked, strict=True) if value}
        wanted |= {"customerId": customers[0]} if with_customer else {}
        answer = demo("GET", "/api/v1/conversations", query=wanted).json()
        expected = [each for each in made[::-1] if wanted.items() <= each.items()]
        assert answer["data"] == expected
        assert answer["pagination"]["total"] == len(expected)


@pytest.mark.parametrize("query", ["", "status=open", "assignedTo=me"])
def test_the_pages_of_a_list_are_the_list(query: str, demo: Client) -> None:
    customer_id = make_customer(demo)["_id"]
    made = [make_conversation(demo, customer_id, assignedTo="me")["_id"] for _ in range(7)]
    seen = []
    for page in (1, 2, 3, 4):
        answer = demo("GET", f"/api/v1/conversations?page={page}&limit=3&{query}").json()
        assert answer["pagination"] == {"total": 7, "page": page, "limit": 3, "totalPages": 3}
        seen += [conversation["_id"] for conversation in answer["data"]]
    assert seen == made[::-1]


def test_fifty_are_shown_unless_told_otherwise(demo: Client) -> None:
    assert demo("GET", "/api/v1/conversations").json()["pagination"]["limit"] == 50


def test_a_list_has_nothing_of_another_workspace(demo: Client, other: Client) -> None:
    made = make_conversation(demo, assignedTo="me")
    for query in ("", "status=open", "assignedTo=me", f"customerId={made['customerId']}"):
        answer = other("GET", f"/api/v1/conversations?{query}").json()
        assert (answer["data"], answer["pagination"]["total"]) == ([], 0)


def test_a_filter_reads_what_has_it_and_looks_the_rest_up(demo: Client) -> None:
    customer_id = make_customer(demo)["_id"]
    for number in range(6):
        make_conversation(demo, customer_id, assignedTo=f"agent-{number % 2}")
    with demo.stack.count_requests() as counted:
        answer = demo("GET", "/api/v1/conversations?assignedTo=agent-1&status=open&priority=medium")
    assert answer.json()["pagination"]["total"] == 3
    assert counted.by_operation() == {"dynamodb:UpdateItem": 2, "dynamodb:Query": 1, "dynamodb:BatchGetItem": 3}


@pytest.mark.parametrize(
    "query",
    ["page=0", "limit=101", "status=done", "status=", "priority=none", "assignedTo=", "assignedTo=%00",
     "inboxId=" + "x" * 129, "customerId="],
    ids=lambda query: query[:20],
)  # fmt: skip
def test_a_bad_query_is_refused_by_name(query: str, demo: Client) -> None:
    response = demo("GET", f"/api/v1/conversations?{query}")
    assert response.status == 422
    fields = [place["field"] for place in response.json()["error"]["details"]["fields"]]
    assert fields == [query.partition("=")[0]]

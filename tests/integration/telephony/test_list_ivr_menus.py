"""GET /api/telephony/ivr."""

import pytest

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.telephony.menus import PATH, make


def test_there_are_none_at_first(demo: Client) -> None:
    response = demo("GET", PATH)
    assert response.status == 200
    pagination = {"total": 0, "page": 1, "limit": 20, "totalPages": 0}
    assert response.json() == {"success": True, "data": [], "pagination": pagination}


def test_they_come_whole_and_newest_first(demo: Client) -> None:
    made = [make(demo, name=f"Menu {number}") for number in range(3)]
    assert demo("GET", PATH).json()["data"] == made[::-1]


@pytest.mark.parametrize(
    ("query", "numbers", "pagination"),
    [
        ("limit=2", [4, 3], {"total": 5, "page": 1, "limit": 2, "totalPages": 3}),
        ("limit=2&page=2", [2, 1], {"total": 5, "page": 2, "limit": 2, "totalPages": 3}),
        ("limit=2&page=3", [0], {"total": 5, "page": 3, "limit": 2, "totalPages": 3}),
        ("limit=2&page=4", [], {"total": 5, "page": 4, "limit": 2, "totalPages": 3}),
        ("limit=100", [4, 3, 2, 1, 0], {"total": 5, "page": 1, "limit": 100, "totalPages": 1}),
    ],
)
def test_a_page_is_what_was_asked_for(query: str, numbers: list[int], pagination: dict[str, int], demo: Client) -> None:
    for number in range(5):
        make(demo, name=f"Menu {number}")
    listed = demo("GET", f"{PATH}?{query}").json()
    assert [menu["name"] for menu in listed["data"]] == [f"Menu {number}" for number in numbers]
    assert listed["pagination"] == pagination


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "page=0", "page=-1", "page=1.5", "page="])
def test_a_page_that_cannot_be_is_refused_by_name(query: str, demo: Client) -> None:
    response = demo("GET", f"{PATH}?{query}")
    assert (response.status, response.json()["code"]) == (422, "VALIDATION_ERROR")
    (fault,) = response.json()["error"]["details"]["fields"]
    assert fault["field"] == query.split("=")[0]


def test_each_workspace_sees_its_own(demo: Client, other: Client) -> None:
    mine, theirs = make(demo), make(other)
    assert demo("GET", PATH).json()["data"] == [mine]
    assert other("GET", PATH).json()["data"] == [theirs]


def test_what_changes_is_listed_so_at_once(demo: Client) -> None:
    one, two = make(demo), make(demo)
    demo("PATCH", f"{PATH}/{one['menuId']}", json={"name": "Nights"})
    assert [menu["name"] for menu in demo("GET", PATH).json()["data"]] == [two["name"], "Nights"]
    demo("DELETE", f"{PATH}/{two['menuId']}")
    assert [menu["name"] for menu in demo("GET", PATH).json()["data"]] == ["Nights"]


def test_all_menus_cost_one_query(demo: Client, stack: Stack) -> None:
    for _ in range(3):
        make(demo)
    with stack.count_requests() as counted:
        demo("GET", PATH)
    assert counted.by_operation() == {"dynamodb:UpdateItem": 2, "dynamodb:Query": 1}

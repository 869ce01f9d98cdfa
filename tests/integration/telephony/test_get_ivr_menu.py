"""GET /api/telephony/ivr/{menu_id}."""

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.telephony.menus import FIELDS, PATH, UNKNOWN, make


def test_a_menu_is_shown_as_it_was_made(demo: Client) -> None:
    made = make(demo)
    response = demo("GET", f"{PATH}/{made['menuId']}")
    assert (response.status, response.json()) == (200, {"success": True, "data": made})
    assert set(made) == FIELDS


def test_each_of_several_is_itself(demo: Client) -> None:
    for made in [make(demo, name=f"Menu {number}") for number in range(3)]:
        assert demo("GET", f"{PATH}/{made['menuId']}").json()["data"] == made


def test_another_workspaces_menu_is_as_unknown_as_any(demo: Client, other: Client) -> None:
    answers = [other("GET", f"{PATH}/{menu_id}") for menu_id in (make(demo)["menuId"], UNKNOWN)]
    assert [answer.status for answer in answers] == [404, 404]
    assert [answer.json()["code"] for answer in answers] == ["RESOURCE_NOT_FOUND"] * 2
    assert len({answer.json()["error"]["message"] for answer in answers}) == 1


def test_a_menu_costs_one_read(demo: Client, stack: Stack) -> None:
    menu_id = make(demo)["menuId"]
    with stack.count_requests() as counted:
        demo("GET", f"{PATH}/{menu_id}")
    assert counted.by_operation() == {"dynamodb:UpdateItem": 2, "dynamodb:GetItem": 1}


def test_a_database_that_is_down_is_said(demo: Client, stack: Stack) -> None:
    menu_id = make(demo)["menuId"]
    stack.faults.add({"kind": "fail", "service": "dynamodb", "operation": "GetItem", "times": 4})
    response = demo("GET", f"{PATH}/{menu_id}")
    assert (response.status, response.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert int(str(response.header("retry-after"))) >= 1

"""PATCH /api/telephony/ivr/{menu_id}."""

from typing import Any

import pytest

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import contents
from tests.integration.telephony.menus import HANG_UP, PATH, UNKNOWN, WRONG, at_once, faults, leading_to, make, shown

VOICEMAIL = {"action": "voicemail", "target": None, "message": None}
CHANGES: list[dict[str, Any]] = [
    {"name": "Nights"},
    {"greeting": "We are closed."},
    {"options": [{"digit": "5", "action": "hangup", "target": None, "message": "Bye."}]},
    {"timeout": 60},
    {"timeoutAction": VOICEMAIL},
    {"name": "Nights", "greeting": "We are closed.", "timeout": 1},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: "+".join(change))
def test_what_is_named_changes_and_the_rest_stays(change: dict[str, Any], demo: Client, stack: Stack) -> None:
    made = make(demo, timeoutAction={"action": "route", "target": "desk"})
    stack.advance(60)
    response = demo("PATCH", f"{PATH}/{made['menuId']}", json=change)
    data = response.json()["data"]
    assert (response.status, data) == (200, {**made, **change, "updatedAt": data["updatedAt"]})
    assert data["updatedAt"] > made["updatedAt"]
    assert shown(demo, made["menuId"]) == data


def test_options_are_given_whole(demo: Client) -> None:
    made = make(demo)
    option = {"digit": "5", "action": "voicemail", "target": None, "message": None}
    assert demo("PATCH", f"{PATH}/{made['menuId']}", json={"options": [option]}).json()["data"]["options"] == [option]


@pytest.mark.parametrize("change", [{}, {"name": None, "greeting": None, "options": None, "timeout": None}], ids=str)
def test_what_is_null_or_left_out_stays_and_nothing_is_written(
    change: dict[str, Any], demo: Client, stack: Stack
) -> None:
    made = make(demo)
    stack.advance(60)
    before = contents(stack)
    assert demo("PATCH", f"{PATH}/{made['menuId']}", json=change).json()["data"] == made
    assert contents(stack) == before


def test_a_timeouts_action_that_is_null_is_hanging_up_again(demo: Client) -> None:
    made = make(demo, timeoutAction="voicemail")
    data = demo("PATCH", f"{PATH}/{made['menuId']}", json={"timeoutAction": None}).json()["data"]
    assert data["timeoutAction"] == HANG_UP


@pytest.mark.parametrize(
    ("change", "fields"), [each for each in WRONG if each[0] != {"name": None}], ids=lambda value: str(value)[:60]
)
def test_a_change_that_is_wrong_is_refused_where_it_is_wrong(
    change: dict[str, Any], fields: list[str], demo: Client
) -> None:
    menu_id = make(demo)["menuId"]
    before = contents(demo.stack)
    assert faults(demo, "PATCH", f"{PATH}/{menu_id}", change) == fields
    assert contents(demo.stack) == before


def test_a_change_is_judged_with_what_stays(demo: Client) -> None:
    """Without its timeout's action the menu would be a loop; with the options that stay it is none."""
    loop = [{"digit": "*", "action": "repeat"}]
    menu_id = make(demo, options=loop, timeoutAction="voicemail")["menuId"]
    assert faults(demo, "PATCH", f"{PATH}/{menu_id}", {"timeoutAction": "hangup"}) == ["options.0.action"]
    way_out = {"timeoutAction": "hangup", "options": [*loop, {"digit": "9", "action": "hangup"}]}
    assert demo("PATCH", f"{PATH}/{menu_id}", json=way_out).status == 200


@pytest.mark.parametrize("menu_id", [UNKNOWN, "x", "x" * 3000])
def test_a_menu_that_is_not_there_is_not_found(menu_id: str, demo: Client) -> None:
    response = demo("PATCH", f"{PATH}/{menu_id}", json={"name": "x"})
    assert (response.status, response.json()["code"]) == (404, "RESOURCE_NOT_FOUND")


def test_another_workspaces_menu_is_not_found_and_stays(demo: Client, other: Client) -> None:
    menu_id = make(demo)["menuId"]
    before = contents(demo.stack)
    assert other("PATCH", f"{PATH}/{menu_id}", json={"name": "Mine now"}).status == 404
    assert contents(demo.stack) == before


def test_another_workspaces_menu_is_no_target(demo: Client, other: Client) -> None:
    menu_id = make(demo)["menuId"]
    body = {"options": leading_to(make(other)["menuId"])}
    assert faults(demo, "PATCH", f"{PATH}/{menu_id}", body) == ["options.0.target"]


def test_changes_made_at_once_are_all_there(demo: Client) -> None:
    made = make(demo)
    path = f"{PATH}/{made['menuId']}"
    changes: list[dict[str, Any]] = [*CHANGES[:5], {"name": "Nights"}]
    answers = at_once(*[lambda change=change: demo("PATCH", path, json=change) for change in changes])  # type: ignore[misc]
    assert [answer.status for answer in answers] == [200] * 6
    wanted = {name: value for change in changes for name, value in change.items()}
    assert {name: shown(demo, made["menuId"])[name] for name in wanted} == wanted


def test_a_change_that_loses_to_others_all_the_time_is_told_to_come_back(demo: Client, stack: Stack) -> None:
    menu_id = make(demo)["menuId"]
    before = contents(stack)
    fault = {"kind": "fail", "service": "dynamodb", "operation": "TransactWriteItems", "times": 200}
    stack.faults.add({**fault, "error": "TransactionConflictException"})
    response = demo("PATCH", f"{PATH}/{menu_id}", json={"name": "x"})
    assert (response.status, response.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert int(str(response.header("retry-after"))) >= 1
    stack.faults.clear()
    assert contents(stack) == before

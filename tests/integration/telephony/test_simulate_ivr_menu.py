"""POST /api/telephony/ivr/{menu_id}/simulate."""

from typing import Any

import pytest

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import contents
from tests.integration.lines import Line
from tests.integration.telephony.menus import PATH, SAMPLE, UNKNOWN, make

GREETING = SAMPLE["greeting"]
HOURS = "Our hours."
NUMBER = "+15005550100"
SILENCE, WRONG_KEY, GOODBYE = "We did not hear from you.", "That key has no meaning here.", "Goodbye."


@pytest.fixture
def menus(demo: Client) -> dict[str, str]:
    """A main menu with every action, and a menu behind it; their ids."""
    hours = make(demo, name="Hours", greeting=HOURS, options=[{"digit": "9", "action": "hangup", "message": "Bye."}],
                 timeoutAction="voicemail")["menuId"]  # fmt: skip
    options = [
        *SAMPLE["options"],
        {"digit": "3", "action": "menu", "target": hours},
        {"digit": "4", "action": "dial", "target": "+254711000000"},
        {"digit": "5", "action": "say", "message": "We are open all day."},
        {"digit": "*", "action": "repeat"},
        {"digit": "#", "action": "hangup"},
    ]
    main = make(demo, options=options)["menuId"]
    return {"main": main, "hours": hours}


def dry_run(client: Client, menu_id: str, inputs: list[str | None]) -> dict[str, Any]:
    response = client("POST", f"{PATH}/{menu_id}/simulate", json={"inputs": inputs})
    assert response.status == 200, response.text
    data: dict[str, Any] = response.json()["data"]
    return data


def test_the_published_inputs_go_to_sales_and_the_rest_is_left_over(demo: Client) -> None:
    menu_id = make(demo)["menuId"]
    response = demo("POST", f"{PATH}/{menu_id}/simulate", json={"inputs": ["1", "0"]})
    heard = [
        {"menuId": menu_id, "input": None, "said": [GREETING]},
        {"menuId": menu_id, "input": "1", "said": []},
    ]
    outcome = {"action": "route", "target": "sales-team"}
    assert response.json() == {"success": True, "data": {"heard": heard, "outcome": outcome}}


@pytest.mark.parametrize(
    ("inputs", "last", "action", "target"),
    [
        ([], [GREETING], "menu", "main"),
        (["2"], [], "route", "support-team"),
        (["3"], [HOURS], "menu", "hours"),
        (["3", "9"], ["Bye."], "hangup", None),
        (["4"], [], "dial", "+254711000000"),
        (["5"], ["We are open all day.", GREETING], "menu", "main"),
        (["*"], [GREETING], "menu", "main"),
        (["#"], [GOODBYE], "hangup", None),
        (["7"], [WRONG_KEY, GREETING], "menu", "main"),
        (["7", "7"], [WRONG_KEY, GREETING], "menu", "main"),
        (["7", "7", "7"], [WRONG_KEY, GOODBYE], "hangup", None),
        ([None], [SILENCE, GREETING], "menu", "main"),
        (["", None, "", "1"], [SILENCE, GOODBYE], "hangup", None),
        (["7", None, "*", "7", None], [SILENCE, GREETING], "menu", "main"),
    ],
    ids=str,
)
def test_what_a_caller_would_hear_and_where_they_end(
    inputs: list[str | None], last: list[str], action: str, target: str | None, demo: Client, menus: dict[str, str]
) -> None:
    run = dry_run(demo, menus["main"], inputs)
    assert run["heard"][-1]["said"] == last
    assert run["outcome"] == {"action": action, "target": menus.get(str(target), target)}


def test_each_input_has_its_entry_in_the_menu_where_it_leads(demo: Client, menus: dict[str, str]) -> None:
    run = dry_run(demo, menus["main"], ["5", "3", None, None, None])
    names = {menu_id: name for name, menu_id in menus.items()}
    assert [(names[each["menuId"]], each["input"]) for each in run["heard"]] == [
        ("main", None), ("main", "5"), ("hours", "3"), ("hours", None), ("hours", None), ("hours", None)
    ]  # fmt: skip
    assert run["outcome"] == {"action": "voicemail", "target": None}
    assert "after the tone" in run["heard"][-1]["said"][-1]


WALKS: list[list[str | None]] = [
    ["0"], ["3", "9"], ["3", None, "1", None], ["5", "*", "#"], ["7", "8", "9"], [None, None, None], ["7", None, "3"],
    ["*", "*", "7", "7"],
]  # fmt: skip


@pytest.mark.parametrize("walk", WALKS, ids=str)
def test_a_caller_hears_what_the_dry_run_said(walk: list[str | None], demo: Client, menus: dict[str, str]) -> None:
    assert demo("POST", "/api/telephony/configure", json={"phoneNumber": NUMBER}).status == 200
    incoming = {"action": "menu", "target": menus["main"]}
    assert demo("PUT", "/api/telephony/routing", json={"strategy": "random", "incoming": incoming}).status == 200
    run = dry_run(demo, menus["main"], walk)
    caller = Line(demo, to=NUMBER)
    heard = [caller.does(keys) for keys in [None, *walk]]
    assert heard == [" ".join(each["said"]) for each in run["heard"]]
    last = {"hangup": "hangup", "voicemail": "record", "menu": "redirect"}[run["outcome"]["action"]]
    assert list(caller.instructions[-1]) == [last]


def test_nothing_is_stored_and_nobody_is_called(demo: Client, menus: dict[str, str], stack: Stack) -> None:
    before = contents(stack)
    for inputs in WALKS:
        dry_run(demo, menus["main"], inputs)
    assert contents(stack) == before


def test_a_walk_round_and_round_ends_in_a_goodbye(demo: Client, menus: dict[str, str]) -> None:
    run = dry_run(demo, menus["main"], ["*"] * 100)
    assert len(run["heard"]) == 51
    assert (run["heard"][-1]["said"], run["outcome"]["action"]) == ([GOODBYE], "hangup")


def test_without_inputs_the_greeting_is_heard(demo: Client) -> None:
    menu_id = make(demo)["menuId"]
    response = demo("POST", f"{PATH}/{menu_id}/simulate", json={})
    assert (response.status, response.json()["data"]["outcome"]) == (200, {"action": "menu", "target": menu_id})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"inputs": "1"}, "inputs"),
        ({"inputs": None}, "inputs"),
        ({"inputs": {}}, "inputs"),
        ({"inputs": [1]}, "inputs.0"),
        ({"inputs": ["1", ["0"]]}, "inputs.1"),
        ({"inputs": ["1" * 33]}, "inputs.0"),
        ({"inputs": ["1"] * 101}, "inputs"),
        ({"inputs": ["\ud800"]}, "inputs.0"),
        ({"input": ["1"]}, "input"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_inputs_that_are_none_are_refused_by_name(body: dict[str, Any], field: str, demo: Client) -> None:
    menu_id = make(demo)["menuId"]
    response = demo("POST", f"{PATH}/{menu_id}/simulate", json=body)
    assert (response.status, response.json()["code"]) == (422, "VALIDATION_ERROR"), response.text
    assert [fault["field"] for fault in response.json()["error"]["details"]["fields"]] == [field]


@pytest.mark.parametrize("keys", ["x", "+", "é", "\x00", "'", "１", "🙂", "11"])
def test_keys_that_no_telephone_has_are_wrong_keys(keys: str, demo: Client) -> None:
    run = dry_run(demo, make(demo)["menuId"], [keys])
    assert run["heard"][-1]["said"] == [WRONG_KEY, GREETING]


def test_another_workspaces_menu_is_as_unknown_as_any(demo: Client, other: Client) -> None:
    for menu_id in (make(demo)["menuId"], UNKNOWN, "x", "x" * 3000):
        response = other("POST", f"{PATH}/{menu_id}/simulate", json={"inputs": ["1"]})
        assert (response.status, response.json()["code"]) == (404, "RESOURCE_NOT_FOUND")

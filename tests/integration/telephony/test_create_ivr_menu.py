"""POST /api/telephony/ivr."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import contents
from tests.integration.telephony.menus import FIELDS, HANG_UP, PATH, SAMPLE, WRONG, faults, leading_to, make


def test_the_published_sample_is_made(demo: Client) -> None:
    response = demo("POST", PATH, json=SAMPLE)
    assert (response.status, response.json()["success"]) == (201, True)
    data = response.json()["data"]
    assert set(data) == FIELDS
    assert {name: data[name] for name in ("name", "greeting", "timeout")} == {
        name: SAMPLE[name] for name in ("name", "greeting", "timeout")
    }
    assert data["options"] == [{"target": None, **option} for option in SAMPLE["options"]]
    assert data["timeoutAction"] == HANG_UP
    assert data["createdAt"] == data["updatedAt"]
    assert demo("GET", f"{PATH}/{data['menuId']}").json()["data"] == data


def test_all_that_may_be_left_out(demo: Client) -> None:
    body = {"name": "n", "greeting": "g", "options": [{"digit": "#", "action": "hangup"}]}
    data = demo("POST", PATH, json=body).json()["data"]
    assert (data["timeout"], data["timeoutAction"]) == (10, HANG_UP)
    assert data["options"] == [{"digit": "#", **HANG_UP}]


def test_every_action_has_its_place(demo: Client) -> None:
    other = make(demo)["menuId"]
    options: list[dict[str, Any]] = [
        {"digit": "0", "action": "route", "target": "sales-team", "message": None},
        {"digit": "1", "action": "voicemail", "target": None, "message": "Press 1 to leave a message."},
        {"digit": "2", "action": "menu", "target": other, "message": None},
        {"digit": "3", "action": "dial", "target": "+254711000000", "message": None},
        {"digit": "4", "action": "say", "target": None, "message": "We are open."},
        {"digit": "*", "action": "repeat", "target": None, "message": None},
        {"digit": "#", "action": "hangup", "target": None, "message": "Bye."},
    ]
    silence = {"action": "menu", "target": other, "message": "Let us go on."}
    data = make(demo, options=options, timeoutAction=silence, timeout=60)
    assert (data["options"], data["timeoutAction"], data["timeout"]) == (options, silence, 60)
    assert demo("GET", f"{PATH}/{data['menuId']}").json()["data"] == data


def test_a_timeouts_action_may_be_named_alone(demo: Client) -> None:
    assert make(demo, timeoutAction="voicemail")["timeoutAction"] == {**HANG_UP, "action": "voicemail"}


@pytest.mark.parametrize("missing", ["name", "greeting", "options"])
def test_what_a_menu_cannot_do_without_is_named(missing: str, demo: Client) -> None:
    assert faults(demo, "POST", PATH, {name: SAMPLE[name] for name in SAMPLE if name != missing}) == [missing]


@pytest.mark.parametrize(("change", "fields"), WRONG, ids=lambda value: str(value)[:60])
def test_a_menu_that_is_wrong_is_refused_where_it_is_wrong(
    change: dict[str, Any], fields: list[str], demo: Client
) -> None:
    before = contents(demo.stack)
    assert faults(demo, "POST", PATH, {**SAMPLE, **change}) == fields
    assert contents(demo.stack) == before


def test_several_faults_are_told_at_once(demo: Client) -> None:
    options = [{"digit": "1", "action": "route"}, {"digit": "1", "action": "say"}, {"digit": "x", "action": "hangup"}]
    wanted = {"options.0.target", "options.1.digit", "options.1.message", "options.2.digit"}
    assert set(faults(demo, "POST", PATH, {**SAMPLE, "options": options})) == wanted


def test_another_workspaces_menu_is_no_target(demo: Client, other: Client) -> None:
    theirs = make(other)["menuId"]
    assert faults(demo, "POST", PATH, {**SAMPLE, "options": leading_to(theirs)}) == ["options.0.target"]


def test_the_first_menu_takes_incoming_calls_and_the_second_does_not(demo: Client, other: Client) -> None:
    first = make(demo)["menuId"]
    make(demo)
    (routing,) = demo.items("ROUTING")
    assert routing["incoming"] == {"action": "menu", "target": first, "chosen": False}
    assert demo("GET", "/api/telephony/routing").json()["data"]["incoming"] == {"action": "menu", "target": first}
    assert other.items("ROUTING") == []


def test_menus_made_at_once_are_all_made_and_one_takes_incoming_calls(demo: Client) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda number: make(demo, name=f"Menu {number}")["menuId"], range(8)))
    assert {item["menu_id"] for item in demo.items("MENU#")} == set(made)
    (routing,) = demo.items("ROUTING")
    assert routing["incoming"]["target"] in made


def test_a_workspace_has_a_hundred_menus_at_most(demo: Client, stack: Stack) -> None:
    from infra.local.workspaces import operating
    from tandem.ivr import store
    from tandem.ivr.models import MOST_MENUS
    from tests.unit.ivr.walks import menu, step

    with operating(stack):
        from dataclasses import replace

        from tandem.aws import table
        from tandem.ids import new_id

        for _ in range(MOST_MENUS - 1):
            each = menu(new_id(), {"1": step("hangup")})
            table.put(store.putting(replace(each, tenant_id=demo.workspace.tenant_id)).item)
    make(demo)
    response = demo("POST", PATH, json=SAMPLE)
    assert (response.status, response.json()["code"]) == (409, "CONFLICT")
    assert len(demo.items("MENU#")) == MOST_MENUS


@pytest.mark.parametrize("operation", ["Query", "GetItem", "TransactWriteItems"])
def test_a_database_that_is_down_is_said_and_nothing_is_half_made(operation: str, demo: Client, stack: Stack) -> None:
    stack.faults.add({"kind": "fail", "service": "dynamodb", "operation": operation, "times": 4})
    response = demo("POST", PATH, json=SAMPLE)
    assert (response.status, response.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    stack.faults.clear()
    assert demo.items("MENU") == demo.items("ROUTING") == []


def test_an_answer_lost_once_is_not_noticed(demo: Client, stack: Stack) -> None:
    fault = {"kind": "drop_answer", "service": "dynamodb", "operation": "TransactWriteItems", "times": 1}
    stack.faults.add(fault)
    menu_id = make(demo)["menuId"]
    assert [item["menu_id"] for item in demo.items("MENU#")] == [menu_id]

"""PUT /api/telephony/ivr/{menu_id}."""

from typing import Any

import pytest

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import contents
from tests.integration.telephony.menus import (
    HANG_UP,
    PATH,
    SAMPLE,
    UNKNOWN,
    WRONG,
    at_once,
    faults,
    leading_to,
    make,
    shown,
)

NEW: dict[str, Any] = {
    "name": "Nights",
    "greeting": "We are closed.",
    "options": [{"digit": "5", "action": "voicemail", "target": None, "message": "Press 5 to leave a message."}],
    "timeout": 5,
    "timeoutAction": {"action": "hangup", "target": None, "message": "Call again tomorrow."},
}


def test_the_menu_is_another_under_its_id(demo: Client, stack: Stack) -> None:
    made = make(demo)
    stack.advance(60)
    response = demo("PUT", f"{PATH}/{made['menuId']}", json=NEW)
    data = response.json()["data"]
    assert (response.status, response.json()["success"]) == (200, True)
    assert data == {**NEW, "menuId": made["menuId"], "createdAt": made["createdAt"], "updatedAt": data["updatedAt"]}
    assert data["updatedAt"] > made["updatedAt"]
    assert shown(demo, made["menuId"]) == data


def test_what_is_left_out_is_its_default_again(demo: Client) -> None:
    menu_id = make(demo, timeout=30, timeoutAction="voicemail")["menuId"]
    data = demo("PUT", f"{PATH}/{menu_id}", json={key: NEW[key] for key in ("name", "greeting", "options")}).json()
    assert (data["data"]["timeout"], data["data"]["timeoutAction"]) == (10, HANG_UP)


@pytest.mark.parametrize("missing", ["name", "greeting", "options"])
def test_a_menu_is_given_whole(missing: str, demo: Client) -> None:
    made = make(demo)
    body = {name: value for name, value in NEW.items() if name != missing}
    assert faults(demo, "PUT", f"{PATH}/{made['menuId']}", body) == [missing]
    assert shown(demo, made["menuId"]) == made


@pytest.mark.parametrize(("change", "fields"), WRONG, ids=lambda value: str(value)[:60])
def test_a_menu_that_is_wrong_is_refused_and_the_old_one_stays(
    change: dict[str, Any], fields: list[str], demo: Client
) -> None:
    menu_id = make(demo)["menuId"]
    before = contents(demo.stack)
    assert faults(demo, "PUT", f"{PATH}/{menu_id}", {**SAMPLE, **change}) == fields
    assert contents(demo.stack) == before


def test_the_same_again_writes_nothing(demo: Client, stack: Stack) -> None:
    made = make(demo)
    stack.advance(60)
    before = contents(stack)
    assert demo("PUT", f"{PATH}/{made['menuId']}", json=SAMPLE).json()["data"] == made
    assert contents(stack) == before


def test_a_way_out_on_which_another_menu_relies_cannot_be_closed(demo: Client) -> None:
    """The option that is named is that of the menu which is changed: it closes the circle."""
    one = make(demo)["menuId"]
    two = make(demo, options=[{"digit": "1", "action": "menu", "target": one}])["menuId"]
    closed = {
        **SAMPLE,
        "options": [{"digit": "*", "action": "repeat"}, {"digit": "3", "action": "menu", "target": two}],
    }
    assert faults(demo, "PUT", f"{PATH}/{one}", closed) == ["options.0.action", "options.1.target"]
    assert demo("PUT", f"{PATH}/{one}", json={**closed, "timeoutAction": "voicemail"}).status == 200


def test_silence_cannot_be_led_round_and_round(demo: Client) -> None:
    one = make(demo)["menuId"]
    two = make(demo, timeoutAction={"action": "menu", "target": one})["menuId"]
    body = {**SAMPLE, "timeoutAction": {"action": "menu", "target": two}}
    assert faults(demo, "PUT", f"{PATH}/{one}", body) == ["timeoutAction.target"]


def test_a_menu_may_lead_to_itself(demo: Client) -> None:
    menu_id = make(demo)["menuId"]
    assert demo("PUT", f"{PATH}/{menu_id}", json={**SAMPLE, "options": leading_to(menu_id)}).status == 200


@pytest.mark.parametrize("menu_id", [UNKNOWN, "x", "x" * 3000])
def test_a_menu_that_is_not_there_is_not_made(menu_id: str, demo: Client) -> None:
    response = demo("PUT", f"{PATH}/{menu_id}", json=SAMPLE)
    assert (response.status, response.json()["code"]) == (404, "RESOURCE_NOT_FOUND")
    assert demo.items("MENU") == []


def test_another_workspaces_menu_is_not_found_and_stays(demo: Client, other: Client) -> None:
    menu_id = make(demo)["menuId"]
    before = contents(demo.stack)
    assert other("PUT", f"{PATH}/{menu_id}", json=NEW).status == 404
    assert contents(demo.stack) == before


def test_of_two_menus_that_close_each_others_way_out_at_once_one_is_refused(demo: Client) -> None:
    one, two = make(demo)["menuId"], make(demo)["menuId"]

    def closing(menu_id: str, target: str) -> Any:
        body = {**SAMPLE, "options": [{"digit": "1", "action": "menu", "target": target}]}
        return lambda: demo("PUT", f"{PATH}/{menu_id}", json=body)

    answers = at_once(closing(one, two), closing(two, one))
    assert sorted(answer.status for answer in answers) == [200, 422]
    (refused,) = [answer.json() for answer in answers if answer.status == 422]
    assert [fault["field"] for fault in refused["error"]["details"]["fields"]] == ["options.0.target"]


def test_of_menus_given_at_once_one_stands_whole(demo: Client) -> None:
    menu_id = make(demo)["menuId"]
    bodies = [{**SAMPLE, "name": f"Menu {number}", "greeting": f"Hello from {number}."} for number in range(6)]
    answers = at_once(*[lambda body=body: demo("PUT", f"{PATH}/{menu_id}", json=body) for body in bodies])  # type: ignore[misc]
    assert [answer.status for answer in answers] == [200] * 6
    stands = shown(demo, menu_id)
    assert (stands["name"], stands["greeting"]) in {(body["name"], body["greeting"]) for body in bodies}
    (counter,) = [item for item in demo.items("MENU") if item["sk"] == "MENU"]
    assert counter["version"] == 7, "each was written after the other"

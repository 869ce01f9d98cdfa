"""DELETE /api/telephony/ivr/{menu_id}."""

import pytest

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import contents
from tests.integration.telephony.menus import PATH, UNKNOWN, at_once, leading_to, make

ROUTING = "/api/telephony/routing"


def send_calls_to(client: Client, menu_id: str) -> None:
    body = {"strategy": "round-robin", "incoming": {"action": "menu", "target": menu_id}}
    assert client("PUT", ROUTING, json=body).status == 200


def test_a_menu_is_gone_and_a_second_time_there_is_none(demo: Client) -> None:
    menu_id = make(demo)["menuId"]
    response = demo("DELETE", f"{PATH}/{menu_id}")
    assert (response.status, response.json()) == (200, {"success": True, "data": {"menuId": menu_id, "deleted": True}})
    assert demo("GET", f"{PATH}/{menu_id}").status == 404
    assert demo("DELETE", f"{PATH}/{menu_id}").status == 404
    assert demo.items("MENU#") == []


def test_a_menu_that_takes_the_calls_for_being_the_first_takes_them_no_more(demo: Client) -> None:
    first, second = make(demo)["menuId"], make(demo)["menuId"]
    assert demo("DELETE", f"{PATH}/{first}").status == 200
    assert demo("GET", ROUTING).json()["data"]["incoming"] is None
    third = make(demo)["menuId"]
    assert demo("GET", ROUTING).json()["data"]["incoming"] == {"action": "menu", "target": third}
    assert demo("DELETE", f"{PATH}/{second}").status == 200
    assert demo("GET", ROUTING).json()["data"]["incoming"] == {"action": "menu", "target": third}, "it was not its"


@pytest.mark.parametrize("first", [True, False])
def test_a_menu_that_was_chosen_for_incoming_calls_stays_and_the_routing_is_named(first: bool, demo: Client) -> None:
    menus = [make(demo)["menuId"], make(demo)["menuId"]]
    chosen = menus[0 if first else 1]
    send_calls_to(demo, chosen)
    before = contents(demo.stack)
    response = demo("DELETE", f"{PATH}/{chosen}")
    assert (response.status, response.json()["code"]) == (409, "CONFLICT")
    error = response.json()["error"]
    assert error["details"] == {"routing": {"incoming": {"action": "menu", "target": chosen}}}
    assert ROUTING in error["message"]
    assert contents(demo.stack) == before
    send_calls_to(demo, menus[1 if first else 0])
    assert demo("DELETE", f"{PATH}/{chosen}").status == 200


def test_a_menu_to_which_others_lead_stays_and_they_are_named(demo: Client) -> None:
    target = make(demo)["menuId"]
    by_key = make(demo, name="By key", options=leading_to(target))
    by_silence = make(demo, name="By silence", timeoutAction={"action": "menu", "target": target})
    make(demo, name="Elsewhere")
    before = contents(demo.stack)
    response = demo("DELETE", f"{PATH}/{target}")
    assert (response.status, response.json()["code"]) == (409, "CONFLICT")
    error = response.json()["error"]
    assert error["details"] == {
        "menus": [{"menuId": each["menuId"], "name": each["name"]} for each in (by_key, by_silence)]
    }
    assert "By key, By silence" in error["message"]
    assert contents(demo.stack) == before
    for each in (by_key, by_silence):
        assert demo("DELETE", f"{PATH}/{each['menuId']}").status == 200
    assert demo("DELETE", f"{PATH}/{target}").status == 200


def test_a_menu_that_leads_to_itself_alone_can_go(demo: Client) -> None:
    menu_id = make(demo)["menuId"]
    assert demo("PATCH", f"{PATH}/{menu_id}", json={"options": leading_to(menu_id)}).status == 200
    assert demo("DELETE", f"{PATH}/{menu_id}").status == 200


@pytest.mark.parametrize("menu_id", [UNKNOWN, "x", "x" * 3000])
def test_a_menu_that_is_not_there_is_not_found(menu_id: str, demo: Client) -> None:
    response = demo("DELETE", f"{PATH}/{menu_id}")
    assert (response.status, response.json()["code"]) == (404, "RESOURCE_NOT_FOUND")


def test_another_workspaces_menu_is_not_found_and_stays(demo: Client, other: Client) -> None:
    menu_id = make(demo)["menuId"]
    before = contents(demo.stack)
    assert other("DELETE", f"{PATH}/{menu_id}").status == 404
    assert contents(demo.stack) == before


def test_of_two_who_delete_a_menu_at_once_one_did(demo: Client) -> None:
    path = f"{PATH}/{make(demo)['menuId']}"
    answers = at_once(*[lambda: demo("DELETE", path)] * 4)
    assert sorted(answer.status for answer in answers) == [200, 404, 404, 404]


def test_a_menu_is_not_deleted_while_another_comes_to_lead_to_it(demo: Client) -> None:
    for _ in range(3):
        target, menu_id = make(demo)["menuId"], make(demo)["menuId"]
        answers = at_once(
            lambda target=target: demo("DELETE", f"{PATH}/{target}"),  # type: ignore[misc]
            lambda target=target, menu_id=menu_id: demo(  # type: ignore[misc]
                "PATCH", f"{PATH}/{menu_id}", json={"options": leading_to(target)}
            ),
        )
        assert [answer.status for answer in answers] in ([200, 422], [409, 200])


def test_a_menu_is_not_deleted_while_calls_come_to_be_sent_to_it(demo: Client) -> None:
    make(demo)
    for _ in range(3):
        target = make(demo)["menuId"]
        body = {"strategy": "random", "incoming": {"action": "menu", "target": target}}
        answers = at_once(
            lambda target=target: demo("DELETE", f"{PATH}/{target}"),  # type: ignore[misc]
            lambda body=body: demo("PUT", ROUTING, json=body),  # type: ignore[misc]
        )
        assert [answer.status for answer in answers] in ([200, 422], [409, 200])


def test_an_answer_lost_once_is_not_noticed(demo: Client, stack: Stack) -> None:
    menu_id = make(demo)["menuId"]
    fault = {"kind": "drop_answer", "service": "dynamodb", "operation": "TransactWriteItems", "times": 1}
    stack.faults.add(fault)
    assert demo("DELETE", f"{PATH}/{menu_id}").status == 200
    assert demo.items("MENU#") == []

"""The way of menus that callers walk: part of the journeys."""

from typing import TYPE_CHECKING, Any

from tests.architecture.queues import MENU, done

if TYPE_CHECKING:
    from tests.architecture.journeys import Journeys


def go(journeys: "Journeys") -> None:
    """A menu from its making to its end, and another one that leads to it in between."""
    menu = done(journeys, journeys.demo, "POST", "ivr", **MENU)
    path = f"ivr/{menu['menuId']}"
    assert done(journeys, journeys.demo, "GET", "ivr") == [menu] == [done(journeys, journeys.demo, "GET", path)]
    done(journeys, journeys.demo, "PATCH", path, timeoutAction="voicemail")
    walked = done(journeys, journeys.demo, "POST", f"{path}/simulate", inputs=["7", "1"])
    assert walked["outcome"] == {"action": "route", "target": "sales"}
    done(journeys, journeys.demo, "PUT", path, **MENU)
    leading: dict[str, Any] = {**MENU, "timeoutAction": {"action": "menu", "target": menu["menuId"]}}
    second = f"ivr/{done(journeys, journeys.demo, 'POST', 'ivr', **leading)['menuId']}"
    assert journeys.ask(journeys.demo, "DELETE", f"/api/telephony/{path}").status == 409
    for each in (second, path):
        done(journeys, journeys.demo, "DELETE", each)

"""Journeys through what is left of calls: the history by every index, notes, and recordings that are deleted."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.architecture.journeys import Journeys


def go(journeys: "Journeys") -> None:
    """Every way once, for the demo workspace."""
    demo = journeys.demo
    call_id = journeys.place(demo, "+15005550001")
    late = journeys.place(demo, "+15005550010")
    journeys.stack.advance(8)
    path = f"/api/telephony/calls/{late}"
    assert journeys.ask(demo, "DELETE", f"{path}/recording").status == 200
    journeys.stack.advance(60)
    call = journeys.ask(demo, "GET", f"/api/telephony/calls/{call_id}").json()["data"]
    for query in ({"agentId": call["agentId"]}, {"customerId": call["customerId"]}, {"status": "completed"}, {}):
        listed = journeys.ask(demo, "GET", "/api/telephony/calls/history", query={"direction": "outbound", **query})
        assert listed.json()["pagination"]["total"] > 0, listed.text
    path = f"/api/telephony/calls/{call_id}"
    assert journeys.ask(demo, "PATCH", f"{path}/metadata", json={"notes": "Wants a quote.", "rating": 5}).status == 200
    assert journeys.ask(demo, "HEAD", f"{path}/recording/stream").status == 200
    assert journeys.ask(demo, "DELETE", f"{path}/recording").status == 200

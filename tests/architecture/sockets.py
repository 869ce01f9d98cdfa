"""The ways of those who listen to a call: let in, greeted, told, gone."""

from typing import TYPE_CHECKING

from infra.local.workspaces import operating
from tandem.transcripts import service as transcripts
from tandem.transcripts.models import Role, Turn

if TYPE_CHECKING:
    from tests.architecture.journeys import Journeys


def go(journeys: "Journeys") -> None:
    """Two listen to a call of the demo workspace; one leaves, the other hears all of it."""
    stack, who = journeys.stack, journeys.demo
    call_id = journeys.place(who, "+15005550001")
    path = f"/ws/calls/{call_id}"
    leaving = stack.connect(query={"api_key": who.keys["live"]}, path=path)
    answer = journeys.ask(who, "GET", f"/api/v1/calls/{call_id}/live")
    staying = stack.connect(query={"session_token": answer.json()["data"]["temp_token"]}, path=path)
    stack.settle()
    staying.send('{"type":"ping"}')
    leaving.close()
    with operating(stack):
        turns = [Turn("turn-1", Role.AGENT, "Hello.", 0.0, 1.0, final=True)]
        transcripts.hear(who.tenant_id, call_id, "sandbox", turns)
    stack.advance(10)
    with operating(stack):
        transcripts.finish(who.tenant_id, call_id, "sandbox", turns=turns)
    stack.settle()
    assert {frame["type"] for frame in staying.messages()} >= {"connected", "pong", "transcript_update"}
    assert staying.closed == 1000

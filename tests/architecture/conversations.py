"""What is said in calls: by an AI agent, in a recording, and where nobody tells that it is over."""

from typing import TYPE_CHECKING

from infra.local.workspaces import operating
from tandem.calls.placing import dial_assistant
from tandem.carriers.base import Assistant
from tandem.ids import new_id

if TYPE_CHECKING:
    from tests.architecture.journeys import Journeys


def go(journeys: "Journeys") -> None:
    """Converse, have it written down, and look for what was lost."""
    stack, demo = journeys.stack, journeys.demo
    ada = Assistant("assistant-1", "Ada", "You are kind.", first_message="Good morning!")
    with operating(stack):
        dial_assistant(
            demo.tenant_id, "+15005550001", ada, task_id=new_id(), call_id=new_id(), actor="journeys", test=False
        )
    stack.advance(10)
    _configure(journeys, transcribing=True)
    journeys.place(demo, "+15005550001")
    stack.advance(10)
    notifications = list(stack.deployment.notifications)
    stack.deployment.notifications.clear()
    lost = {"function": "WorkersOnRecordingWanted", "times": 3}
    stack.faults.add({"kind": "fail", "service": "transcribe", "operation": "StartTranscriptionJob", **lost})
    journeys.place(demo, "+15005550001")
    stack.advance(10)
    stack.faults.clear()
    stack.deployment.notifications += notifications
    journeys.later(16 * 60)
    stack.settle()
    _configure(journeys, transcribing=False)
    look(journeys)


def look(journeys: "Journeys") -> None:
    """What voice analytics shows of conversations: one that was spoken, and one that was written."""
    demo = journeys.demo
    (ended,) = journeys.ask(demo, "GET", "/api/conversations?status=completed&limit=1").json()["conversations"]
    assert journeys.ask(demo, "GET", "/api/conversations?channel=voice").json()["total"] > 1
    assert len(journeys.ask(demo, "GET", f"/api/conversations/{ended['id']}/messages").json()) == 4
    assert journeys.ask(demo, "GET", f"/api/voice/recordings/{ended['id']}").status == 200
    opened = {"customerId": ended["customer_id"]}
    written = journeys.ask(demo, "POST", "/api/v1/conversations", json=opened).json()["data"]["_id"]
    assert journeys.ask(demo, "GET", f"/api/conversations/{written}/messages").json() == []
    assert journeys.ask(demo, "GET", f"/api/voice/recordings/{written}").status == 404


def _configure(journeys: "Journeys", *, transcribing: bool) -> None:
    body = {"transcriptionEnabled": transcribing}
    assert journeys.ask(journeys.demo, "POST", "/api/telephony/configure", json=body).status == 200

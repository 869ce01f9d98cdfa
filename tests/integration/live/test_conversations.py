"""Calls that an AI agent holds, listened to from the beginning to the end."""

from typing import Any

import pytest

from infra.local.workspaces import operating
from tandem.calls.placing import dial_assistant
from tandem.carriers.base import Assistant
from tandem.ids import new_id
from tandem.transcripts import service as transcripts
from tests.integration.conftest import Client
from tests.integration.live.listening import Line, finals, heard, statuses

ADA = Assistant(new_id(), "Ada", "You take orders.", first_message="Hello, this is Ada.")


def dialled(client: Client, number: str) -> Line:
    """A call that the agent holds."""
    with operating(client.stack):
        call_id = new_id()
        dial_assistant(
            client.workspace.tenant_id, number, ADA, task_id=new_id(), call_id=call_id, actor="test", test=False
        )
    return Line(client, call_id)


def as_kept(line: Line) -> list[dict[str, Any]]:
    """The turns of the finished transcript."""
    with operating(line.stack):
        found = transcripts.find(line.client.workspace.tenant_id, line.call_id)
    assert found is not None
    assert found.finished_at is not None
    return [{"turn_id": turn.turn_id, "text": turn.text, "role": turn.role.value} for turn in found.turns]


@pytest.mark.parametrize("number", ["+15005550001", "+15005550005", "+15005550008", "+15005550009"])
def test_who_listens_hears_every_final_turn_once_as_it_is_said_and_then_it_is_over(demo: Client, number: str) -> None:
    line = dialled(demo, number)
    socket = line.listen()
    for _ in range(14):
        line.stack.advance(1)
    kept = as_kept(line)
    assert len(kept) >= 2
    told = [{name: each[name] for name in kept[0]} for each in heard(socket) if each["final"]]
    assert sorted(map(str, told)) == sorted(map(str, kept))
    sequences = [each["sequence"] for each in heard(socket)]
    assert sequences == sorted(set(sequences))
    assert statuses(socket)[-1] == "completed"
    assert socket.closed == 1000


def test_one_who_was_cut_off_and_came_back_has_heard_the_same(demo: Client) -> None:
    line = dialled(demo, "+15005550001")
    whole, first = line.listen(), line.listen()
    line.stack.advance(4)
    first.close()
    line.stack.advance(1)
    seen = max(frame["data"]["sequence"] for frame in first.messages())
    second = line.listen(after=str(seen))
    line.stack.advance(10)
    assert len(finals(whole)) >= 4
    assert finals(first) + finals(second) == finals(whole)
    assert second.closed == whole.closed == 1000


def test_what_was_said_is_in_order_where_the_carrier_tells_in_order(demo: Client) -> None:
    line = dialled(demo, "+15005550001")
    socket = line.listen()
    line.stack.advance(14)
    assert finals(socket) == [each["text"] for each in as_kept(line)]
    assert finals(socket)[0] == "Hello, this is Ada."

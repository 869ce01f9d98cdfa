"""An AI agent's call is a call like any other: intended before the dial, dialled once, and told of in its own words."""

from typing import Any

import pytest

from infra.local.workspaces import operating
from tandem.aws.table import Absent, Put, TransactionCancelled
from tandem.calls.lookup import get_call
from tandem.calls.models import Call
from tandem.calls.placing import dial_assistant
from tandem.carriers.base import Assistant
from tandem.errors import CarrierRefused
from tandem.ids import new_id
from tests.integration.conftest import Client, table_items

AGENT_ID, TASK_ID = "01890a5d-ac96-774b-bcce-b302099a8058", "01890a5d-ac96-774b-bcce-b302099a8059"
SUSAN = Assistant(AGENT_ID, "Susan", "You remind people.", "Hello Ada!", {"stability": 0.5}, {"name": "Ada"})


def dial(client: Client, phone: str = "+15005550001", call_id: str | None = None, **more: Any) -> Call:
    with operating(client.stack):
        return dial_assistant(
            client.workspace.tenant_id,
            phone,
            SUSAN,
            task_id=TASK_ID,
            call_id=call_id or new_id(),
            actor="key:test",
            test=False,
            **more,
        )


def marker(client: Client) -> Put:
    return Put({"pk": f"TENANT#{client.workspace.tenant_id}", "sk": "MARK#1", "kind": "mark"}, Absent)


def test_an_assistants_call_stands_in_the_history_under_its_agent_and_task(demo: Client) -> None:
    placed = dial(demo)
    demo.stack.advance(10)
    with operating(demo.stack):
        call = get_call(demo.workspace.tenant_id, placed.call_id)
    assert (call.assistant_id, call.agent_id, call.task_id, call.carrier) == (AGENT_ID, AGENT_ID, TASK_ID, "sandbox")
    listed = demo("GET", f"/api/telephony/calls/history?agentId={AGENT_ID}").json()["data"]
    assert [(one["callId"], one["status"]) for one in listed] == [(placed.call_id, "completed")]


def test_an_ai_agent_is_not_registered_among_the_people_who_take_calls(demo: Client) -> None:
    dial(demo)
    assert demo.items("AGENT#") == []
    assert len(demo.items("CUSTOMER#")) == 1


def test_the_same_call_is_dialled_once_however_often_it_is_wanted(demo: Client) -> None:
    call_id = new_id()
    first, second = dial(demo, call_id=call_id), dial(demo, call_id=call_id)
    (remembered,) = table_items(demo.stack, f"SANDBOX#{first.reference}")
    assert (second.call_id, second.carrier_call_id, remembered["dials"]) == (call_id, first.carrier_call_id, 1)


def test_what_is_written_besides_is_written_with_the_intent(demo: Client) -> None:
    dial(demo, besides=[marker(demo)])
    assert len(demo.items("MARK#")) == 1


def test_where_what_is_written_besides_cannot_be_nothing_is_dialled(demo: Client) -> None:
    dial(demo, besides=[marker(demo)])
    with pytest.raises(TransactionCancelled) as cancelled:
        dial(demo, besides=[marker(demo)])
    assert cancelled.value.failed[0] == demo.items("MARK#")[0]
    assert len(demo.items("CALL#")) == 1


def test_a_refused_dial_leaves_a_failed_call_that_says_why(demo: Client) -> None:
    with pytest.raises(CarrierRefused) as refused:
        dial(demo, "+15005550006")
    (call,) = demo.items("CALL#")
    assert (call["status"], call["task_id"], call["call_id"]) == ("failed", TASK_ID, refused.value.details["callId"])

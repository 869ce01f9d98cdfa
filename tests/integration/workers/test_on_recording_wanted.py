"""RecordingQueue."""

import pytest

from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.calls.models import Recording, RecordingState
from tandem.calls.recording import change_recording
from tests.integration.conftest import Client


def objects(stack: Stack) -> list[str]:
    found = stack.client("s3").list_objects_v2(Bucket=stack.outputs["RecordingsBucket"]).get("Contents", [])
    return [one["Key"] for one in found]


def recording_of(client: Client) -> dict[str, object]:
    (item,) = client.items("CALL#")
    return dict(item["recording"])


def test_the_audio_is_stored_under_its_tenant_once(demo: Client, stack: Stack) -> None:
    call_id = demo.place("+15005550008")["callId"]
    stack.advance(30)
    assert objects(stack) == [f"{demo.workspace.tenant_id}/{call_id}.wav"]
    kept = recording_of(demo)
    (stored,) = stack.client("s3").list_objects_v2(Bucket=stack.outputs["RecordingsBucket"])["Contents"]
    assert (kept["state"], kept["content_type"], kept["size"]) == ("available", "audio/wav", stored["Size"])
    assert stored["Size"] > 44 + 2 * 64000


def test_a_carrier_that_is_not_ready_is_asked_again_a_little_later(demo: Client, stack: Stack) -> None:
    demo.place("+15005550010")
    stack.advance(8)
    assert recording_of(demo)["state"] == "pending"
    stack.advance(25)
    assert recording_of(demo)["state"] == "available"


def test_a_recording_that_never_comes_is_given_up_and_the_call_stays(demo: Client, stack: Stack) -> None:
    call_id = demo.place()["callId"]
    stack.faults.add({"kind": "fail", "carrier": "sandbox", "operation": "fetch_recording"})
    stack.advance(7 * 60 + 30)
    assert recording_of(demo)["state"] == "failed"
    assert objects(stack) == []
    call = demo.call(call_id)
    assert (call["status"], call["recordingUrl"]) == ("completed", None)
    assert demo("GET", f"/api/telephony/calls/{call_id}/recording").status == 404


@pytest.mark.parametrize("operation", ["PutObject"])
def test_a_store_that_does_not_take_it_is_tried_again(operation: str, demo: Client, stack: Stack) -> None:
    demo.place()
    stack.faults.add({"kind": "fail", "service": "s3", "operation": operation, "times": 3})
    stack.advance(10)
    assert recording_of(demo)["state"] == "pending"
    stack.advance(560)
    assert recording_of(demo)["state"] == "available"


def test_messages_repeated_fetch_no_more(demo: Client, stack: Stack) -> None:
    call_id = demo.place()["callId"]
    stack.advance(30)
    before = recording_of(demo)
    url = stack.variables(stack.functions["WorkersOnEventRecorded"])["RECORDING_QUEUE_URL"]
    body = f'{{"tenant_id": "{demo.workspace.tenant_id}", "call_id": "{call_id}"}}'
    for _ in range(3):
        stack.client("sqs").send_message(QueueUrl=url, MessageBody=body)
    stack.settle()
    assert recording_of(demo) == before


def test_of_several_recordings_the_one_that_stands_is_kept_whichever_is_fetched_first(
    demo: Client, stack: Stack
) -> None:
    demo.place("+15005550010")
    stack.advance(9)
    (call,) = demo.items("CALL#")
    wanted = call["recording"]["source"]
    late = Recording(RecordingState.AVAILABLE, f"{wanted}-2", "key", "audio/wav", 1)
    with operating(stack):
        change_recording(call["tenant_id"], call["call_id"], late, actor="worker:recordings")
    assert recording_of(demo) == call["recording"]
    stack.advance(30)
    assert (recording_of(demo)["source"], recording_of(demo)["state"]) == (wanted, "available")

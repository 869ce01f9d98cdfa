"""DELETE /api/telephony/calls/{callId}/recording."""

import urllib.error
import urllib.request
from typing import Any

import pytest

from infra.local.gateway import Response
from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import UNKNOWN_CALL, contents
from tests.integration.test_never_dials_twice import hooked


def delete(client: Client, call_id: str) -> Response:
    return client("DELETE", f"/api/telephony/calls/{call_id}/recording")


def versions(stack: Stack) -> list[str]:
    """Every version and delete marker in the bucket."""
    found = stack.client("s3").list_object_versions(Bucket=stack.outputs["RecordingsBucket"])
    return [one["Key"] for kind in ("Versions", "DeleteMarkers") for one in found.get(kind, [])]


def recording_item(client: Client) -> dict[str, Any]:
    (item,) = client.items("CALL#")
    return dict(item["recording"])


@pytest.fixture
def call_id(demo: Client, stack: Stack) -> str:
    placed = str(demo.place()["callId"])
    stack.advance(30)
    return placed


def test_every_version_is_gone_and_the_call_says_so(demo: Client, call_id: str, stack: Stack) -> None:
    place = {"Bucket": stack.outputs["RecordingsBucket"], "Key": recording_item(demo)["key"]}
    stack.client("s3").put_object(**place, Body=b"again")
    stack.client("s3").delete_object(**place)
    neighbour = {**place, "Key": place["Key"].replace(".wav", "0.wav")}
    stack.client("s3").put_object(**neighbour, Body=b"another's")
    assert len(versions(stack)) == 4
    link = demo("GET", f"/api/telephony/calls/{call_id}/recording").json()["data"]["downloadUrl"]
    answer = delete(demo, call_id)
    data = answer.json()["data"]
    assert answer.status == 200
    assert data["copies"] == {"store": "deleted", "carrier": "deleted"}
    assert (data["callId"], data["recordingState"]) == (call_id, "deleted")
    assert versions(stack) == [neighbour["Key"]]
    call = demo.call(call_id)
    assert (call["recordingUrl"], call["recordingState"]) == (None, "deleted")
    assert call["recordingDeletedAt"] == data["deletedAt"]
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(link)
    refused.value.close()
    assert refused.value.code == 403


def test_a_second_delete_finds_none_and_so_do_link_and_stream(demo: Client, call_id: str, stack: Stack) -> None:
    assert delete(demo, call_id).status == 200
    before = contents(stack)
    assert delete(demo, call_id).status == 404
    for path in ("recording", "recording/stream"):
        answer = demo("GET", f"/api/telephony/calls/{call_id}/{path}")
        assert (answer.status, answer.json()["error"]["message"]) == (404, "The recording was deleted.")
    assert contents(stack) == before


def test_it_stays_deleted_whatever_the_carrier_tells_and_the_schedule_does(
    demo: Client, call_id: str, stack: Stack
) -> None:
    delete(demo, call_id)
    stack.conductor.rewind()
    stack.advance(3600)
    assert (versions(stack), demo.call(call_id)["recordingState"]) == ([], "deleted")
    assert "due_at" not in demo.items("CALL#")[0]


def test_one_that_is_deleted_before_it_is_fetched_is_never_stored(demo: Client, stack: Stack) -> None:
    call_id = demo.place("+15005550010")["callId"]
    stack.advance(8)
    assert demo.call(call_id)["recordingState"] == "pending"
    assert delete(demo, call_id).status == 200
    stack.advance(600)
    assert (versions(stack), demo.call(call_id)["recordingState"]) == ([], "deleted")


def test_a_fetch_under_way_leaves_nothing_behind(demo: Client, stack: Stack) -> None:
    from tandem.aws import clients

    call_id = demo.place("+15005550010")["callId"]
    stack.advance(8)
    seen: list[tuple[int, list[str]]] = []

    def during(**_: Any) -> None:
        if not seen:
            seen.append((0, []))
            seen[0] = (delete(demo, call_id).status, versions(stack))

    with hooked(stack, clients.s3, "before-parameter-build.s3.PutObject", during, "WorkersOnRecordingWanted"):
        stack.advance(60)
    assert seen == [(200, [])]
    assert (versions(stack), demo.call(call_id)["recordingState"]) == ([], "deleted")
    assert recording_item(demo)["erasing"] is False


def test_a_store_that_cannot_be_asked_is_asked_again_by_the_schedule(demo: Client, call_id: str, stack: Stack) -> None:
    stack.faults.add({"kind": "fail", "service": "s3", "operation": "ListObjectVersions"})
    data = delete(demo, call_id).json()["data"]
    assert data["copies"] == {"store": "pending", "carrier": "deleted"}
    assert demo("GET", f"/api/telephony/calls/{call_id}/recording").status == 404
    assert len(versions(stack)) == 1
    stack.faults.clear()
    stack.advance(16 * 60)
    assert versions(stack) == []
    assert recording_item(demo)["erasing"] is False
    assert "due_at" not in demo.items("CALL#")[0]


def test_what_cannot_be_erased_for_a_day_is_given_up_and_stays_deleted(
    demo: Client, call_id: str, stack: Stack
) -> None:
    stack.faults.add({"kind": "fail", "service": "s3", "operation": "ListObjectVersions"})
    delete(demo, call_id)
    stack.clock.move_to(stack.clock.now() + 25 * 3600)
    stack.run_schedule("WorkersRunCallSettlement")
    assert (recording_item(demo)["erasing"], demo.call(call_id)["recordingState"]) == (False, "deleted")


def test_a_call_without_a_recording_has_none_to_delete(demo: Client, stack: Stack) -> None:
    call_id = demo.place("+15005550002")["callId"]
    stack.advance(30)
    before = contents(stack)
    assert delete(demo, call_id).status == 404
    assert contents(stack) == before


def test_anothers_recording_is_as_unknown_as_none(other: Client, call_id: str, stack: Stack) -> None:
    answers = [delete(other, one) for one in (call_id, UNKNOWN_CALL)]
    assert [answer.status for answer in answers] == [404, 404]
    assert answers[0].json()["error"]["message"] == answers[1].json()["error"]["message"]
    assert len(versions(stack)) == 1


def test_the_audit_trail_says_who_deleted_it(demo: Client, call_id: str) -> None:
    delete(demo, call_id)
    (entry,) = [one for one in demo.items("AUDIT#") if one["action"] == "call.recording.delete"]
    assert (entry["subject"], entry["changes"]) == (call_id, {"recording_state": ["available", "deleted"]})
    assert entry["actor"].startswith("key:")

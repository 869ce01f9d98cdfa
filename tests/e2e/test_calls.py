"""The life of a call, as a customer sees it over HTTP; the first journeys also run against a deployed Tandem."""

import io
import wave

import pytest
import requests

from infra.local.receiver import Receiver
from tests.e2e.conftest import Site, eventually

LIFE = {"call.initiated", "call.ringing", "call.answered", "call.completed", "call.recording.available"}


def played_seconds(audio: bytes) -> float:
    """How long a WAV lasts that a player takes."""
    with wave.open(io.BytesIO(audio)) as sound:
        frames = sound.readframes(sound.getnframes())
        assert any(frames), "it is silence"
        return sound.getnframes() / sound.getframerate()


def test_a_call_is_placed_followed_recorded_and_listed(site: Site) -> None:
    call_id = site.place("+15005550001", recordingEnabled=True)
    call = site.ended(call_id)
    assert (call["status"], call["outcome"], call["to"]) == ("completed", "answered_human", "+15005550001")
    assert call["duration"] > 0
    site.recorded(call_id)
    link = site.data("GET", f"/api/telephony/calls/{call_id}/recording")
    downloaded = requests.get(link["downloadUrl"], timeout=30)
    assert downloaded.status_code == 200
    assert played_seconds(downloaded.content) == pytest.approx(call["duration"], abs=1)
    streamed = site.send("GET", f"/api/telephony/calls/{call_id}/recording/stream")
    assert streamed.content == downloaded.content
    history = site.send("GET", "/api/telephony/calls/history", params={"status": "completed"}).json()
    assert call_id in [each["callId"] for each in history["data"]]
    assert history["pagination"]["total"] >= 1


def test_a_part_of_a_recording_can_be_asked_for(site: Site) -> None:
    call_id = site.place("+15005550001", recordingEnabled=True)
    site.recorded(call_id)
    path = f"/api/telephony/calls/{call_id}/recording/stream"
    whole = site.send("GET", path).content
    part = site.send("GET", path, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole)}"
    last = site.send("GET", path, headers={"Range": "bytes=-10"})
    assert (last.status_code, last.content) == (206, whole[-10:])
    assert site.send("GET", path, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416


def test_a_busy_line_is_a_call_that_may_be_tried_again(site: Site) -> None:
    call = site.ended(site.place("+15005550002"))
    assert (call["outcome"], call["retryable"], call["duration"]) == ("busy", True, 0)


def test_a_repeated_request_places_one_call(site: Site) -> None:
    body = {"customerPhone": "+15005550004", "agentId": "agent-e2e"}
    key = {"Idempotency-Key": f"e2e-{site.place('+15005550004')}"}
    first, second = (site.send("POST", "/api/telephony/calls/initiate", json=body, headers=key) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["Idempotent-Replayed"] == "true"


def test_without_a_key_nobody_gets_in(site: Site) -> None:
    anyone = Site(site.base_url, "sk_live_nothing")
    assert anyone.send("GET", "/api/telephony/calls/history").status_code == 401
    assert requests.get(f"{site.base_url}/api/v1/health", timeout=30).status_code == 200
    assert requests.get(f"{site.base_url}/nowhere", timeout=30).status_code == 404


def test_webhooks_tell_the_whole_life_with_genuine_signatures(local: Site, receiver: Receiver) -> None:
    call_id = local.place("+15005550001")
    local.advance(15)
    local.control("settle")

    def told() -> dict[str, str]:
        """This call's events by the id they were delivered under; other calls of the workspace may still be told of."""
        mine = [each for each in receiver.received if each.body["data"].get("callId") == call_id]
        return {each.headers["webhook-id"]: each.body["event"] for each in mine}

    eventually(lambda: set(told().values()) >= LIFE)
    assert sorted(told().values()) == sorted(LIFE)
    assert all(each.genuine for each in receiver.received)


def test_a_webhook_that_failed_comes_again_under_the_same_id(local: Site, receiver: Receiver) -> None:
    receiver.statuses.append(503)
    local.place("+15005550002")
    local.advance(5)
    eventually(lambda: receiver.received)
    local.advance(60)
    refused = receiver.received[0]
    again = [each for each in receiver.received[1:] if each.headers["webhook-id"] == refused.headers["webhook-id"]]
    assert [each.body for each in again] == [refused.body]
    assert all(each.genuine for each in receiver.received)


def test_another_workspace_sees_nothing_of_a_call(local: Site, other: Site) -> None:
    call_id = local.place("+15005550001")
    local.advance(15)
    unknown = "01890a5d-ac96-774b-bcce-b302099a8057"
    for suffix in ("", "/recording", "/recording/stream"):
        theirs = other.send("GET", f"/api/telephony/calls/{call_id}{suffix}")
        nobodys = other.send("GET", f"/api/telephony/calls/{unknown}{suffix}")
        assert (theirs.status_code, nobodys.status_code) == (404, 404)
        assert theirs.json()["error"]["message"] == nobodys.json()["error"]["message"]
    history = other.send("GET", "/api/telephony/calls/history", params={"limit": 100}).json()
    assert call_id not in [each["callId"] for each in history["data"]]
    assert local.call(call_id)["status"] == "completed"

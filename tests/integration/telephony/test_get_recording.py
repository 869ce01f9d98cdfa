"""GET /api/telephony/calls/{callId}/recording."""

import io
import urllib.error
import urllib.request
import wave

import pytest

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import UNKNOWN_CALL, leap


def link(client: Client, call_id: str) -> dict[str, object]:
    response = client("GET", f"/api/telephony/calls/{call_id}/recording")
    assert response.status == 200, response.text
    data: dict[str, object] = response.json()["data"]
    return data


@pytest.mark.parametrize(("number", "seconds"), [("+15005550001", 4), ("+15005550005", 6), ("+15005550010", 4)])
def test_the_link_leads_to_playable_audio_that_lasts_as_long_as_the_talk(
    number: str, seconds: int, demo: Client, stack: Stack
) -> None:
    call_id = demo.place(number)["callId"]
    stack.advance(60)
    data = link(demo, call_id)
    assert set(data) == {"downloadUrl", "expiresAt", "expiresIn"}
    assert data["expiresIn"] == 900
    with urllib.request.urlopen(str(data["downloadUrl"])) as answer:
        assert answer.headers["content-type"] == "audio/wav"
        assert answer.headers["content-disposition"] == f'attachment; filename="call-{call_id}.wav"'
        audio = answer.read()
    with wave.open(io.BytesIO(audio)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (2, 2, 8000)
        assert sound.getnframes() == 8000 * seconds
        assert max(sound.readframes(sound.getnframes())) > 0


def test_the_link_ends_when_it_says(demo: Client, stack: Stack) -> None:
    call_id = demo.place()["callId"]
    stack.advance(30)
    url = str(link(demo, call_id)["downloadUrl"])
    leap(stack, 890)
    with urllib.request.urlopen(url) as answer:
        assert answer.status == 200
    leap(stack, 15)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(url)
    refused.value.close()
    assert refused.value.code == 403


@pytest.mark.parametrize("change", [("GetObject", "x"), ("X-Amz-Expires=900", "X-Amz-Expires=90000"), (".wav", ".mp3")])
def test_a_link_that_was_tampered_with_is_refused(change: tuple[str, str], demo: Client, stack: Stack) -> None:
    call_id = demo.place()["callId"]
    stack.advance(30)
    url = str(link(demo, call_id)["downloadUrl"])
    tampered = url.replace(*change) if change[0] in url else url + "&x=1"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(tampered)
    refused.value.close()
    assert refused.value.code == 403


def test_while_it_is_fetched_there_is_none_and_the_answer_says_so(demo: Client, stack: Stack) -> None:
    call_id = demo.place("+15005550010")["callId"]
    stack.advance(8)
    response = demo("GET", f"/api/telephony/calls/{call_id}/recording")
    assert response.status == 404
    assert "being fetched" in response.json()["error"]["message"]
    assert demo.call(call_id)["recordingUrl"] is None


def test_without_a_recording_the_answer_says_why(demo: Client, stack: Stack) -> None:
    busy, silent = demo.place("+15005550002")["callId"], demo.place(recordingEnabled=False)["callId"]
    stack.advance(30)
    reasons = {
        call_id: demo("GET", f"/api/telephony/calls/{call_id}/recording").json()["error"]["message"]
        for call_id in (busy, silent)
    }
    assert reasons == {busy: "This call has no recording.", silent: "Recording was switched off for this call."}


def test_anothers_recording_is_as_unknown_as_none(demo: Client, other: Client, stack: Stack) -> None:
    theirs = other.place()["callId"]
    stack.advance(30)
    answers = [demo("GET", f"/api/telephony/calls/{one}/recording") for one in (theirs, UNKNOWN_CALL)]
    assert [answer.status for answer in answers] == [404, 404]
    assert answers[0].json()["error"]["message"] == answers[1].json()["error"]["message"]
    assert link(other, theirs)


def test_the_bucket_itself_is_closed(demo: Client, stack: Stack) -> None:
    call_id = demo.place()["callId"]
    stack.advance(30)
    bare = str(link(demo, call_id)["downloadUrl"]).partition("?")[0]
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(bare)
    refused.value.close()
    assert refused.value.code == 403

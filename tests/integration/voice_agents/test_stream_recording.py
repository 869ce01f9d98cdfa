"""GET /api/v1/calls/{call_id}/recording/stream: the same as in the telephony family."""

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import UNKNOWN_CALL
from tests.integration.voice_agents.conftest import refusal, talked
from tests.simulators.elevenlabs import ElevenLabsSimulator


def path(call_id: str, family: str = "v1") -> str:
    return f"/api/{family}/calls/{call_id}/recording/stream"


def test_the_audio_is_the_same_as_in_the_telephony_family_whole_and_in_part(
    demo: Client, provider: ElevenLabsSimulator, stack: Stack
) -> None:
    call_id = talked(demo, provider)
    stack.advance(60)
    whole = demo("GET", path(call_id))
    assert (whole.status, whole.header("content-type"), whole.body) == (200, "audio/wav", provider.audio)
    assert demo("GET", path(call_id, "telephony")).body == provider.audio
    part = demo("GET", path(call_id), headers={"range": "bytes=44-99"})
    assert (part.status, part.body) == (206, provider.audio[44:100])
    assert part.header("content-range") == f"bytes 44-99/{len(provider.audio)}"


def test_its_headers_alone_and_a_copy_that_is_known_cost_no_bytes(
    demo: Client, provider: ElevenLabsSimulator, stack: Stack
) -> None:
    call_id = talked(demo, provider)
    stack.advance(60)
    head = demo("HEAD", path(call_id))
    assert (head.status, head.body, head.header("content-length")) == (200, b"", str(len(provider.audio)))
    known = demo("GET", path(call_id), headers={"if-none-match": str(head.header("etag"))})
    assert (known.status, known.body) == (304, b"")


def test_a_call_without_a_recording_or_no_call_at_all_is_refused_in_this_familys_words(
    demo: Client, stack: Stack
) -> None:
    call_id = demo.place("+15005550002")["callId"]
    stack.advance(30)
    assert refusal(demo("GET", path(call_id)), 404) == "This call has no recording."
    assert refusal(demo("GET", path(UNKNOWN_CALL)), 404) == "No such call."

"""Recordings of people become transcripts where the phone service says so."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.aws import table
from tandem.carriers.audio import tone_wav
from tandem.recordings import requests
from tandem.transcripts import service as transcripts
from tandem.transcripts.models import Role, Sentiment, Transcript, Turn
from tests.integration.conftest import Client
from tests.integration.doors import leap
from tests.integration.lines import OWN, Line


def configure(client: Client, *, transcribing: bool = True) -> None:
    body = {"transcriptionEnabled": transcribing, "phoneNumber": OWN}
    assert client("POST", "/api/telephony/configure", json=body).status == 200


def heard(client: Client, call_id: str) -> Transcript | None:
    with operating(client.stack):
        return transcripts.find(client.workspace.tenant_id, call_id)


def said(transcript: Transcript | None) -> list[tuple[str, str]]:
    return [(turn.role.value, turn.text) for turn in transcript.turns] if transcript else []


def job_of(client: Client) -> dict[str, object]:
    (item,) = client.items("TRANSCRIPTION#")
    return item


def test_a_recorded_call_is_transcribed_by_channel(demo: Client, stack: Stack) -> None:
    configure(demo)
    call_id = demo.place("+15005550001")["callId"]
    stack.advance(10)
    transcript = heard(demo, call_id)
    assert said(transcript) == [
        ("agent", "Hello, how can I help you?"),
        ("user", "Where is my order, please?"),
        ("agent", "It arrives tomorrow morning."),
        ("user", "Great, thank you very much!"),
    ]
    assert transcript is not None
    assert (transcript.source, transcript.version, transcript.sentiment) == ("transcribe", 1, Sentiment.POSITIVE)
    assert [(turn.start, turn.end) for turn in transcript.turns] == [(0.0, 0.9), (1.0, 2.5), (2.7, 3.4), (3.5, 4.0)]
    assert (job_of(demo)["status"], "due_at" in job_of(demo)) == ("done", False)


@pytest.mark.parametrize(
    ("number", "mood"),
    [("+15005550008", Sentiment.NEUTRAL), ("+15005550009", Sentiment.NEGATIVE), ("+15005550010", Sentiment.POSITIVE)],
)
def test_each_number_has_a_mood_of_its_own(number: str, mood: Sentiment, demo: Client, stack: Stack) -> None:
    configure(demo)
    call_id = demo.place(number)["callId"]
    stack.advance(120)
    transcript = heard(demo, call_id)
    assert transcript is not None
    assert transcript.sentiment == mood


def test_the_end_of_it_is_told(demo: Client, stack: Stack) -> None:
    configure(demo)
    call_id = demo.place()["callId"]
    stack.advance(10)
    (event,) = [item for item in demo.items("EVENT#") if item["type"] == "transcript.completed"]
    data = json.loads(event["body"])["data"]
    assert (data["call_id"], data["source"], len(data["turns"])) == (call_id, "transcribe", 4)


def test_a_call_is_transcribed_as_was_wished_when_it_began(demo: Client, stack: Stack) -> None:
    configure(demo)
    wanted = demo.place()["callId"]
    configure(demo, transcribing=False)
    unwanted = demo.place()["callId"]
    stack.advance(10)
    assert len(said(heard(demo, wanted))) == 4
    assert heard(demo, unwanted) is None
    assert stack.transcribe.jobs.keys() == {f"{wanted}-1"}


def test_a_call_that_is_not_recorded_is_not_transcribed(demo: Client, stack: Stack) -> None:
    configure(demo)
    call_id = demo.place(recordingEnabled=False)["callId"]
    stack.advance(10)
    assert heard(demo, call_id) is None
    assert demo.items("TRANSCRIPTION#") == []


def test_a_message_that_a_caller_leaves_is_transcribed(demo: Client, stack: Stack) -> None:
    configure(demo)
    menu = {"name": "Main", "greeting": "Welcome.", "options": [{"digit": "1", "action": "voicemail"}]}
    assert demo("POST", "/api/telephony/ivr", json=menu).status == 201
    line = Line(demo)
    line.does()
    line.does("1")
    line.does(event="recorded")
    line.post(event="ended")
    stack.advance(10)
    transcript = heard(demo, line.call_id)
    assert said(transcript) == [("user", "Hello, this is Ada Obi. Please call me back about my order. Thank you.")]
    assert line.call["outcome"] == "voicemail"


@contextmanager
def nobody_told(stack: Stack) -> Iterator[None]:
    """The store tells nobody of what is put there."""
    before = list(stack.deployment.notifications)
    stack.deployment.notifications.clear()
    yield
    stack.deployment.notifications += before


def test_a_result_nobody_was_told_of_is_found_by_the_sweep(demo: Client, stack: Stack) -> None:
    configure(demo)
    with nobody_told(stack):
        call_id = demo.place()["callId"]
        stack.advance(10)
    assert job_of(demo)["status"] == "started"
    assert heard(demo, call_id) is None
    leap(stack, 16 * 60)
    stack.run_schedule("WorkersRunTranscriptSweep")
    stack.settle()
    assert len(said(heard(demo, call_id))) == 4
    assert job_of(demo)["status"] == "done"


def unheard(client: Client, audio: bytes) -> str:
    """A call with this as its recording, whose transcription is wished now; the call's id."""
    call_id = str(client.place()["callId"])
    client.stack.advance(10)
    (call,) = client.items("CALL#")
    bucket = client.stack.outputs["RecordingsBucket"]
    client.stack.client("s3").put_object(Bucket=bucket, Key=call["recording"]["key"], Body=audio)
    with operating(client.stack):
        table.update(table.Update(call["pk"], call["sk"], set={"transcription_enabled": True}))
        requests.send(call["tenant_id"], call_id)
    client.stack.settle()
    return call_id


def test_a_job_that_fails_is_tried_three_times_and_given_up(demo: Client, stack: Stack) -> None:
    call_id = unheard(demo, tone_wav(0.2, "short"))
    assert (job_of(demo)["status"], job_of(demo)["attempt"]) == ("started", 1)
    for attempt in (2, 3):
        leap(stack, 16 * 60)
        stack.run_schedule("WorkersRunTranscriptSweep")
        stack.settle()
        assert (job_of(demo)["status"], job_of(demo)["attempt"]) == ("started", attempt)
    leap(stack, 16 * 60)
    stack.run_schedule("WorkersRunTranscriptSweep")
    stack.settle()
    job = job_of(demo)
    assert (job["status"], job["attempt"], "due_at" in job) == ("failed", 3, False)
    assert str(job["reason"]).startswith("Your audio file must have a speech segment")
    assert stack.transcribe.jobs.keys() == {f"{call_id}-1", f"{call_id}-2", f"{call_id}-3"}
    assert heard(demo, call_id) is None


def test_a_recording_without_a_word_is_a_transcript_without_turns(demo: Client, stack: Stack) -> None:
    transcript = heard(demo, unheard(demo, tone_wav(2, "music")))
    assert transcript is not None
    assert (transcript.turns, transcript.sentiment) == ((), Sentiment.NEUTRAL)


def test_a_recording_that_is_not_in_the_store_fails(demo: Client, stack: Stack) -> None:
    call_id = demo.place()["callId"]
    stack.advance(10)
    (call,) = demo.items("CALL#")
    stack.client("s3").delete_object(Bucket=stack.outputs["RecordingsBucket"], Key=call["recording"]["key"])
    with operating(stack):
        table.update(table.Update(call["pk"], call["sk"], set={"transcription_enabled": True}))
        requests.send(call["tenant_id"], call_id)
    stack.settle()
    assert (job_of(demo)["status"], job_of(demo)["attempt"]) == ("failed", 3)
    assert stack.transcribe.jobs == {}


def test_a_job_that_was_written_and_never_begun_is_begun_by_the_sweep(demo: Client, stack: Stack) -> None:
    configure(demo)
    call_id = demo.place()["callId"]
    stack.faults.add({"kind": "fail", "service": "transcribe", "operation": "StartTranscriptionJob", "times": 3})
    stack.advance(10)
    assert (job_of(demo)["status"], stack.transcribe.jobs) == ("started", {})
    leap(stack, 16 * 60)
    stack.run_schedule("WorkersRunTranscriptSweep")
    stack.settle()
    assert len(said(heard(demo, call_id))) == 4


def test_a_job_of_which_nothing_is_heard_for_a_day_is_given_up(demo: Client, stack: Stack) -> None:
    configure(demo)
    with nobody_told(stack):
        call_id = demo.place()["callId"]
        stack.advance(10)
    stack.transcribe.jobs[f"{call_id}-1"]["TranscriptionJobStatus"] = "IN_PROGRESS"
    bucket = stack.outputs["RecordingsBucket"]
    result = f"{demo.workspace.tenant_id}/{call_id}.transcript.json"
    stack.client("s3").delete_object(Bucket=bucket, Key=result)
    for hours in (1, 24):
        assert job_of(demo)["status"] == "started"
        leap(stack, hours * 3600)
        stack.run_schedule("WorkersRunTranscriptSweep")
        stack.settle()
    assert job_of(demo)["status"] == "failed"


def test_a_result_that_cannot_be_read_is_no_transcript(demo: Client, stack: Stack) -> None:
    configure(demo)
    with nobody_told(stack):
        call_id = demo.place()["callId"]
        stack.advance(10)
    bucket = stack.outputs["RecordingsBucket"]
    result = f"{demo.workspace.tenant_id}/{call_id}.transcript.json"
    stack.client("s3").put_object(Bucket=bucket, Key=result, Body=b"{}")
    stack.settle()
    assert job_of(demo)["status"] == "failed"
    assert heard(demo, call_id) is None


def test_a_conversation_whose_end_nobody_tells_is_finished_after_five_hours(demo: Client, stack: Stack) -> None:
    call_id = demo.place("+15005550004")["callId"]
    ids = (demo.workspace.tenant_id, call_id)
    with operating(stack):
        transcripts.hear(*ids, "sandbox", [Turn("1", Role.USER, "Great, thanks!", 0.0, 1.0, final=True)])
    for hours, finished in ((4, False), (2, True)):
        leap(stack, hours * 3600)
        stack.run_schedule("WorkersRunTranscriptSweep")
        stack.settle()
        transcript = heard(demo, call_id)
        assert transcript is not None
        assert (transcript.finished_at is not None) == finished
    assert transcript.sentiment == Sentiment.POSITIVE
    (header,) = demo.items("TRANSCRIPT#")
    assert "due_at" not in header


def test_a_transcription_that_does_not_answer_is_asked_again(demo: Client, stack: Stack) -> None:
    configure(demo)
    call_id = demo.place()["callId"]
    stack.faults.add({"kind": "fail", "service": "transcribe", "operation": "*", "times": 3})
    stack.advance(12)
    assert heard(demo, call_id) is None
    stack.advance(560)
    assert len(said(heard(demo, call_id))) == 4


def test_messages_repeated_transcribe_no_more(demo: Client, stack: Stack) -> None:
    configure(demo)
    call_id = demo.place()["callId"]
    stack.advance(10)
    before, jobs = heard(demo, call_id), dict(stack.transcribe.jobs)
    url = stack.variables(stack.functions["WorkersOnEventRecorded"])["RECORDING_QUEUE_URL"]
    ids = {"tenant_id": demo.workspace.tenant_id, "call_id": call_id}
    for body in (ids, {**ids, "about": "transcript"}, {"Service": "Amazon S3", "Event": "s3:TestEvent"}):
        stack.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(body))
    stack.settle()
    assert heard(demo, call_id) == before
    assert stack.transcribe.jobs == jobs


def test_what_was_said_goes_from_the_store_with_the_recording(demo: Client, stack: Stack) -> None:
    configure(demo)
    call_id = demo.place()["callId"]
    stack.advance(10)
    bucket = stack.outputs["RecordingsBucket"]
    assert len(stack.client("s3").list_objects_v2(Bucket=bucket)["Contents"]) == 2
    assert demo("DELETE", f"/api/telephony/calls/{call_id}/recording").status == 200
    assert "Contents" not in stack.client("s3").list_objects_v2(Bucket=bucket)


def test_the_lexicon_tells_the_mood_while_comprehend_does_not(demo: Client, stack: Stack) -> None:
    configure(demo)
    stack.faults.add({"kind": "fail", "service": "comprehend", "operation": "*"})
    call_id = demo.place("+15005550009")["callId"]
    stack.advance(120)
    transcript = heard(demo, call_id)
    assert transcript is not None
    assert transcript.sentiment == Sentiment.NEGATIVE
    assert {turn.role for turn in transcript.turns} == {Role.USER, Role.AGENT}

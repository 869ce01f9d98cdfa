"""GET /api/telephony/calls/{callId}/recording/stream."""

import io
import wave

import pytest

from infra.local.gateway import Response
from infra.local.stack import Stack
from tandem.carriers import sandbox_talk
from tandem.carriers.audio import tone_wav
from tests.integration.conftest import Client
from tests.integration.doors import UNKNOWN_CALL

SIZE = len(tone_wav(4, "any", channels=2, comment=sandbox_talk.comment(sandbox_talk.talk("+15005550001"))))


@pytest.fixture
def call_id(demo: Client, stack: Stack) -> str:
    placed = str(demo.place()["callId"])
    stack.advance(30)
    return placed


def stream(client: Client, call_id: str, **headers: str) -> Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return client("GET", f"/api/telephony/calls/{call_id}/recording/stream", headers=sent)


def test_the_whole_audio_is_sent_where_no_range_is_asked_for(demo: Client, call_id: str) -> None:
    response = stream(demo, call_id)
    assert (response.status, response.header("content-type")) == (200, "audio/wav")
    assert (response.header("accept-ranges"), response.header("cache-control")) == ("bytes", "no-store")
    assert response.header("x-ratelimit-limit")
    assert len(response.body) == SIZE
    with wave.open(io.BytesIO(response.body)) as sound:
        assert (sound.getnchannels(), sound.getnframes()) == (2, 8000 * 4)


def test_the_address_in_the_call_is_this_one(demo: Client, call_id: str) -> None:
    url = demo.call(call_id)["recordingUrl"]
    path = url.removeprefix(demo.stack.base_url)
    assert path != url
    assert demo("GET", path).body == stream(demo, call_id).body


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-43", 0, 43),
        ("bytes=44-", 44, SIZE - 1),
        ("bytes=100-199", 100, 199),
        (f"bytes=0-{SIZE * 9}", 0, SIZE - 1),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
        ("bytes=-1", SIZE - 1, SIZE - 1),
        ("bytes=-100", SIZE - 100, SIZE - 1),
        (f"bytes=-{SIZE * 9}", 0, SIZE - 1),
        ("bytes= 5 - 9 ", 5, 9),
    ],
)
def test_a_range_is_sent_as_asked_for(asked: str, first: int, last: int, demo: Client, call_id: str) -> None:
    whole = stream(demo, call_id).body
    response = stream(demo, call_id, range=asked)
    assert response.status == 206
    assert response.header("content-range") == f"bytes {first}-{last}/{SIZE}"
    assert response.body == whole[first : last + 1]


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=999999999999-", "bytes=-0"])
def test_a_range_outside_is_refused_with_the_size(asked: str, demo: Client, call_id: str) -> None:
    response = stream(demo, call_id, range=asked)
    assert (response.status, response.body) == (416, b"")
    assert response.header("content-range") == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "asked",
    ["bytes=-", "bytes=", "bytes", "", "items=0-1", "bytes=a-b", "bytes=5-4", "bytes=0-1,5-6", "bytes=--1",
     "bytes=" + "9" * 40 + "-", "bytes=1.5-2", "BYTES=٠-٩"],
)  # fmt: skip
def test_a_range_that_is_none_is_taken_for_the_whole(asked: str, demo: Client, call_id: str) -> None:
    response = stream(demo, call_id, range=asked)
    assert (response.status, len(response.body)) == (200, SIZE)


@pytest.mark.parametrize("validator", ['"an-etag"', "Wed, 21 Oct 2015 07:28:00 GMT", "", "W/{tag}", "{tag}, {tag}"])
def test_a_range_of_another_recording_than_the_client_has_is_the_whole(
    validator: str, demo: Client, call_id: str
) -> None:
    whole = stream(demo, call_id)
    sent = validator.format(tag=whole.header("etag"))
    response = stream(demo, call_id, range="bytes=0-9", if_range=sent)
    assert (response.status, response.body) == (200, whole.body)


def test_a_range_of_the_recording_that_the_client_has_is_sent(demo: Client, call_id: str) -> None:
    whole = stream(demo, call_id)
    tag = str(whole.header("etag"))
    assert tag.startswith('"')
    response = stream(demo, call_id, range="bytes=0-9", if_range=tag)
    assert (response.status, response.body, response.header("etag")) == (206, whole.body[:10], tag)
    assert stream(demo, call_id).header("etag") == tag


def test_each_recording_has_a_validator_of_its_own(demo: Client, call_id: str, stack: Stack) -> None:
    second = str(demo.place()["callId"])
    stack.advance(30)
    assert stream(demo, call_id).header("etag") != stream(demo, second).header("etag")


@pytest.mark.parametrize("known", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_has_it_already_is_told_so(method: str, known: str, demo: Client, call_id: str) -> None:
    tag = str(stream(demo, call_id).header("etag"))
    sent = {"if-none-match": known.format(tag=tag)}
    response = demo(method, f"/api/telephony/calls/{call_id}/recording/stream", headers=sent)
    assert (response.status, response.body, response.header("etag")) == (304, b"", tag)
    assert stream(demo, call_id, if_none_match='"other"').status == 200


def head(client: Client, call_id: str, **headers: str) -> Response:
    return client("HEAD", f"/api/telephony/calls/{call_id}/recording/stream", headers=headers)


def test_head_tells_what_get_would_send_without_reading_it(demo: Client, call_id: str, stack: Stack) -> None:
    whole = stream(demo, call_id)
    with stack.count_requests() as counted:
        response = head(demo, call_id, range="bytes=0-9")
    assert (response.status, response.body) == (200, b"")
    assert response.header("content-length") == str(SIZE)
    for name in ("content-type", "accept-ranges", "etag", "content-disposition"):
        assert response.header(name) == whole.header(name)
    assert counted.total("s3") == 0


def test_head_of_what_is_too_large_is_answered_here(demo: Client, call_id: str, stack: Stack) -> None:
    make_it(demo, call_id, stack, 5 * 1024 * 1024)
    response = head(demo, call_id)
    assert (response.status, response.header("content-length")) == (200, str(5 * 1024 * 1024))
    assert response.header("location") is None


def test_head_is_refused_like_get(other: Client, call_id: str, stack: Stack) -> None:
    assert head(other, call_id).status == 404
    assert stack.request("HEAD", f"/api/telephony/calls/{call_id}/recording/stream").status == 401


def test_what_is_larger_than_a_function_can_answer_is_sent_for_elsewhere(
    demo: Client, call_id: str, stack: Stack
) -> None:
    make_it(demo, call_id, stack, 5 * 1024 * 1024)
    response = stream(demo, call_id)
    assert (response.status, response.body) == (302, b"")
    assert "X-Amz-Expires=60" in str(response.header("location"))
    part = stream(demo, call_id, range="bytes=0-")
    assert (part.status, len(part.body)) == (206, 4 * 1024 * 1024)
    assert part.header("content-range") == f"bytes 0-{4 * 1024 * 1024 - 1}/{5 * 1024 * 1024}"
    rest = stream(demo, call_id, range=f"bytes={4 * 1024 * 1024}-")
    assert (rest.status, len(rest.body)) == (206, 1024 * 1024)


def make_it(demo: Client, call_id: str, stack: Stack, size: int) -> None:
    """Put audio of this size in the place of a call's recording."""
    from infra.local.workspaces import operating
    from tandem.aws import table
    from tandem.aws.table import Update

    (item,) = demo.items("CALL#")
    bucket = stack.outputs["RecordingsBucket"]
    stack.client("s3").put_object(Bucket=bucket, Key=item["recording"]["key"], Body=b"R" * size)
    with operating(stack):
        table.update(Update(item["pk"], item["sk"], set={"recording": item["recording"] | {"size": size}}))


def test_a_recording_that_the_store_has_lost_is_not_found(demo: Client, call_id: str, stack: Stack) -> None:
    (item,) = demo.items("CALL#")
    place = {"Bucket": stack.outputs["RecordingsBucket"], "Key": item["recording"]["key"]}
    version = stack.client("s3").head_object(**place)["VersionId"]
    stack.client("s3").delete_object(**place, VersionId=version)
    assert stream(demo, call_id).status == 404


def test_anothers_recording_is_as_unknown_as_none(other: Client, call_id: str) -> None:
    answers = [stream(other, one) for one in (call_id, UNKNOWN_CALL)]
    assert [answer.status for answer in answers] == [404, 404]
    assert answers[0].json()["error"]["message"] == answers[1].json()["error"]["message"]


def test_a_store_that_does_not_answer_is_told_as_such(demo: Client, call_id: str, stack: Stack) -> None:
    stack.faults.add({"kind": "fail", "service": "s3", "operation": "GetObject", "times": 4})
    response = stream(demo, call_id)
    assert (response.status, response.json()["code"]) == (503, "SERVICE_UNAVAILABLE")

"""What the core may expect of every carrier."""

import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem import clock
from tandem.carriers.audio import HEAD, is_audio
from tandem.carriers.base import (
    CarrierEvent,
    CarrierRequest,
    Cost,
    DialRefused,
    DialUnknown,
    Finding,
    Forged,
    Found,
    Happened,
    Outcome,
    RecordingUnavailable,
    Sought,
)
from tandem.carriers.instructions import (
    Connect,
    Enqueue,
    Gather,
    HangUp,
    Hold,
    Instruction,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
)
from tandem.errors import Conflict
from tests.contract.conftest import CARRIERS, INSTRUCTED, SetEnvironment
from tests.contract.harness import DialAnswer, Harness

REFERENCE = "0198-tenant.0198-call"
URL = "https://api.example.com/next?token=a&b=c"
_IN_FIXTURE = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _where(*answers: DialAnswer) -> pytest.MarkDecorator:
    """With each of these answers, for each carrier that can be made to give it."""
    cases = [(name, answer) for name, kind in CARRIERS.items() for answer in answers if answer in kind.answers]
    return pytest.mark.parametrize(("harness", "answer"), cases, indirect=["harness"])


def _dial(harness: Harness, answer: DialAnswer = DialAnswer.ACCEPTED, reference: str = REFERENCE) -> str:
    call = harness.prepare(answer, reference)
    return harness.carrier.dial(call)


def _find(harness: Harness, reference: str = REFERENCE, session: str | None = None, ago: float = 60) -> Found:
    dial = harness.prepare(DialAnswer.ACCEPTED, reference)
    dialled_at = clock.now() - timedelta(seconds=ago)
    return harness.carrier.find(Sought(reference, dial.from_number, dial.to_number, dialled_at, session))


# Dialling


def test_an_accepted_dial_gives_the_carriers_id_and_places_one_call(harness: Harness) -> None:
    session = _dial(harness)
    assert session
    assert session.isprintable()
    assert harness.placed(REFERENCE) == 1
    other = _dial(harness, reference=f"{REFERENCE}2")
    assert other != session


@_where(DialAnswer.INVALID_NUMBER, DialAnswer.REFUSED, DialAnswer.UNREACHABLE)
def test_a_definite_no_places_nothing_and_says_why(harness: Harness, answer: DialAnswer) -> None:
    with pytest.raises(DialRefused) as refused:
        _dial(harness, answer)
    number_is_why = answer is DialAnswer.INVALID_NUMBER
    assert refused.value.outcome is (Outcome.INVALID_NUMBER if number_is_why else Outcome.CARRIER_ERROR)
    assert refused.value.cause
    assert harness.placed(REFERENCE) == 0


@_where(DialAnswer.BROKEN, DialAnswer.GARBLED, DialAnswer.SILENT, DialAnswer.LOST)
def test_a_dial_without_a_clear_answer_is_unknown_and_never_made_twice(harness: Harness, answer: DialAnswer) -> None:
    with pytest.raises(DialUnknown):
        _dial(harness, answer)
    placed = harness.placed(REFERENCE)
    assert placed == (1 if answer in (DialAnswer.SILENT, DialAnswer.LOST) else 0)
    finding = _find(harness, ago=1).finding
    assert finding in ((Finding.PLACED if placed else Finding.NOT_PLACED), Finding.CANNOT_TELL)


def test_a_placed_call_that_can_be_asked_for_is_found_under_its_id(harness: Harness) -> None:
    session = _dial(harness)
    for known in (None, session):
        found = _find(harness, session=known)
        assert found.finding is not Finding.NOT_PLACED
        assert found.carrier_call_id == (session if found.finding is Finding.PLACED else None)
    assert _find(harness, "never.dialled").finding is not Finding.PLACED


def test_a_call_is_ended_or_the_carrier_says_that_it_cannot(harness: Harness) -> None:
    session = _dial(harness)
    with suppress(Conflict):
        harness.carrier.hang_up(session)
        harness.carrier.hang_up(session)  # ended already
    assert harness.placed(REFERENCE) == 1


def test_a_live_call_is_sent_elsewhere_or_the_carrier_says_that_it_cannot(harness: Harness) -> None:
    session = _dial(harness)
    assert harness.carrier.redirect(session, URL) is (harness.carrier.name == "twilio")
    assert harness.carrier.redirect("no-such-call", URL) is False


# What the carrier tells


def _told(harness: Harness, requests: Sequence[CarrierRequest]) -> list[CarrierEvent]:
    return [event for request in requests for event in harness.carrier.parse(request)]


def test_the_life_of_a_call_is_told_whole(harness: Harness) -> None:
    told = _told(harness, harness.life(REFERENCE))
    happened = [event.happened for event in told]
    # ElevenLabs tells of a call when it is over: not that it rang.
    first = Happened.STARTED if harness.carrier.name == "elevenlabs" else Happened.RINGING
    assert {first, Happened.ANSWERED, Happened.ENDED, Happened.RECORDED} <= set(happened)
    assert happened.index(first) < happened.index(Happened.ANSWERED) < happened.index(Happened.ENDED)
    assert happened.count(Happened.ENDED) == 1
    (ended,) = [event for event in told if event.happened is Happened.ENDED]
    # Telnyx tells neither: the core knows that somebody answered, and when.
    assert ended.outcome is (None if harness.carrier.name == "telnyx" else Outcome.ANSWERED_HUMAN)
    assert bool(ended.duration) is (ended.outcome is not None)
    in_own_words = {"twilio": "completed", "telnyx": "normal_clearing", "elevenlabs": "Client ended the call"}
    assert ended.cause == in_own_words.get(harness.carrier.name, "NORMAL_CLEARING")
    assert isinstance(ended.cost, Cost) is (harness.carrier.name not in ("telnyx", "twilio"))  # whose price comes later
    recordings = {event.recording for event in told if event.happened is Happened.RECORDED}
    (recording,) = recordings
    assert recording
    assert is_audio(b"".join(harness.carrier.fetch_recording(recording))[:HEAD])


def test_every_event_names_the_call_and_its_time(harness: Harness) -> None:
    told = _told(harness, harness.life(REFERENCE))
    assert len({event.carrier_call_id for event in told}) == 1
    assert {event.reference for event in told} <= {REFERENCE, None}
    for event in told:
        assert event.carrier_call_id
        assert event.occurred_at.utcoffset() is not None
        assert event.direction in (None, "outbound")


def test_requests_in_any_order_and_number_tell_the_same_events(harness: Harness) -> None:
    requests = harness.life(REFERENCE)
    plain = Counter(_timeless(event) for event in _told(harness, requests))
    chance = random.Random(11)
    for _ in range(200):
        scrambled = [request for request in requests for _ in range(chance.choice((1, 1, 2, 3)))]
        chance.shuffle(scrambled)
        told = Counter(_timeless(event) for event in _told(harness, scrambled))
        assert set(told) == set(plain)
        assert all(told[event] >= plain[event] for event in plain)


def _timeless(event: CarrierEvent) -> CarrierEvent:
    return replace(
        event,
        occurred_at=event.occurred_at.replace(year=2026, month=1, day=1, hour=0, minute=0, second=0, microsecond=0),
    )


def test_genuine_requests_pass_and_forged_ones_do_not(harness: Harness, environment: SetEnvironment) -> None:
    requests = harness.life(REFERENCE)
    forgeries = [forgery for request in requests for forgery in harness.forgeries(request)]
    for request in requests:
        harness.carrier.verify(request)
    assert forgeries
    for stage in ("dev", "prod"):
        environment({"STAGE": stage})
        for forgery in forgeries:
            with pytest.raises(Forged):
                harness.carrier.verify(forgery)


# Strange content

_BYTES = st.one_of(
    st.binary(max_size=200),
    st.sampled_from(
        [b"null", b"[]", b"{}", b"[" * 5000, b'{"happened":[]}', b"sessionId=%FF&isActive=%00", b"&=&;" * 9]
    ),
)
_TEXTS = st.text("aA0 +%&=;#\x00\n\u0663\ud800\U0001f4de", max_size=30)


def _sound(events: list[CarrierEvent]) -> None:
    for event in events:
        texts = (event.reference, event.from_number, event.to_number, event.direction, event.cause, event.recording)
        assert all(text is None or isinstance(text, str) for text in (*texts, event.digits))
        assert isinstance(event.carrier_call_id, str)
        assert isinstance(event.happened, Happened)
        assert event.outcome is None or isinstance(event.outcome, Outcome)
        assert event.duration is None or (type(event.duration) is int and 0 <= event.duration < 10**7)
        assert event.occurred_at.utcoffset() is not None


@_IN_FIXTURE
@given(_BYTES, st.dictionaries(_TEXTS, _TEXTS, max_size=4), _TEXTS)
def test_junk_never_raises(harness: Harness, body: bytes, query: dict[str, str], url: str) -> None:
    _sound(harness.carrier.parse(CarrierRequest(url, {}, body, query)))


def test_two_thousand_damaged_requests_never_raise(harness: Harness) -> None:
    genuine = harness.life(REFERENCE)
    chance = random.Random(13)
    damage = (b"", b"0", b'"', b"\xff", b"=", b"&", b"null", b"%00", b"[]")
    for _ in range(2000):
        request = chance.choice(genuine)
        body = bytearray(request.body)
        for _ in range(chance.randrange(1, 7)):
            at = chance.randrange(len(body) + 1)
            body[at : at + chance.randrange(4)] = chance.choice(damage)
        _sound(harness.carrier.parse(replace(request, body=bytes(body))))


# Instructions

_instructed = pytest.mark.parametrize("harness", INSTRUCTED, indirect=True)


@_instructed
@pytest.mark.parametrize(
    "instructions",
    [
        [],
        [HangUp()],
        [Reject()],
        [Say("Hello"), Play("https://media.example.com/a.mp3"), HangUp()],
        [Gather(Say("Press 1"), URL), Say("Goodbye")],
        [Gather(Play("https://media.example.com/a.mp3"), URL, digits=4, timeout=5, finish_on_key="*")],
        [Connect(["+254722000001", "acme.ada"], "+254711000000", record=True, max_duration=600)],
        [Connect(["+254722000001"], sequential=False), Say("Nobody is here")],
        [Record(Say("Speak"), URL), Say("Thank you")],
        [Record(None, URL, max_length=5)],
        [Connect(["+254722000001"], "+254711000000", callback_url=URL, timeout=1), Say("Not reached")],
        [Connect(["nobody,", "+254722000001,+254722000002"], callback_url=URL)],
        [Connect(["nobody,"]), Say("Nobody is here")],
        [Hold(5), Redirect(URL)],
        [Hold(0, Say("Still busy")), Hold(10, Play("https://media.example.com/a.mp3")), Redirect(URL)],
        [Enqueue("support", "https://media.example.com/hold.mp3")],
        [Enqueue("support")],
        [Say("One moment"), Redirect(URL)],
    ],
)
def test_every_instruction_is_understood(harness: Harness, instructions: list[Instruction]) -> None:
    harness.understands(harness.carrier.render(instructions))


@_instructed
def test_a_browser_client_is_named_and_let_in_for_a_while(harness: Harness) -> None:
    carrier = harness.carrier
    before = clock.now()
    token = carrier.client_token("agent_7", 600, "+254711000000")
    assert token.token.isprintable()
    assert timedelta(seconds=598) <= token.expires_at - before <= timedelta(seconds=602)
    assert carrier.client_address("agent_7").endswith("agent_7")
    harness.understands(carrier.render([Connect([carrier.client_address("agent_7")])]))
    assert "agent_7" in carrier.render([Connect([carrier.client_address("agent_7")])]).body


@_instructed
def test_a_thousand_strange_texts_are_understood(harness: Harness) -> None:
    chance = random.Random(12)
    ranges = [(0, 0x20), (0x20, 0x7F), (0xA0, 0x3000), (0xD800, 0xE000), (0xFFF0, 0x10000), (0x10000, 0x110000)]
    for _ in range(1000):
        text = "".join(chr(chance.randrange(*chance.choice(ranges))) for _ in range(12)) + "x<&>\"']]>"
        harness.understands(harness.carrier.render([Say(text), Gather(Say(text), URL), Enqueue(text)]))


# Recordings


def test_a_recording_arrives_whole(harness: Harness) -> None:
    audio = b"".join(harness.carrier.fetch_recording(harness.recording()))
    assert is_audio(audio[:HEAD])
    assert len(audio) > 8000


def test_a_recording_that_cannot_be_had_now_can_be_had_later(harness: Harness) -> None:
    recording = harness.recording(failures=2)
    for _ in range(2):
        with pytest.raises(RecordingUnavailable):
            list(harness.carrier.fetch_recording(recording))
    assert is_audio(b"".join(harness.carrier.fetch_recording(recording))[:HEAD])


def test_a_recording_that_does_not_exist_is_unavailable(harness: Harness) -> None:
    for recording in harness.missing_recordings():
        with pytest.raises(RecordingUnavailable):
            list(harness.carrier.fetch_recording(recording))


def test_a_carriers_copy_is_deleted_or_the_carrier_says_that_it_cannot(harness: Harness) -> None:
    recording = harness.recording()
    deleted = harness.carrier.delete_recording(recording)
    assert deleted is not harness.carrier.name.startswith("africas_talking")
    assert harness.carrier.delete_recording(recording) is deleted
    if harness.carrier.name == "twilio":
        with pytest.raises(RecordingUnavailable):
            list(harness.carrier.fetch_recording(recording))

"""What ElevenLabs tells, read: conversations, failures, audio, and whatever else may come."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.carriers.analysis import Criterion
from tandem.carriers.base import Cost, Happened, Outcome, Role
from tandem.carriers.elevenlabs_events import conversation, told
from tests.simulators.elevenlabs_conversations import ANALYSIS, Conversation, Said, Scenario

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
START = datetime(2026, 1, 1, 11, 59, tzinfo=UTC)
REFERENCE = "tenant.call"


def a_conversation(scenario: Scenario | None = None, *, kind: Any = "twilio", record: bool = True) -> Conversation:
    client_data = {"user_id": REFERENCE, "dynamic_variables": {"tandem_record": record}}
    status = {"done": "done"}.get((scenario or Scenario()).end, "failed")
    return Conversation(
        "conv_1", "agent_1", kind, "phnum_1", "+13125550100", "+254722000001", client_data, START, "CA1", status,
        scenario or Scenario(),
    )  # fmt: skip


def heard_of(scenario: Scenario, **how: Any) -> Any:
    (event, *_) = a_conversation(scenario, **how).news(NOW)
    return told(json.dumps(event).encode(), NOW)


@pytest.mark.parametrize("sample", [False, True])
def test_a_conversation_is_told_whole(sample: bool) -> None:
    everything = heard_of(Scenario(official_sample=sample))
    started, answered, ended, recorded = everything.events
    assert [each.happened for each in everything.events] == [
        Happened.STARTED, Happened.ANSWERED, Happened.ENDED, Happened.RECORDED
    ]  # fmt: skip
    assert {each.reference for each in everything.events} == {REFERENCE}
    assert (started.from_number, started.to_number, started.direction) == (
        "+13125550100", "+254722000001", "outbound"
    )  # fmt: skip
    assert (answered.occurred_at - START).total_seconds() == 4
    assert (ended.occurred_at - answered.occurred_at).total_seconds() == ended.duration == 14
    assert (ended.outcome, ended.cause) == (Outcome.ANSWERED_HUMAN, "Client ended the call")
    assert ended.cost == Cost("0.0425", "USD")
    assert recorded.recording == "conv_1"


def test_turns_last_until_the_next_and_tools_are_told_with_what_came_of_them() -> None:
    heard = heard_of(Scenario()).heard
    assert heard.finished
    assert [(turn.role, turn.start, turn.end) for turn in heard.turns] == [
        (Role.AGENT, 0, 3), (Role.USER, 3, 6), (Role.AGENT, 6, 10), (Role.USER, 10, 14)
    ]  # fmt: skip
    assert [turn.turn_id for turn in heard.turns] == ["conv_1:0", "conv_1:1", "conv_1:3", "conv_1:4"]
    assert all(turn.final for turn in heard.turns)
    (tool,) = heard.tool_calls
    assert (tool.name, json.loads(tool.arguments), tool.succeeded, tool.at) == (
        "find_order", {"order_no": "12345"}, True, 5
    )  # fmt: skip


@pytest.mark.parametrize(("failed", "succeeded"), [(True, False), (False, True), (None, None)])
def test_a_tool_succeeded_failed_or_nobody_knows(failed: bool | None, succeeded: bool | None) -> None:
    talk = (Said("agent", "One moment", 1, tool="look", failed=failed),)
    (tool,) = heard_of(Scenario(talk=talk)).heard.tool_calls
    assert tool.succeeded is succeeded


def test_the_analysis_keeps_summary_verdict_data_and_goals() -> None:
    analysis = heard_of(Scenario()).analysis
    assert (analysis.summary, analysis.title) == (ANALYSIS["transcript_summary"], "Order on its way")
    assert analysis.successful is True
    assert analysis.data == {"order_no": "12345", "callback": None}
    assert analysis.criteria == [Criterion("solved", True, "She was told.")]
    assert heard_of(Scenario(analysed=False)).analysis is None


def test_without_audio_or_the_wish_for_it_there_is_no_recording() -> None:
    for everything in (heard_of(Scenario(audio=False)), heard_of(Scenario(), record=False)):
        assert Happened.RECORDED not in {each.happened for each in everything.events}
        assert everything.heard


def test_a_mailbox_is_not_a_human() -> None:
    talk = (Said("agent", None, 2, tool="voicemail_detection"),)
    ended = heard_of(Scenario(talk=talk)).events[2]
    assert ended.outcome is Outcome.VOICEMAIL


@pytest.mark.parametrize(
    ("status", "happened", "finished"),
    [
        ("initiated", [Happened.STARTED], False),
        ("in-progress", [Happened.STARTED, Happened.ANSWERED], False),
        ("processing", [Happened.STARTED, Happened.ANSWERED], False),
        ("done", [Happened.STARTED, Happened.ANSWERED, Happened.ENDED, Happened.RECORDED], True),
        ("of the future", [Happened.STARTED], False),
    ],
)
def test_each_status_of_a_conversation_tells_as_much_as_is_known(
    status: str, happened: list[Happened], finished: bool
) -> None:
    one = a_conversation()
    one.status = status
    everything = conversation(one.shown(), NOW)
    assert [each.happened for each in everything.events] == happened
    assert (everything.heard is not None) is finished


def test_a_conversation_that_could_not_begin_failed_and_says_why() -> None:
    one = a_conversation(Scenario(end="failed"))
    one.error = {"code": 1008, "reason": "Missing required dynamic variables: ['company']"}
    _, ended = conversation(one.shown(), NOW).events
    assert (ended.outcome, ended.cause) == (Outcome.CARRIER_ERROR, one.error["reason"])
    assert ended.duration == 0


@pytest.mark.parametrize(
    ("scenario", "kind", "outcome"),
    [
        (Scenario(end="busy"), "twilio", Outcome.BUSY),
        (Scenario(end="no-answer"), "twilio", Outcome.NO_ANSWER),
        (Scenario(end="unknown"), "twilio", Outcome.CARRIER_ERROR),
        (Scenario(end="busy", sip=603), "twilio", Outcome.DECLINED),
        (Scenario(end="unknown", sip=404), "twilio", Outcome.INVALID_NUMBER),
        (Scenario(end="unknown", sip=486), "sip_trunk", Outcome.BUSY),
        (Scenario(end="no-answer"), "sip_trunk", Outcome.NO_ANSWER),
        (Scenario(end="unknown", sip=503), "sip_trunk", Outcome.CARRIER_ERROR),
    ],
)
def test_a_call_that_nobody_took_says_so(scenario: Scenario, kind: str, outcome: Outcome) -> None:
    everything = heard_of(scenario, kind=kind)
    (ended,) = everything.events
    assert (ended.happened, ended.outcome, ended.duration) == (Happened.ENDED, outcome, 0)
    assert (ended.from_number, ended.to_number, ended.direction) == ("+13125550100", "+254722000001", "outbound")
    assert everything.heard is None


def test_a_webhook_with_the_audio_tells_that_there_is_a_recording() -> None:
    event = a_conversation(Scenario(sends_audio=True)).news(NOW)[1]
    (recorded,) = told(json.dumps(event).encode(), NOW).events
    assert (recorded.happened, recorded.recording) == (Happened.RECORDED, "conv_1")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b'{"type": "answering_machine_detection", "data": {"conversation_id": "conv_1"}}',
        b'{"type": "post_call_transcription"}', b'{"type": "post_call_audio", "data": {"conversation_id": 7}}',
        b'{"type": "call_initiation_failure", "data": {"conversation_id": "../agents"}}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_not_understood_tells_nothing(body: bytes) -> None:
    everything = told(body, NOW)
    assert not everything.events
    assert everything.heard is None


_odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_PATHS = [
    ("status",), ("transcript",), ("metadata",), ("metadata", "start_time_unix_secs"), ("analysis",),
    ("metadata", "accepted_time_unix_secs"), ("metadata", "call_duration_secs"), ("metadata", "cost_fiat"),
    ("metadata", "error"), ("metadata", "phone_call"), ("analysis", "data_collection_results"),
    ("analysis", "evaluation_criteria_results"), ("analysis", "transcript_summary"), ("user_id",), ("has_audio",),
    ("conversation_initiation_client_data",), ("metadata", "termination_reason"),
]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(_PATHS), _odd), min_size=1, max_size=4))
def test_any_field_may_be_anything(changes: list[tuple[tuple[str, ...], Any]]) -> None:
    data: dict[str, Any] = json.loads(json.dumps(a_conversation().shown()))
    for path, value in changes:
        inner = data
        for name in path[:-1]:
            inner = inner[name] if isinstance(inner.get(name), dict) else {}
        inner[path[-1]] = value
    for event in conversation(data, NOW).events:
        assert event.carrier_call_id == "conv_1"
        assert event.occurred_at.utcoffset() is not None

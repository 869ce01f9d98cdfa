"""What ElevenLabs tells of a conversation, in webhooks and when asked, in the core's words. Pure; never raises."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tandem.carriers.analysis import Analysis, Criterion, Told, plain
from tandem.carriers.base import CarrierEvent, Cost, Happened, Heard, Outcome, Role, ToolCall, Turn
from tandem.carriers.sip import OUTCOMES as SIP_OUTCOMES

REFERENCE, RECORD = "tandem_reference", "tandem_record"
"""Dynamic variables that we send along and that come back: which call it is, and whether its recording is wanted."""

CONVERSATION = re.compile(r"[A-Za-z0-9_-]{1,128}")

_OVER = ("done", "failed")
_REFERENCE = re.compile(r"[!-~]{1,200}")
_PARTY = re.compile(r"[!-~]{1,128}")
_UNTIL = 4_102_444_800  # the year 2100
_LONGEST_CALL = 7 * 86_400
_LONGEST_CAUSE = 200
_LONGEST_TEXT = 10_000
_REASONS = {"busy": Outcome.BUSY, "no-answer": Outcome.NO_ANSWER}
_TWILIO_STATUSES = {"busy": Outcome.BUSY, "no-answer": Outcome.NO_ANSWER, "canceled": Outcome.CANCELED}
_VERDICTS = {"success": True, "failure": False}
_VOICEMAIL_TOOL = "voicemail_detection"

Json = Mapping[str, Any]


def told(body: bytes, arrived_at: datetime) -> Told:
    """What one webhook tells."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return Told()
    data = _object(event, "data")
    sent_at = _moment(_object(event).get("event_timestamp")) or arrived_at
    match _object(event).get("type"):
        case "post_call_transcription":
            return conversation(data, sent_at)
        case "call_initiation_failure":
            return Told(_not_placed(data, sent_at))
        case "post_call_audio":
            name = conversation_id(data)
            # The audio itself is asked for: this body may be larger than anything that reaches us.
            return Told([CarrierEvent(Happened.RECORDED, name, sent_at, recording=name)] if name else [])
        case _:
            return Told()


def conversation(data: Json, moment: datetime) -> Told:
    """What a conversation, as the API shows it at a moment, tells."""
    name = conversation_id(data)
    if not name:
        return Told()
    events = list(_events(name, data, moment))
    if data.get("status") not in _OVER:
        return Told(events)
    heard = Heard(name, reference(data), list(_turns(name, data)), list(_tool_calls(name, data)), finished=True)
    if data["status"] == "failed" and not (heard.turns or heard.tool_calls):
        return Told(events)  # nobody was there to talk with
    return Told(events, heard, _analysis(data))


def conversation_id(data: Json) -> str:
    """The id of the conversation that something is about; empty where there is none."""
    name = _object(data).get("conversation_id")
    return name if isinstance(name, str) and CONVERSATION.fullmatch(name) else ""


def reference(data: Json) -> str | None:
    """What we sent with the dial."""
    client_data = _object(data, "conversation_initiation_client_data")
    variables = _object(client_data, "dynamic_variables")
    for value in (data.get("user_id"), client_data.get("user_id"), variables.get(REFERENCE)):
        if isinstance(value, str) and _REFERENCE.fullmatch(value):
            return value
    return None


def _events(name: str, data: Json, moment: datetime) -> Iterator[CarrierEvent]:
    metadata = _object(data, "metadata")
    started_at = _moment(metadata.get("start_time_unix_secs")) or moment
    accepted_at = _moment(metadata.get("accepted_time_unix_secs"))
    status = data.get("status")
    call = _call(name, data, started_at)
    yield replace(call, happened=Happened.STARTED)
    talked = status in ("in-progress", "processing", "done")
    answered_at = accepted_at or (started_at if talked else None)
    if answered_at:
        yield replace(call, happened=Happened.ANSWERED, occurred_at=answered_at)
    if status not in _OVER:
        return  # while it is processed the call is over, but nothing can be had of it: whoever asks shall ask again
    seconds = _whole(metadata.get("call_duration_secs"), _LONGEST_CALL)
    ended_at = (answered_at or started_at) + timedelta(seconds=seconds or 0)
    yield replace(
        call,
        happened=Happened.ENDED,
        occurred_at=ended_at,
        answered_at=answered_at,
        outcome=_outcome(data),
        cause=_cause(data),
        duration=seconds if answered_at else 0,
        cost=_cost(metadata.get("cost_fiat")),
    )
    if data.get("has_audio") is True and _recording_wanted(data):
        yield replace(call, happened=Happened.RECORDED, occurred_at=ended_at, recording=name)


def _call(name: str, data: Json, moment: datetime) -> CarrierEvent:
    phone_call = _object(data, "metadata", "phone_call")
    direction = phone_call.get("direction")
    ours, theirs = _party(phone_call.get("agent_number")), _party(phone_call.get("external_number"))
    outbound = direction != "inbound"
    return CarrierEvent(
        happened=Happened.OTHER,
        carrier_call_id=name,
        occurred_at=moment,
        reference=reference(data),
        from_number=ours if outbound else theirs,
        to_number=theirs if outbound else ours,
        direction="outbound" if outbound else "inbound",
    )


def _outcome(data: Json) -> Outcome:
    if data.get("status") == "failed":
        return Outcome.CARRIER_ERROR
    tools = {tool.name for tool in _tool_calls("", data)}
    return Outcome.VOICEMAIL if _VOICEMAIL_TOOL in tools else Outcome.ANSWERED_HUMAN


def _cause(data: Json) -> str | None:
    metadata = _object(data, "metadata")
    error = _object(metadata, "error")
    return _sentence(error.get("reason")) or _sentence(metadata.get("termination_reason"))


def _recording_wanted(data: Json) -> bool:
    variables = _object(data, "conversation_initiation_client_data", "dynamic_variables")
    return variables.get(RECORD) is not False


def _not_placed(data: Json, moment: datetime) -> list[CarrierEvent]:
    name = conversation_id(data)
    if not name:
        return []
    body = _object(data, "metadata", "body")
    code = str(body.get("SipResponseCode") or body.get("sip_status_code") or "")
    reason = str(data.get("failure_reason"))
    outcome = SIP_OUTCOMES.get(code) or _TWILIO_STATUSES.get(str(body.get("CallStatus"))) or _REASONS.get(reason)
    ended = CarrierEvent(
        happened=Happened.ENDED,
        carrier_call_id=name,
        occurred_at=moment,
        reference=reference(data),
        from_number=_party(body.get("From") or body.get("from_number")),
        to_number=_party(body.get("To") or body.get("to_number")),
        direction="outbound",
        outcome=outcome or Outcome.CARRIER_ERROR,
        cause=_sentence(f"{reason} {code}"),
        duration=0,
    )
    return [ended]


# What was said, and what ElevenLabs makes of it.


def _turns(name: str, data: Json) -> Iterator[Turn]:
    """Each turn lasts until the next one begins, the last until the end: ElevenLabs tells only when they begin."""
    spoken = [(number, turn) for number, turn in enumerate(_entries(data, "transcript")) if _message(turn) is not None]
    ends = [_seconds(turn.get("time_in_call_secs")) for _, turn in spoken[1:]]
    ends.append(float(_whole(_object(data, "metadata").get("call_duration_secs"), _LONGEST_CALL) or 0))
    for (number, turn), end in zip(spoken, ends, strict=False):
        start = _seconds(turn.get("time_in_call_secs"))
        role = Role.USER if turn.get("role") == "user" else Role.AGENT
        text = _message(turn) or ""
        yield Turn(f"{name}:{number}", role, text, start, max(start, end), final=True)


def _message(turn: Json) -> str | None:
    message = turn.get("message")
    return message if isinstance(message, str) and message.strip() else None


def _tool_calls(name: str, data: Json) -> Iterator[ToolCall]:
    turns = _entries(data, "transcript")
    results = {
        str(result.get("request_id")): result.get("is_error") is not True
        for turn in turns
        for result in _entries(turn, "tool_results")
    }
    for number, turn in enumerate(turns):
        for place, tool in enumerate(_entries(turn, "tool_calls")):
            request_id = str(tool.get("request_id") or f"{number}.{place}")
            arguments = tool.get("params_as_json")
            yield ToolCall(
                tool_call_id=f"{name}:{request_id}",
                name=str(tool.get("tool_name") or ""),
                arguments=arguments if isinstance(arguments, str) else "{}",
                succeeded=results.get(request_id),
                at=_seconds(turn.get("time_in_call_secs")),
            )


def _analysis(data: Json) -> Analysis | None:
    analysis = _object(data, "analysis")
    summary = analysis.get("transcript_summary")
    if not isinstance(summary, str) or not summary.strip():
        return None
    collected = _object(analysis, "data_collection_results")
    judged = _object(analysis, "evaluation_criteria_results")
    return Analysis(
        summary=_text(summary),
        title=_text(analysis.get("call_summary_title")) or None,
        successful=_VERDICTS.get(str(analysis.get("call_successful"))),
        data={_text(key): plain(_object(result).get("value")) for key, result in collected.items()},
        criteria=[
            Criterion(_text(key), _VERDICTS.get(str(result.get("result"))), _text(result.get("rationale")))
            for key, result in judged.items()
            if isinstance(result, dict)
        ],
    )


# Reading what may be anything.


def _object(value: Any, *path: str) -> Json:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _entries(value: Json, name: str) -> Sequence[Json]:
    listed = value.get(name)
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _whole(value: Any, most: int) -> int | None:
    return value if type(value) is int and 0 <= value <= most else None


def _seconds(value: Any) -> float:
    number = float(value) if type(value) in (int, float) and abs(value) <= _LONGEST_CALL else 0.0
    return max(0.0, number) if math.isfinite(number) else 0.0


def _moment(value: Any) -> datetime | None:
    seconds = _whole(value, _UNTIL)
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _party(value: Any) -> str | None:
    return value if isinstance(value, str) and _PARTY.fullmatch(value) else None


def _sentence(value: Any) -> str | None:
    text = "".join(filter(str.isprintable, value))[:_LONGEST_CAUSE].strip() if isinstance(value, str) else ""
    return text or None


def _text(value: Any) -> str:
    """So much of it as can be kept, as UTF-8 can say it."""
    return value.strip()[:_LONGEST_TEXT].encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _cost(value: Any) -> Cost | None:
    """What it cost in US dollars."""
    known = type(value) in (int, float) and math.isfinite(value) and 0 <= value < 10**6
    return Cost(f"{value:.4f}", "USD") if known else None

"""Conversations of the simulated ElevenLabs: what becomes of a call, as its API shows it and its webhooks tell it."""

import hashlib
import hmac
import json
import re
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Post = Callable[[str, bytes, Mapping[str, str]], int]
"""Posts a body with headers, over HTTP or straight into a handler; the status of the answer, 0 for none."""

Signature = Literal["good", "spaced", "wrong", "stale", "future", "none", "of_another_body"]
_PLACEHOLDER = re.compile(r"\{\{\s*([\w-]+)\s*\}\}")


def post_over_http(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Post as ElevenLabs does."""
    request = urllib.request.Request(url, body, dict(headers), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return 0


@dataclass(frozen=True)
class Said:
    """Something that was said, or a tool that was called, so many seconds into the call."""

    role: Literal["user", "agent"]
    message: str | None
    at: int
    tool: str | None = None
    arguments: str = "{}"
    failed: bool | None = False  # None: no result is told


TALK = (
    Said("agent", "Hello Asha, this is Acme. Is this a good time?", 0),
    Said("user", "Yes. Where is my order?", 3),
    Said("agent", None, 5, tool="find_order", arguments='{"order_no": "12345"}'),
    Said("agent", "It is on its way and arrives tomorrow.", 6),
    Said("user", "Great, thank you, that is very helpful!", 10),
)
ANALYSIS = {
    "transcript_summary": "Asha asked for her order and learned that it arrives tomorrow.",
    "call_successful": "success",
    "call_summary_title": "Order on its way",
    "evaluation_criteria_results": {
        "solved": {"criteria_id": "solved", "result": "success", "rationale": "She was told."}
    },
    "data_collection_results": {
        "order_no": {"data_collection_id": "order_no", "value": "12345", "json_schema": {}, "rationale": "Said so."},
        "callback": {"data_collection_id": "callback", "value": None, "json_schema": {}, "rationale": "Never said."},
    },
}


@dataclass(frozen=True)
class Scenario:
    """What becomes of a call. The second half are ElevenLabs' bad days."""

    end: Literal["done", "failed", "busy", "no-answer", "unknown"] = "done"
    sip: int | None = None
    talk: Sequence[Said] = TALK
    duration: int = 14
    analysed: bool = True
    audio: bool = True
    termination: str = "Client ended the call"

    omit_news: bool = False
    duplicates: bool = False
    sends_audio: bool = False  # a webhook with the whole recording in it
    official_sample: bool = False  # null for lists, flat metrics, unknown fields: as the documentation shows it
    signature: Signature = "good"


@dataclass
class Conversation:
    """A call that ElevenLabs was asked to place."""

    conversation_id: str
    agent_id: str
    kind: Literal["twilio", "sip_trunk"]
    phone_number_id: str
    from_number: str
    to_number: str
    client_data: Mapping[str, Any]
    started_at: datetime
    call_sid: str
    status: str = "initiated"
    scenario: Scenario = field(default_factory=Scenario)
    error: Mapping[str, Any] | None = None
    deleted: bool = False

    @property
    def user_id(self) -> str | None:
        return self.client_data.get("user_id")

    @property
    def is_over(self) -> bool:
        return self.status in ("done", "failed")

    def shown(self) -> dict[str, Any]:
        """The conversation object of the API."""
        talked = self.status in ("processing", "done")
        has_audio = self.status == "done" and self.scenario.audio
        return {
            "agent_id": self.agent_id, "agent_name": "an agent", "conversation_id": self.conversation_id,
            "status": self.status, "user_id": self.user_id, "branch_id": None, "version_id": None,
            "environment": "production",
            "transcript": [self._turn(number, said) for number, said in enumerate(self.scenario.talk)]
            if talked else [],
            "metadata": self._metadata(talked),
            "analysis": dict(ANALYSIS) if self.status == "done" and self.scenario.analysed else None,
            "conversation_initiation_client_data": self._client_data(),
            "has_audio": has_audio, "has_user_audio": has_audio, "has_response_audio": has_audio,
            "has_auxiliary_audio": False, "visited_agents": [], "tag_ids": [],
        }  # fmt: skip

    def listed(self) -> dict[str, Any]:
        """An entry of the list of conversations."""
        start = int(self.started_at.timestamp())
        duration = self.scenario.duration if self.is_over else 0
        return {
            "agent_id": self.agent_id, "agent_name": "an agent", "conversation_id": self.conversation_id,
            "start_time_unix_secs": start, "call_duration_secs": duration, "message_count": 0, "status": self.status,
            "call_successful": "unknown", "direction": "outbound", "rating": None,
        }  # fmt: skip

    def _client_data(self) -> dict[str, Any]:
        variables = {**self.client_data.get("dynamic_variables", {}), "system__conversation_id": self.conversation_id}
        return {**self.client_data, "dynamic_variables": variables}

    def _metadata(self, talked: bool) -> dict[str, Any]:
        start = int(self.started_at.timestamp())
        answered = talked or self.status == "in-progress"
        ids = {"call_sid": self.call_sid}
        ids |= {"stream_sid": "MZ1"} if self.kind == "twilio" else {"call_id": f"SCL_{self.conversation_id}"}
        return {
            "start_time_unix_secs": start, "accepted_time_unix_secs": start + 4 if answered else None,
            "call_duration_secs": self.scenario.duration if talked else 0,
            "cost": 296 if talked else None, "cost_fiat": 0.0425 if talked else None, "main_language": "en",
            "text_only": False, "warnings": [], "authorization_method": "authorization_header",
            "conversation_initiation_source": self.kind, "error": self.error,
            "termination_reason": self.scenario.termination if self.is_over else "",
            "phone_call": {
                "type": "twilio" if self.kind == "twilio" else "sip_trunking", "direction": "outbound",
                "phone_number_id": self.phone_number_id, "agent_number": self.from_number,
                "external_number": self.to_number, **ids,
            },
        }  # fmt: skip

    def _turn(self, number: int, said: Said) -> dict[str, Any]:
        sample = self.scenario.official_sample
        called, result = self._tool(f"req_{number}", said) if said.tool else ([], [])
        return {
            "role": said.role, "message": said.message, "time_in_call_secs": said.at,
            "tool_calls": called or (None if sample else []), "tool_results": result or (None if sample else []),
            "feedback": None, "interrupted": False, "original_message": None,
            "conversation_turn_metrics": {"convai_llm_service_ttfb": {"elapsed_time": 0.37}} if sample
            else {"metrics": {"convai_llm_service_ttfb": {"elapsed_time": 0.37}}},
            **({"a_field_of_next_year": [{"deep": True}]} if sample else {}),
        }  # fmt: skip

    @staticmethod
    def _tool(request_id: str, said: Said) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        name = {"request_id": request_id, "tool_name": said.tool, "tool_has_been_called": True, "type": "webhook"}
        called = [{**name, "params_as_json": said.arguments}]
        if said.failed is None:
            return called, []
        return called, [{**name, "result_value": "…", "is_error": said.failed, "tool_latency_secs": 0.4}]

    # What its webhooks say.

    def news(self, moment: datetime) -> list[dict[str, Any]]:
        """The events that are sent once the call is over."""
        if self.scenario.end in ("busy", "no-answer", "unknown"):
            return [self._envelope("call_initiation_failure", self._not_placed(), moment)]
        told = [self._envelope("post_call_transcription", self.shown(), moment)]
        if self.scenario.sends_audio:
            audio = {"agent_id": self.agent_id, "conversation_id": self.conversation_id}
            audio["full_audio"] = b64encode(b"ID3" + bytes(4096)).decode()
            told.append(self._envelope("post_call_audio", audio, moment))
        return told

    @staticmethod
    def _envelope(kind: str, data: Mapping[str, Any], moment: datetime) -> dict[str, Any]:
        return {"type": kind, "event_timestamp": int(moment.timestamp()), "data": dict(data)}

    def _not_placed(self) -> dict[str, Any]:
        if self.kind == "twilio":
            body: dict[str, Any] = {
                "CallSid": self.call_sid, "CallStatus": self.scenario.end.replace("unknown", "failed"),
                "To": self.to_number, "From": self.from_number, "Direction": "outbound-api", "Duration": "0",
            }  # fmt: skip
            if self.scenario.sip:
                body["SipResponseCode"] = str(self.scenario.sip)
        else:
            body = {
                "from_number": self.from_number, "to_number": self.to_number, "call_sid": self.call_sid,
                "sip_status_code": self.scenario.sip or 500, "error_reason": "refused",
            }  # fmt: skip
        metadata = {"type": "twilio" if self.kind == "twilio" else "sip", "body": body}
        told = {"agent_id": self.agent_id, "conversation_id": self.conversation_id}
        return {**told, "failure_reason": self.scenario.end, "metadata": metadata}


def missing(texts: Sequence[str], given: Mapping[str, Any]) -> list[str]:
    """Names that texts want to be filled in with and nobody gives."""
    wanted = {name for text in texts for name in _PLACEHOLDER.findall(text)}
    return sorted(name for name in wanted if name not in given and not name.startswith("system__"))


def signed(body: bytes, secret: str, moment: datetime, kind: Signature = "good") -> dict[str, str]:
    """The headers of a webhook."""
    headers = {"content-type": "application/json"}
    if kind == "none":
        return headers
    seconds = int(moment.timestamp()) + {"stale": -1801, "future": 301}.get(kind, 0)
    covered = body + b" " if kind == "of_another_body" else body
    key = "wsec_of_somebody_else" if kind == "wrong" else secret
    digest = hmac.new(key.encode(), f"{seconds}.".encode() + covered, hashlib.sha256).hexdigest()
    gap = " " if kind == "spaced" else ""
    return headers | {"elevenlabs-signature": f"t={seconds},{gap}v0={digest}"}


def written(event: Mapping[str, Any]) -> bytes:
    """An event as it is sent."""
    return json.dumps(event, ensure_ascii=False).encode()

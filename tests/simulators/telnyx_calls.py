"""The life of one call at Telnyx: what it tells, how it signs that, and how it carries out what it is commanded."""

import json
import threading
import urllib.error
import urllib.request
import uuid
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.simulators.telnyx_commands import Body, Violation

MOST_COMMANDS = 80
_MOMENT = timedelta(milliseconds=1)  # between two pieces of news
Signature = Literal["good", "wrong", "none", "old", "ahead"]
Post = Callable[[str, bytes, Mapping[str, str]], int]
"""Posts a webhook; the status of the answer, 0 where there was none."""


def post_over_http(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Post as the carrier does."""
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
class Scenario:
    """What the other party and the carrier do. The second half are the carrier's bad days."""

    cause: str = "normal_clearing"  # with any other the call is not answered
    sip: str = "200"  # of the end
    machine: bool = False  # what answers
    digits: Sequence[str | None] = ()  # typed at one gather after the other, None for silence; then nothing
    legs: Sequence[str] = ()  # the causes for which transfers end; then "normal_clearing", which is talked out
    duration: int = 12
    patience: int = MOST_COMMANDS  # the caller hangs up after so many commands
    message_ends: Literal["key", "limit", "hangup"] = "key"
    conversation: Sequence[tuple[str, dict[str, Any]]] = ()  # what the assistant's part of the call tells

    omit_news: bool = False  # nothing arrives
    duplicates: bool = False  # everything arrives twice
    reversed_news: bool = False  # each piece of news arrives after those that followed it, once the call is over
    without_ids: bool = False  # recordings are told of without the call's id
    with_recording_ids: bool = False  # and with their own
    signature: Signature = "good"


@dataclass
class Call:
    """One leg, and everything that was heard, commanded and told in its course."""

    from_number: str
    to_number: str
    direction: Literal["incoming", "outgoing"]
    connection_id: str
    webhook_url: str
    created_at: datetime
    client_state: str | None = None
    record: bool = False
    order: Body = field(default_factory=dict)  # what it was dialled with
    control_id: str = field(default_factory=lambda: f"v3:{uuid.uuid4().hex}_-=")
    leg_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    session_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: str = "parked"
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    heard: list[str] = field(default_factory=list)
    transferred: list[Body] = field(default_factory=list)
    commands: list[tuple[str, Body]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    command_ids: dict[str, datetime] = field(default_factory=dict)
    pending: list[tuple[str, Body]] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    @property
    def is_over(self) -> bool:
        """Whether it takes no more commands."""
        return self.state == "hangup"

    def resource(self) -> dict[str, Any]:
        """The Call resource."""
        ended = {"end_time": iso(self.ended_at)} if self.ended_at else {}
        seconds = int(((self.ended_at or self.created_at) - self.created_at).total_seconds())
        return {
            "record_type": "call", "call_control_id": self.control_id, "call_leg_id": self.leg_id,
            "call_session_id": self.session_id, "is_alive": bool(self.told) and not self.is_over,
            "call_duration": seconds, "client_state": self.client_state, "start_time": iso(self.created_at), **ended,
        }  # fmt: skip

    def event(self, kind: str, at: datetime, facts: Mapping[str, Any]) -> dict[str, Any]:
        """A piece of news about it."""
        who = {
            "call_control_id": self.control_id, "call_leg_id": self.leg_id, "call_session_id": self.session_id,
            "connection_id": self.connection_id, "client_state": self.client_state, "from": self.from_number,
            "to": self.to_number,
        }  # fmt: skip
        data = {"record_type": "event", "event_type": kind, "id": str(uuid.uuid4()), "occurred_at": iso(at)}
        return {**data, "payload": who | dict(facts)}

    def take(self, action: str, body: Body) -> None:
        """A command arrives."""
        with self.arrived:
            self.commands.append((action, body))
            self.pending.append((action, body))
            self.client_state = body.get("client_state", self.client_state)
            self.arrived.notify()

    def next_command(self, seconds: float) -> tuple[str, Body] | None:
        """The next command, waited for so long."""
        with self.arrived:
            self.arrived.wait_for(lambda: bool(self.pending), timeout=seconds)
            return self.pending.pop(0) if self.pending else None


@dataclass(frozen=True)
class Signer:
    """Signs webhooks."""

    key: Ed25519PrivateKey
    now: Callable[[], datetime]

    def headers(self, body: bytes, kind: Signature = "good") -> dict[str, str]:
        """The headers of a webhook."""
        headers = {"content-type": "application/json", "user-agent": "telnyx-webhooks"}
        if kind == "none":
            return headers
        moment = int(self.now().timestamp()) + {"old": -310, "ahead": 310}.get(kind, 0)
        signed = body + b" " if kind == "wrong" else body
        signature = b64encode(self.key.sign(f"{moment}|".encode() + signed)).decode()
        return headers | {"telnyx-signature-ed25519": signature, "telnyx-timestamp": str(moment)}


@dataclass
class Line:
    """A call from its first to its last word. `recorded` keeps audio of a leg and gives its recording's id;
    `silence` is for how many seconds a command is waited for."""

    call: Call
    scenario: Scenario
    signer: Signer
    post: Post
    recorded: Callable[[Call], str]
    silence: float = 0.0

    def __post_init__(self) -> None:
        self._digits, self._legs = list(self.scenario.digits), list(self.scenario.legs)
        self._held: list[tuple[Call, bytes]] = []
        began = self.call.created_at
        self._moment = began.replace(microsecond=began.microsecond // 1000 * 1000)
        self._recording = False

    def play(self) -> Call:
        """Let it happen."""
        call, scenario = self.call, self.scenario
        incoming = call.direction == "incoming"
        state = "parked" if incoming else "bridging"
        self._tell("call.initiated", call, {"direction": call.direction, "state": state, "caller_id_name": ""})
        answered = scenario.cause == "normal_clearing"
        if answered and (not incoming or self._is_taken()):
            self._answered(call, 0 if incoming else 2)
            if scenario.machine:
                self._tell("call.machine.detection.ended", call, {"result": "machine"})
            for kind, payload in scenario.conversation:
                self._tell(kind, call, payload)
            self._carry_out()
            self._hang_up(call, "normal_clearing", seconds=scenario.duration)
            if call.record:
                self._save(call)
        else:
            self._hang_up(call, scenario.cause, seconds=3)
        for one, body in reversed(self._held):
            self._deliver(one, body)
        return call

    def _is_taken(self) -> bool:
        """Whether a call that comes in is answered."""
        found = self.call.next_command(self.silence)
        if found is None:
            return False
        if found[0] == "answer":
            self.call.record = "record" in found[1]
        return found[0] == "answer"

    def _answered(self, leg: Call, seconds: int) -> None:
        self._moment += timedelta(seconds=seconds)
        leg.state, leg.answered_at = "answered", self._moment + _MOMENT
        self._tell("call.answered", leg, {"state": "answered", "start_time": iso(leg.created_at)})

    def _carry_out(self) -> None:
        for count in range(MOST_COMMANDS + 1):
            found = None if self.call.is_over else self.call.next_command(self.silence)
            if found is None or count >= self.scenario.patience:
                return
            self._one(*found)
        raise Violation("the call is told what to do without end")

    def _one(self, action: str, body: Body) -> None:
        call = self.call
        match action:
            case "speak" | "playback_start":
                self._utter(body)
            case "gather" | "gather_using_speak" | "gather_using_audio":
                self._gather(action, body)
            case "transfer":
                self._transfer(body)
            case "record_start":
                self._recording = True
                self._message()
            case "record_stop":
                if self._recording:
                    self._save(call)
            case "enqueue":
                self._tell("call.enqueued", call, {"queue": body["queue_name"]})
            case "hangup":
                self._hang_up(call, "normal_clearing", seconds=self.scenario.duration)

    def _utter(self, body: Body) -> None:
        kind = "speak" if "payload" in body else "playback"
        self.call.heard.append(body.get("payload") or body["audio_url"])
        self._tell(f"call.{kind}.started", self.call)
        self._tell(f"call.{kind}.ended", self.call, {"status": "completed"})

    def _gather(self, action: str, body: Body) -> None:
        if action != "gather":
            self._utter(body)
        silent = action == "gather" or not self._digits
        digits = None if silent else self._digits.pop(0)
        for digit in digits or "":
            self._tell("call.dtmf.received", self.call, {"digit": digit})
        self._tell("call.gather.ended", self.call, {"digits": digits or "", "status": "valid" if digits else "timeout"})

    def _message(self) -> None:
        ends = self.scenario.message_ends
        if ends == "key":
            self._tell("call.dtmf.received", self.call, {"digit": "#"})
        elif ends == "limit":
            self._save(self.call)
        else:
            self._hang_up(self.call, "normal_clearing", seconds=self.scenario.duration)
            self._save(self.call)

    def _transfer(self, body: Body) -> None:
        call = self.call
        call.transferred.append(body)
        leg = Call(
            body.get("from", call.to_number), body["to"], "outgoing", call.connection_id,
            body.get("webhook_url", call.webhook_url), self._moment, session_id=call.session_id,
        )  # fmt: skip
        leg.client_state = body.get("target_leg_client_state")
        self._tell("call.initiated", leg, {"direction": "outgoing", "state": "bridging"})
        cause = self._legs.pop(0) if self._legs else "normal_clearing"
        if cause != "normal_clearing":
            self._hang_up(leg, cause, seconds=1)
            return
        self._answered(leg, 0)
        for one in (call, leg):
            self._tell("call.bridged", one)
        self._hang_up(leg, "normal_clearing", seconds=self.scenario.duration)
        if "record" in body:
            self._save(leg)
        # The bridge is over, and with it the leg that was not to be parked.
        self._hang_up(call, "normal_clearing", seconds=self.scenario.duration)

    def _hang_up(self, leg: Call, cause: str, seconds: int) -> None:
        if leg.is_over:
            return
        start = leg.answered_at or self._moment
        leg.state, leg.ended_at = "hangup", start + timedelta(seconds=seconds)
        self._moment = leg.ended_at
        sip = self.scenario.sip if leg is self.call else ("200" if cause == "normal_clearing" else "487")
        self._tell(
            "call.hangup", leg,
            {"state": "hangup", "hangup_cause": cause, "hangup_source": "callee", "sip_hangup_cause": sip,
             "start_time": iso(leg.created_at), "call_quality_stats": None},
        )  # fmt: skip

    def _save(self, leg: Call) -> None:
        self._recording = False
        recording, payload = self.recorded(leg), {"channels": "dual", "recording_started_at": iso(leg.created_at)}
        if self.scenario.with_recording_ids:
            payload["recording_id"] = recording
        urls = {"mp3": f"https://s3.amazonaws.com/telephony-recorder-prod/{recording}.mp3?X-Amz-Expires=600"}
        lacking = ("call_control_id", "from", "to") if self.scenario.without_ids else ("from", "to")
        self._tell("call.recording.saved", leg, {**payload, "recording_urls": urls}, lacking)

    def _tell(self, kind: str, leg: Call, facts: Mapping[str, Any] | None = None, lacking: Sequence[str] = ()) -> None:
        self._moment += _MOMENT
        event = leg.event(kind, self._moment, facts or {})
        for name in lacking:
            del event["payload"][name]
        self.call.told.append(event)
        for attempt in range(2 if self.scenario.duplicates else 1):
            body = envelope(event, leg.webhook_url, attempt + 1)
            if self.scenario.omit_news:
                continue
            if self.scenario.reversed_news:
                self._held.append((leg, body))
            else:
                self._deliver(leg, body)

    def _deliver(self, leg: Call, body: bytes) -> None:
        status = self.post(leg.webhook_url, body, self.signer.headers(body, self.scenario.signature))
        if not 200 <= status < 300 and self.scenario.signature == "good":
            raise Violation(f"news was answered {status}")


def envelope(event: Mapping[str, Any], url: str, attempt: int = 1) -> bytes:
    """A webhook's body."""
    return json.dumps({"data": event, "meta": {"attempt": attempt, "delivered_to": url}}).encode()


def iso(moment: datetime) -> str:
    """As Telnyx writes time."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

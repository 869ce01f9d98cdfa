"""The life of one call at Twilio: what it posts, how it signs that, and how it carries out what it is answered."""

import base64
import hashlib
import hmac
import re
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.simulators.twilio_twiml import Verb, Violation, read

REPLY_TYPES = ("text/xml", "application/xml")
MOST_REPLIES = 60
Signature = Literal["sha1", "sha256", "port", "wrong", "none"]


@dataclass(frozen=True)
class Reply:
    """What a callback was answered; status 0: nothing, the connection failed."""

    status: int
    content_type: str
    body: str


Post = Callable[[str, Mapping[str, str], Mapping[str, str]], Reply]
"""Posts a form with headers; over HTTP, or straight into a handler."""


def post_over_http(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
    """Post as the carrier does."""
    request = urllib.request.Request(url, urlencode(form).encode(), dict(headers), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return Reply(answer.status, answer.headers.get("Content-Type", ""), answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, error.headers.get("Content-Type", ""), error.read().decode())
    except OSError:
        return Reply(0, "", "")


@dataclass(frozen=True)
class Scenario:
    """What the other party and the carrier do. The second half are the carrier's bad days."""

    end: Literal["completed", "busy", "no-answer", "failed", "canceled"] = "completed"
    sip: str = ""  # of the end; by itself left out
    answered_by: str | None = None
    digits: Sequence[str | None] = ()  # typed at one Gather after the other, None for silence; then nothing
    legs: Sequence[str] = ()  # how one Dial after the other ends; then "completed"
    duration: int = 12
    patience: int = MOST_REPLIES  # the caller hangs up after so many documents
    hangs_up_in_record: bool = False

    omit_news: bool = False  # no status or recording callback arrives
    duplicates: bool = False  # every status and recording callback twice
    reversed_news: bool = False  # they arrive after the end, the last first
    recording_absent: bool = False
    signature: Signature = "sha1"


@dataclass
class Call:
    """A call, and everything that was heard and posted in its course."""

    sid: str
    account_sid: str
    from_number: str
    to_number: str
    direction: Literal["inbound", "outbound-api"]
    voice_url: str
    created_at: datetime
    status_url: str | None = None
    status_events: Sequence[str] = ("completed",)
    fallback_url: str | None = None
    record: bool = False
    recorded_url: str | None = None
    status: str = "queued"
    ended_at: datetime | None = None
    duration: int | None = None
    answered_by: str | None = None
    price: str | None = None
    heard: list[str] = field(default_factory=list)
    waited: int = 0
    dialled: list[str] = field(default_factory=list)
    queues: list[str] = field(default_factory=list)
    recordings: list[str] = field(default_factory=list)
    posted: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    redirected_to: str | None = None

    def resource(self) -> dict[str, object]:
        """The Call resource."""
        base = f"/2010-04-01/Accounts/{self.account_sid}/Calls/{self.sid}"
        ended = self.ended_at
        kinds = ("events", "recordings", "notifications")
        return {
            "sid": self.sid, "account_sid": self.account_sid, "parent_call_sid": None,
            "from": self.from_number, "from_formatted": self.from_number,
            "to": self.to_number, "to_formatted": self.to_number, "phone_number_sid": None,
            "status": self.status, "direction": self.direction, "api_version": "2010-04-01",
            "start_time": None if self.status == "queued" else _rfc2822(self.created_at),
            "end_time": ended and _rfc2822(ended), "date_created": _rfc2822(self.created_at),
            "date_updated": _rfc2822(ended or self.created_at), "answered_by": self.answered_by,
            "duration": None if self.duration is None else str(self.duration),
            "price": self.price, "price_unit": "USD", "forwarded_from": None, "group_sid": None, "caller_name": None,
            "queue_time": "0", "trunk_sid": None, "annotation": None, "uri": f"{base}.json",
            "subresource_uris": {kind: f"{base}/{kind.capitalize()}.json" for kind in kinds},
        }  # fmt: skip

    def events(self) -> list[dict[str, object]]:
        """What the account was asked and told about this call."""
        return [
            {"request": {"method": "POST", "url": url, "parameters": form}, "response": {"response_code": 200}}
            for url, form in self.posted
        ]


@dataclass(frozen=True)
class Signer:
    """Signs callbacks."""

    auth_token: str
    shared_key_id: str
    shared_key_secret: str

    def headers(self, url: str, form: Mapping[str, str], kind: Signature) -> dict[str, str]:
        """The headers of a callback."""
        headers = {
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
            "user-agent": "TwilioProxy/1.1",
            "i-twilio-idempotency-token": str(uuid.uuid4()),
        }
        if kind == "none":
            return headers
        if kind == "port":
            parts = urlsplit(url)
            port = 443 if parts.scheme == "https" else 80
            url = url if parts.port else url.replace(parts.netloc, f"{parts.netloc}:{port}", 1)
        secret, digest = self.auth_token, hashlib.sha1
        if kind == "sha256":
            secret, digest = self.shared_key_secret, hashlib.sha256
            headers["x-twilio-webhooks-signature-settings"] = f"key={self.shared_key_id},algorithm=HMAC_SHA256"
        if kind == "wrong":
            secret += "x"
        text = url + "".join(f"{name}{form[name]}" for name in sorted(form))
        signature = base64.b64encode(hmac.new(secret.encode(), text.encode(), digest).digest()).decode()
        return {**headers, "x-twilio-signature": signature}


class Line:
    """Plays one call to its end, synchronously. Raises Violation where the product's answers break the rules.

    `recorded` keeps audio and gives its id and URL.
    """

    def __init__(
        self, call: Call, scenario: Scenario, signer: Signer, post: Post, recorded: Callable[[Call], tuple[str, str]]
    ) -> None:
        self._call = call
        self._scenario = scenario
        self._signer = signer
        self._post = post
        self._recorded = recorded
        self._digits = list(scenario.digits)
        self._legs = list(scenario.legs)
        self._replies = 0
        self._news: list[tuple[str, dict[str, str]]] = []
        self._told = 0
        self._url = call.voice_url
        self._moment = call.created_at

    def play(self) -> Call:
        """From the first ring to the last callback."""
        call, scenario = self._call, self._scenario
        self._happens("initiated", "initiated", 0)
        self._happens("ringing", "ringing", 1)
        if scenario.end == "completed":
            if call.direction == "outbound-api":
                self._happens("answered", "in-progress", 2)
            recording = call.record and self._recorded(call)
            call.answered_by = scenario.answered_by
            self._carry_out(self._ask(self._url, {}))
            self._end()
            if recording:
                self._tell_of(recording, call.recorded_url, "OutboundAPI")
        else:
            self._end()
        for url, form in reversed(self._news):
            self._deliver(url, form)
        return call

    # What the carrier is told to do.

    def _carry_out(self, verbs: list[Verb]) -> None:
        while verbs and self._call.status != "completed":
            verb, *rest = verbs
            verbs = self._one(verb, rest)

    def _one(self, verb: Verb, rest: list[Verb]) -> list[Verb]:
        """Carry out one verb; what comes after it."""
        call = self._call
        match verb.name:
            case "Say" | "Play":
                call.heard.append(verb.text)
            case "Pause":
                call.waited += int(verb.attributes.get("length", "1"))
            case "Gather":
                return self._gather(verb, rest)
            case "Dial":
                return self._dial(verb, rest)
            case "Record":
                return self._record(verb)
            case "Redirect":
                self._url = verb.text
                return self._ask(verb.text, {})
            case "Enqueue":
                call.queues.append(verb.text)
                return []
            case "Reject":
                call.status = verb.attributes.get("reason", "rejected").replace("rejected", "no-answer")
                return []
            case _:
                return []
        return rest

    def _gather(self, verb: Verb, rest: list[Verb]) -> list[Verb]:
        self._call.heard += [child.text for child in verb.children if child.text]
        digits = self._digits.pop(0) if self._digits else None
        return rest if digits is None else self._go_on(verb, {"Digits": digits})

    def _dial(self, verb: Verb, rest: list[Verb]) -> list[Verb]:
        self._call.dialled += [f"{noun.name}:{noun.text}" for noun in verb.children]
        outcome = self._legs.pop(0) if self._legs else "completed"
        result = {"DialCallStatus": outcome, "DialCallSid": f"CA{uuid.uuid4().hex}"}
        if outcome == "completed":
            result |= {"DialCallDuration": str(self._scenario.duration), "DialBridged": "true"}
            if verb.attributes.get("record", "do-not-record") != "do-not-record":
                recording = self._recorded(self._call)
                self._tell_of(recording, verb.attributes.get("recordingStatusCallback"), "DialVerb")
                result["RecordingUrl"] = recording[1]
        return self._go_on(verb, result) if "action" in verb.attributes else rest

    def _record(self, verb: Verb) -> list[Verb]:
        recording = self._recorded(self._call)
        self._tell_of(recording, verb.attributes.get("recordingStatusCallback"), "RecordVerb")
        if self._scenario.hangs_up_in_record:
            self._call.status = "completed"
        key = "hangup" if self._scenario.hangs_up_in_record else "#"
        return self._go_on(verb, {"RecordingUrl": recording[1], "RecordingDuration": "3", "Digits": key})

    def _go_on(self, verb: Verb, result: dict[str, str]) -> list[Verb]:
        return self._ask(verb.attributes.get("action", self._url), result)

    def _ask(self, url: str, result: dict[str, str]) -> list[Verb]:
        """Post and read the document in the answer."""
        call = self._call
        self._replies += 1
        if self._replies > MOST_REPLIES:
            raise Violation("the call is told what to do without end")
        if self._replies > self._scenario.patience:
            call.status = "completed"
            return []
        # A call that comes in rings until the first answer is carried out.
        live = "ringing" if call.direction == "inbound" and self._replies == 1 else "in-progress"
        status = call.status if call.status == "completed" else live
        reply = self._send(url, {**self._who(), "CallStatus": status, **result})
        if reply.status != 200 and call.fallback_url:
            reply = self._send(call.fallback_url, {**self._who(), "CallStatus": status, **result})
        if reply.status != 200:
            raise Violation(f"a question was answered {reply.status}: {reply.body[:200]}")
        if reply.content_type.partition(";")[0] not in REPLY_TYPES:
            raise Violation(f"TwiML was served as {reply.content_type!r}")
        if call.status != "completed":
            call.status = "in-progress"
        return read(reply.body)

    # What the carrier tells.

    def _end(self) -> None:
        call, scenario = self._call, self._scenario
        rejected = call.status in ("busy", "no-answer")
        final = call.status if rejected else scenario.end
        talked = final == "completed"
        call.status, call.duration = final, scenario.duration if talked else 0
        facts = {"CallDuration": str(call.duration), "Duration": str(-(-call.duration // 60))}
        if scenario.sip:
            facts["SipResponseCode"] = scenario.sip
        if scenario.answered_by:
            facts["AnsweredBy"] = scenario.answered_by
        if call.record and talked and call.recordings:
            facts["RecordingSid"] = call.recordings[0]
        self._happens("completed", final, call.duration or 3, facts)
        call.ended_at = self._moment
        call.price = "-0.00850" if talked else "-0.00000"

    def _happens(self, event: str, status: str, seconds: int, facts: Mapping[str, str] | None = None) -> None:
        call = self._call
        self._moment += timedelta(seconds=seconds)
        call.status = status if status != "initiated" else "queued"
        number = str(self._told)
        self._told += 1
        if call.status_url is None or event not in call.status_events:
            return
        progress = {
            "CallStatus": status,
            "Timestamp": _rfc2822(self._moment),
            "CallbackSource": "call-progress-events",
            "SequenceNumber": number,
        }
        self._tell(call.status_url, {**self._who(), **progress, **(facts or {})})

    def _tell_of(self, recording: tuple[str, str], url: str | None, source: str) -> None:
        sid, address = recording
        absent = self._scenario.recording_absent
        facts = {
            "AccountSid": self._call.account_sid,
            "CallSid": self._call.sid,
            "RecordingSid": sid,
            "RecordingUrl": address,
            "RecordingStatus": "absent" if absent else "completed",
            "RecordingChannels": "1",
            "RecordingStartTime": _rfc2822(self._call.created_at),
            "RecordingSource": source,
        }
        if not absent:
            facts["RecordingDuration"] = str(self._scenario.duration)
        if url:
            self._tell(url, facts)

    def _tell(self, url: str, form: dict[str, str]) -> None:
        if self._scenario.omit_news:
            return
        for _ in range(2 if self._scenario.duplicates else 1):
            if self._scenario.reversed_news:
                self._news.append((url, form))
            else:
                self._deliver(url, form)

    def _deliver(self, url: str, form: dict[str, str]) -> None:
        status = self._send(url, form).status
        if status not in (200, 204) and self._scenario.signature not in ("wrong", "none"):
            raise Violation(f"news was answered {status}")

    def _send(self, url: str, form: dict[str, str]) -> Reply:
        """Post, again as often as the URL's fragment says; without one, only after a failed connection, once."""
        address, _, fragment = url.partition("#")
        rules = dict(parse_qsl(fragment))
        causes = rules.get("rp", "ct").split(",")
        headers = self._signer.headers(address, form, self._scenario.signature)
        for _ in range(1 + int(rules.get("rc", "1"))):
            self._call.posted.append((address, form))
            reply = self._post(address, form, headers)
            failure = "ct" if reply.status == 0 else f"{reply.status // 100}xx"
            if not {failure, "all"} & set(causes):
                break
        return reply

    def _who(self) -> dict[str, str]:
        call = self._call
        return {
            "CallSid": call.sid, "AccountSid": call.account_sid, "ApiVersion": "2010-04-01",
            "Direction": call.direction, "From": call.from_number, "To": call.to_number,
            "Caller": call.from_number, "Called": call.to_number, "CallerCity": "", "FromCountry": "KE",
        }  # fmt: skip


def _rfc2822(moment: datetime) -> str:
    return re.sub(r"[+-]0000$|GMT$", "+0000", format_datetime(moment.astimezone(UTC)))

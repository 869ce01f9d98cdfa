"""The life of one call at Africa's Talking: what it posts, and how it carries out what it is answered."""

import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlencode

from tests.simulators.africas_talking_actions import Action, Violation, read

REPLY_TYPES = ("application/xml", "text/xml", "text/plain")
MOST_REPLIES = 40


@dataclass(frozen=True)
class Reply:
    """What a callback was answered."""

    status: int
    content_type: str
    body: str


Post = Callable[[str, Mapping[str, str]], Reply]
"""Posts a form; over HTTP, or straight into a handler."""


def post_over_http(url: str, form: Mapping[str, str]) -> Reply:
    """Post as the carrier does."""
    request = urllib.request.Request(url, urlencode(form).encode(), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return Reply(answer.status, answer.headers.get("Content-Type", ""), answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, error.headers.get("Content-Type", ""), error.read().decode())


@dataclass(frozen=True)
class Scenario:
    """What the other party and the carrier do. The second half are the carrier's bad days."""

    answered: bool = True
    digits: Sequence[str] = ()  # typed at one GetDigits after the other; then nothing
    dialled_party_answers: bool = True
    patience: int = MOST_REPLIES  # the caller hangs up after so many answers
    duration: int = 12
    cause: str | None = "NORMAL_CLEARING"  # None: left out, as often
    state: str = ""  # of the final callback; by itself Completed or NotAnswered
    amount: str = "5.00"
    recording_url: str | None = None  # of whatever gets recorded

    vocabulary: Literal["documented", "demo"] = "documented"
    omit_final: bool = False
    duplicates: bool = False  # every request twice
    final_first: bool = False  # the final callback overtakes the one that asks what to do
    recording_late: bool = False  # the recording is told of after the end
    dial_reposts: bool = False  # a Dial is followed by callbacks about the dialled party
    literal_plus: bool = False  # in callStartTime, instead of the blank
    parties_swapped: bool = False  # which of the two numbers is ours on outbound calls is not documented


@dataclass
class Call:
    """A call, and everything that was heard and posted in its course."""

    session_id: str
    own_number: str
    other_party: str
    direction: Literal["Inbound", "Outbound"]
    callback_url: str
    events_url: str | None = None
    client_request_id: str | None = None
    client_dialed_number: str | None = None  # set: a browser called
    heard: list[str] = field(default_factory=list)
    dialled: list[str] = field(default_factory=list)
    queues: list[str] = field(default_factory=list)
    posted: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    rejected: bool = False
    recorded: bool = False


class Line:
    """Plays one call to its end, synchronously. Raises Violation where the product's answers break the rules."""

    def __init__(self, call: Call, scenario: Scenario, post: Post) -> None:
        self._call = call
        self._scenario = scenario
        self._post = post
        self._digits = list(scenario.digits)
        self._callback_url = call.callback_url
        self._replies = 0

    def play(self) -> Call:
        """From the first ring to the last callback."""
        self._tell("SessionStarted", None)
        self._tell("SessionRinging", "Ringing")
        if self._scenario.final_first:
            self._end()
            self._ask(self._callback_url, self._opening())
            return self._call
        if self._scenario.answered:
            self._tell("SessionAnswered", "Active")
            self._carry_out(self._ask(self._callback_url, self._opening()))
        self._end()
        return self._call

    def _opening(self) -> dict[str, str]:
        if self._scenario.vocabulary == "demo":
            return {}
        return {"isActive": "1", "callSessionState": "Active" if self._call.direction == "Outbound" else "Ringing"}

    def _carry_out(self, actions: list[Action]) -> None:
        while actions:
            action, *rest = actions
            actions = self._one(action, rest)

    def _one(self, action: Action, rest: list[Action]) -> list[Action]:
        """Carry out one action; what comes after it."""
        call = self._call
        match action.name:
            case "Say" | "Play":
                self._hear(action)
            case "GetDigits":
                self._hear(action.prompt)
                if self._digits:
                    return self._go_on(action, {"dtmfDigits": self._digits.pop(0)})
            case "Record":
                self._hear(action.prompt)
                call.recorded = True
                if not action.attributes:
                    return []
                return self._go_on(action, {"recordingUrl": self._scenario.recording_url or ""})
            case "Dial":
                return self._dial(action, rest)
            case "Redirect":
                self._callback_url = action.text
                return self._ask(self._callback_url, {"isActive": "1", "callSessionState": "Active"})
            case "Enqueue":
                call.queues.append(action.attributes.get("name", ""))
                return []
            case "Reject":
                call.rejected = True
                return []
            case _:
                return []
        return rest

    def _hear(self, prompt: Action | None) -> None:
        if prompt:
            self._call.heard.append(prompt.text or prompt.attributes.get("url", ""))

    def _go_on(self, action: Action, news: dict[str, str]) -> list[Action]:
        url = action.attributes.get("callbackUrl", self._callback_url)
        return self._ask(url, {"isActive": "1", "callSessionState": "Active", **news})

    def _dial(self, action: Action, rest: list[Action]) -> list[Action]:
        parties = action.attributes["phoneNumbers"].split(",")
        self._call.dialled.extend(parties)
        self._call.recorded |= self._scenario.dialled_party_answers and action.attributes.get("record") == "true"
        if self._scenario.dial_reposts:
            about = {"isActive": "1", "callSessionState": "Bridged", "dialDestinationNumber": parties[0]}
            for news in (about, {**about, "dialStatus": "Completed"}):
                if any(again.name == "Dial" for again in self._ask(self._callback_url, news)):
                    raise Violation("a callback about the dialled party was answered with another Dial: a loop")
        return [] if self._scenario.dialled_party_answers else rest

    def _end(self) -> None:
        if self._scenario.omit_final:
            return
        final = self._final()
        recording = self._scenario.recording_url if self._call.recorded else None
        if recording and not self._scenario.recording_late:
            final["recordingUrl"] = recording
        self._say_goodbye(final)
        if recording and self._scenario.recording_late:
            self._say_goodbye({**final, "recordingUrl": recording})

    def _final(self) -> dict[str, str]:
        scenario = self._scenario
        talked = scenario.answered and not self._call.rejected
        final = {
            "durationInSeconds": str(scenario.duration if talked else 0),
            "currencyCode": "KES",
            "amount": scenario.amount if talked else "0.000",
        }
        if self._call.dialled and talked:
            final["dialDestinationNumber"] = self._call.dialled[-1]
            if scenario.dialled_party_answers:
                final["dialDurationInSeconds"] = final["durationInSeconds"]
        if scenario.cause is not None:
            final["hangupCause"] = scenario.cause
        if scenario.vocabulary == "demo":
            return {"eventType": "SessionEnded" if talked else "SessionFailed", **final}
        state = scenario.state or ("Completed" if talked else "NotAnswered")
        return {"isActive": "0", "callSessionState": state, "status": "Success" if talked else state, **final}

    def _say_goodbye(self, final: dict[str, str]) -> None:
        demo = self._scenario.vocabulary == "demo"
        url = self._call.events_url if demo else self._callback_url
        if url:
            self._send(url, final)

    def _tell(self, event_type: str, state: str | None) -> None:
        """Notify the events URL, whose answer does not matter."""
        if self._call.events_url and self._scenario.vocabulary == "demo":
            self._send(self._call.events_url, {"eventType": event_type})
        elif self._call.events_url and state:
            self._send(self._call.events_url, {"isActive": "1", "callSessionState": state})

    def _ask(self, url: str, news: dict[str, str]) -> list[Action]:
        """Post and read the instructions in the answer."""
        self._replies += 1
        if self._replies > MOST_REPLIES:
            raise Violation("the call is told what to do without end")
        if self._replies > self._scenario.patience:
            return []
        reply = self._send(url, news)
        if reply.status not in (200, 201):
            raise Violation(f"a callback was answered {reply.status}: {reply.body[:200]}")
        if reply.content_type.partition(";")[0] not in REPLY_TYPES:
            raise Violation(f"instructions were served as {reply.content_type!r}")
        return read(reply.body)

    def _send(self, url: str, news: dict[str, str]) -> Reply:
        form = {**self._who(), **news}
        self._call.posted.append((url, form))
        reply = self._post(url, form)
        if self._scenario.duplicates:
            self._call.posted.append((url, form))
            self._post(url, form)
        return reply

    def _who(self) -> dict[str, str]:
        call, scenario = self._call, self._scenario
        caller, destination = call.other_party, call.own_number
        if scenario.parties_swapped and call.direction == "Outbound":
            caller, destination = destination, caller
        who = {"sessionId": call.session_id, "callerNumber": caller, "destinationNumber": destination}
        if scenario.vocabulary == "demo":
            return {**who, "direction": call.direction.lower(), "callStartTime": "2026-11-21 08:35:15"}
        browser = call.client_dialed_number is not None
        who |= {
            "direction": call.direction,
            "callerCountryCode": "-1" if browser else "254",
            "callerCarrierName": "None" if browser else "Safaricom",
            "callStartTime": f"2026-11-21{'+' if scenario.literal_plus else ' '}08:35:15",
        }
        if call.client_request_id:
            who["clientRequestId"] = call.client_request_id
        if call.client_dialed_number is not None:
            who["clientDialedNumber"] = call.client_dialed_number
        return who

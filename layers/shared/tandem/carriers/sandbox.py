"""The sandbox: a carrier without telephones, in every stage, for tests, demonstrations and `sk_test_` keys.

What happens to a call is decided by the number dialled (the table SCRIPTS) and follows the platform's clock: the steps
are messages on a queue, each delayed until its time. The carrier remembers its calls in `SANDBOX#<reference>`.
"""

import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic.alias_generators import to_camel

from tandem import clock
from tandem.aws import queue, table
from tandem.aws.parameters import find_parameter
from tandem.aws.table import Absent, ConditionFailed, Item, Update
from tandem.carriers import sandbox_ending, sandbox_talk
from tandem.carriers.audio import tone_wav
from tandem.carriers.base import (
    CarrierEvent,
    CarrierRequest,
    CarrierResponse,
    ClientToken,
    Cost,
    Dial,
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
from tandem.carriers.client_tokens import signed
from tandem.carriers.faults import injected
from tandem.carriers.instructions import Instruction
from tandem.config import settings
from tandem.ids import derived_id, new_id
from tandem.records import record

KEPT_DAYS = 30

CLIENT_KEY = "tandem-sandbox-client-key-no-secret"
"""What the sandbox signs tokens of browser clients with."""

_TALK_SECONDS = 4


@record
class Step:
    """Something the carrier tells `told` seconds after the dial; it happened `at` seconds after the dial."""

    told: int
    at: int
    happened: Happened
    outcome: Outcome | None = None
    cause: str | None = None
    duration: int | None = None


@record
class Script:
    """The life of a call to one of the sandbox's numbers."""

    steps: tuple[Step, ...] = ()
    refusal: tuple[Outcome, str] | None = None
    answer_is_lost: bool = False
    failing_fetches: int = 0


def _unanswered(seconds: int, outcome: Outcome, cause: str) -> Script:
    ring = Step(1, 1, Happened.RINGING)
    return Script((ring, Step(seconds, seconds, Happened.ENDED, outcome, cause, 0)))


_RING, _ANSWER = Step(1, 1, Happened.RINGING), Step(2, 2, Happened.ANSWERED)
_END = Step(6, 6, Happened.ENDED, Outcome.ANSWERED_HUMAN, "NORMAL_CLEARING", _TALK_SECONDS)
_SAVED = Step(7, 7, Happened.RECORDED)
_ANSWERED = (_RING, _ANSWER, _END, _SAVED)
_VOICEMAIL = Step(8, 8, Happened.ENDED, Outcome.VOICEMAIL, "NORMAL_CLEARING", 6)
_SCRAMBLED = (
    Step(5, 6, Happened.ENDED, Outcome.ANSWERED_HUMAN, "NORMAL_CLEARING", _TALK_SECONDS),
    Step(5, 2, Happened.ANSWERED),
    Step(6, 7, Happened.RECORDED),
    Step(6, 6, Happened.ENDED, Outcome.ANSWERED_HUMAN, "NORMAL_CLEARING", _TALK_SECONDS),
    Step(7, 1, Happened.RINGING),
    Step(7, 2, Happened.ANSWERED),
    Step(8, 7, Happened.RECORDED),
)

SCRIPTS: dict[str, Script] = {
    "+15005550001": Script(_ANSWERED),
    "+15005550002": _unanswered(2, Outcome.BUSY, "USER_BUSY"),
    "+15005550003": _unanswered(20, Outcome.NO_ANSWER, "NO_ANSWER"),
    "+15005550004": _unanswered(3, Outcome.DECLINED, "CALL_REJECTED"),
    "+15005550005": Script((_RING, _ANSWER, _VOICEMAIL, Step(9, 9, Happened.RECORDED))),
    "+15005550006": Script(refusal=(Outcome.CARRIER_ERROR, "503 Service Unavailable")),
    "+15005550007": Script(refusal=(Outcome.INVALID_NUMBER, "404 Unallocated number")),
    "+15005550008": Script(_SCRAMBLED),
    "+15005550009": Script(_ANSWERED, answer_is_lost=True),
    "+15005550010": Script(_ANSWERED, failing_fetches=2),
}
"""What becomes of a call, by number; any other number is answered like the first."""


class Sandbox:
    """The adapter and the carrier in one."""

    name = "sandbox"
    call_id_field = "session"
    records_from_dial = True
    tells_legs = True

    def dial(self, call: Dial) -> str:
        """Place the call: remember it, and put its steps on the queue."""
        script = _script(call.to_number)
        fault = injected(self.name, "dial")
        if fault == "fail":
            raise DialRefused(Outcome.CARRIER_ERROR, "503 Service Unavailable")
        if script.refusal:
            raise DialRefused(*script.refusal)
        session = f"SB{derived_id('sandbox', call.reference)}"
        dialled_at = clock.now()
        _remember(call, session, dialled_at)
        steps = [step for step in script.steps if call.record or step.happened != Happened.RECORDED]
        messages = [(json.dumps(_message(step, call, session, dialled_at)), step.told) for step in steps]
        messages += _conversation(call, session, script)
        queue.send(settings().carrier_queue, messages)
        if script.answer_is_lost or fault == "drop_answer":
            raise DialUnknown("the connection was closed before the answer came")
        return session

    def find(self, call: Sought) -> Found:
        """What the carrier remembers: whether the call was placed, and what it has told of it so far."""
        item = table.get(_pk(call.reference), "CALL")
        if item is None:
            return Found(Finding.NOT_PLACED)
        dial = Dial(call.reference, item["from"], item["to"], bool(item["record"]))
        dialled_at = clock.parse(item["dialled_at"])
        passed = (clock.now() - dialled_at).total_seconds()
        told = [step for step in _script(dial.to_number).steps if step.told <= passed]
        told = [step for step in told if dial.record or step.happened != Happened.RECORDED]
        ended = sandbox_ending.hung_up_at(item["session"])
        if ended:
            told = [step for step in told if dialled_at + timedelta(seconds=step.at) <= ended]
        events = [event_of(_message(step, dial, item["session"], dialled_at)) for step in told]
        events += [sandbox_ending.end(item["session"], call.reference, ended)] if ended else []
        return Found(Finding.PLACED, item["session"], [event for event in events if event])

    def hang_up(self, carrier_call_id: str) -> None:
        """End the call now: what is left of its script is not told."""
        sandbox_ending.hang_up(carrier_call_id)

    def redirect(self, carrier_call_id: str, url: str) -> bool:
        """The sandbox's calls go by their script."""
        return False

    def verify(self, request: CarrierRequest) -> None:
        """The secret token of the sandbox's account must be in the URL. On a developer's machine it may be left out,
        but not be wrong."""
        account, token = find_parameter(f"{settings().carrier_parameters}/sandbox"), request.query.get("token")
        if settings().is_local and (token is None or account is None):
            return
        expected = json.loads(account)["token"] if account else ""
        if not expected or not hmac.compare_digest(expected.encode(), (token or "").encode("utf-8", "replace")):
            raise Forged("the token in the URL is missing or wrong")

    def parse(self, request: CarrierRequest) -> list[CarrierEvent]:
        """The events of a message."""
        try:
            event = event_of(json.loads(request.body))
        except (ValueError, RecursionError):
            return []
        return [event] if event else []

    def render(self, instructions: Sequence[Instruction]) -> CarrierResponse:
        """The instructions as JSON: `[{"say": {"text": …}}, …]`."""
        written = [
            {type(instruction).__name__.lower(): asdict(instruction, dict_factory=_camel_case)}
            for instruction in instructions
        ]
        return CarrierResponse(json.dumps(written), "application/json")

    def fetch_recording(self, recording: str) -> Iterator[bytes]:
        """The audio: a melody, different for each call. Two attempts fail for the number that says so."""
        reference = recording.removeprefix("sandbox:")
        if reference.startswith("incoming."):
            said = sandbox_talk.MESSAGE
            yield tone_wav(said.seconds, reference, comment=sandbox_talk.comment(said))
            return
        try:
            item = table.update(Update(_pk(reference), "CALL", add={"fetches": 1}, condition=table.Present))
        except ConditionFailed as error:
            raise RecordingUnavailable("the sandbox knows of no such call") from error
        if item["fetches"] <= _script(item["to"]).failing_fetches or injected(self.name, "fetch_recording"):
            raise RecordingUnavailable("500 the recording is not ready")
        said = sandbox_talk.talk(item["to"])
        yield tone_wav(said.seconds, reference, channels=2, comment=sandbox_talk.comment(said))

    def delete_recording(self, recording: str) -> bool:
        """The audio is made when it is asked for: there is no copy to delete."""
        return True

    def client_token(self, client_name: str, seconds: int, phone_number: str) -> ClientToken:
        """A JWT that says who it is for and until when; it opens nothing, so its key is no secret."""
        issued = int(clock.timestamp())
        claims = {"iss": self.name, "sub": client_name, "number": phone_number, "iat": issued, "exp": issued + seconds}
        token = signed({"alg": "HS256", "typ": "JWT"}, claims, CLIENT_KEY)
        return ClientToken(token, datetime.fromtimestamp(issued + seconds, UTC))

    def client_address(self, client_name: str) -> str:
        """Any client's name."""
        return f"client:{client_name}"


def event_of(message: Any) -> CarrierEvent | None:
    """The event of a message as `_message` writes it; None for anything else."""
    try:
        return CarrierEvent(
            happened=Happened(message["happened"]),
            carrier_call_id=str(message["session"]),
            occurred_at=clock.parse(message["occurred_at"]),
            reference=message.get("reference"),
            from_number=message.get("from"),
            to_number=message.get("to"),
            direction=message.get("direction"),
            outcome=Outcome(message["outcome"]) if message.get("outcome") else None,
            cause=message.get("cause"),
            duration=message.get("duration"),
            digits=message.get("digits"),
            leg_answered=message.get("leg_answered"),
            leg_seconds=message.get("leg_seconds"),
            cost=Cost(message["cost"], "USD") if message.get("cost") else None,
            recording=message.get("recording"),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _message(step: Step, call: Dial, session: str, dialled_at: datetime) -> dict[str, Any]:
    ended = step.happened == Happened.ENDED
    return {
        "session": session,
        "reference": call.reference,
        "from": call.from_number,
        "to": call.to_number,
        "direction": "outbound",
        "dialled_at": clock.iso(dialled_at),
        "happened": step.happened.value,
        "occurred_at": clock.iso(dialled_at + timedelta(seconds=step.at)),
        "outcome": step.outcome.value if step.outcome else None,
        "cause": step.cause,
        "duration": step.duration,
        "cost": ("0.0100" if step.duration else "0.0000") if ended else None,
        "recording": f"sandbox:{call.reference}" if step.happened == Happened.RECORDED else None,
    }


def _conversation(call: Dial, session: str, script: Script) -> list[tuple[str, int]]:
    """What an AI agent and whom it reached say, as messages with their delays in seconds."""
    answered = next((step.at for step in script.steps if step.happened == Happened.ANSWERED), None)
    if call.assistant is None or answered is None:
        return []
    common = {"session": session, "reference": call.reference}
    return [
        (json.dumps({**common, "said": sandbox_talk.written(words)}), answered + words.told)
        for words in sandbox_talk.live(call.to_number, call.assistant.first_message)
    ]


def _remember(call: Dial, session: str, dialled_at: datetime) -> None:
    """Keep the call, and count the dials of its reference: there must never be a second."""
    dialled_by = new_id()
    item: Item = {
        "pk": _pk(call.reference),
        "sk": "CALL",
        "kind": "sandbox_call",
        "session": session,
        "from": call.from_number,
        "to": call.to_number,
        "record": call.record,
        "dialled_at": clock.iso(dialled_at),
        "dials": 1,
        "dialled_by": dialled_by,
        "fetches": 0,
        "expires_at": int((dialled_at + timedelta(days=KEPT_DAYS)).timestamp()),
    }
    try:
        table.put(item, condition=Absent)
    except ConditionFailed as known:
        if known.item and known.item.get("dialled_by") == dialled_by:
            return  # this very write: its answer was lost, and the client repeated it
        table.update(Update(_pk(call.reference), "CALL", add={"dials": 1}))


def _script(number: str) -> Script:
    return SCRIPTS.get(number, SCRIPTS["+15005550001"])


def _pk(reference: str) -> str:
    return f"SANDBOX#{reference}"


def _camel_case(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    return {to_camel(name): value for name, value in fields}

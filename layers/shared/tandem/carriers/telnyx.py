"""Telnyx Call Control as a carrier: https://developers.telnyx.com/docs/voice/programmable-voice."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from tandem import clock, egress
from tandem.address import api_url
from tandem.carriers import (
    telnyx_assistants,
    telnyx_clients,
    telnyx_commands,
    telnyx_conversations,
    telnyx_events,
    telnyx_looking,
    telnyx_signature,
)
from tandem.carriers.base import (
    CarrierEvent,
    CarrierRequest,
    CarrierResponse,
    ClientToken,
    Dial,
    DialRefused,
    DialUnknown,
    Finding,
    Forged,
    Found,
    Heard,
    Order,
    OrderRefused,
    Outcome,
    RecordingUnavailable,
    Sought,
)
from tandem.carriers.faults import injected
from tandem.carriers.instructions import Answer, Instruction, steps
from tandem.carriers.telnyx_commands import Action
from tandem.carriers.telnyx_rest import Account, Rest, parsed, problem
from tandem.carriers.telnyx_state import State, written
from tandem.carriers.unanswered import unanswered
from tandem.config import settings
from tandem.errors import Unavailable
from tandem.ids import derived_id

__all__ = ["VOICE_PATH", "Account", "Telnyx"]

VOICE_PATH = "/api/webhooks/telnyx/voice"

_BODY_LIMIT = 1024 * 1024
_TIMED_OUT = (408, 504)
_INVALID_NUMBERS = ("10016", "10027")
_OVER = ("90015", "90018", "10005")  # no such call, over already, not found: there is nobody left to command
_NOT_NOW = (401, 403, 408, 429)
_RING_SECONDS = 60
_TRANSCRIPTION = {"transcription_engine": "Telnyx", "transcription_tracks": "both"}  # what is said, as it is said
_RECORDING_SECONDS = 60
_RECORDING_LIMIT = 100 * 1024 * 1024


class Telnyx:
    """The adapter. Telnyx asks for nothing: it tells, and is commanded (`command`). What it tells brings back what it
    was given with the dial or the last command (`telnyx_state`)."""

    name = "telnyx"
    call_id_field = "call_control_id"
    records_from_dial = True
    tells_legs = True

    def __init__(
        self, account: Account, *, address: Callable[[], str] = api_url, media_patience: float = _RECORDING_SECONDS,
        patience: float = 10.0,
    ) -> None:  # fmt: skip
        self._account = account
        self._address = address
        self._media_patience = media_patience  # seconds for a whole recording
        self._rest = Rest(account, patience)

    def dial(self, call: Dial) -> str:
        """Place the call, once: whether the same `command_id` would keep a second dial from ringing is nowhere
        written."""
        if (fault := injected(self.name, "dial")) == "fail":
            raise DialRefused(Outcome.CARRIER_ERROR, "not reached")
        try:
            response = self._rest.ask("POST", "calls", self._order(call))
        except Unavailable as failure:
            raise DialRefused(Outcome.CARRIER_ERROR, "the assistant is not to be had") from failure
        except egress.ExchangeFailed as failure:
            raise unanswered(failure) from failure
        if fault == "drop_answer":
            raise DialUnknown("no answer: the connection was broken off")
        return _session(response)

    def _order(self, call: Dial) -> dict[str, Any]:
        order: dict[str, Any] = {
            "connection_id": self._account.connection_id,
            "to": call.to_number,
            "from": call.from_number,
            "timeout_secs": _RING_SECONDS,
            "answering_machine_detection": "detect",
            "client_state": written(State(call.reference)),
            "command_id": derived_id("telnyx", "dial", call.reference),
            **self._hook(),
        }
        if call.record:
            order |= {"record": "record-from-answer", "record_channels": "dual", "record_format": "mp3"}
        if call.assistant:
            order["assistant"] = telnyx_assistants.started(self._account, self._rest, call.assistant)
            order |= {"transcription": True, "transcription_config": _TRANSCRIPTION}
        return order

    def _hook(self) -> dict[str, str]:
        return {"webhook_url": f"{self._address()}{VOICE_PATH}", "webhook_url_method": "POST"}

    def find(self, call: Sought) -> Found:
        """Ask for the call by its id, else among what Telnyx told of calls between its two numbers: ours is the one
        that brought back our reference."""
        try:
            return telnyx_looking.call(self._rest, self._account.connection_id, call)
        except Unavailable:
            return Found(Finding.CANNOT_TELL)

    def hang_up(self, carrier_call_id: str) -> None:
        """End a call that is under way; one that is over stays as it is. Raises Unavailable."""
        try:
            self._tell(carrier_call_id, Action("hangup", {}), derived_id("telnyx", "hangup", carrier_call_id))
        except OrderRefused as refusal:
            raise Unavailable(f"The carrier does not end the call: {refusal}.", code="CARRIER_ERROR") from refusal

    def redirect(self, carrier_call_id: str, url: str) -> bool:
        """Telnyx asks no address for instructions."""
        return False

    def command(self, order: Order) -> None:
        """Send it; of a call that is over, nothing. Raises OrderRefused, Unavailable."""
        action = telnyx_commands.action(order.command, self._account.voice)
        body = dict(action.body) if action else {}
        if action is None or (action.name == "transfer" and not self._addressed(body)):
            raise OrderRefused("there is nobody to ring")
        if order.reference:
            body["client_state"] = written(State(order.reference, order.cue))
        if action.name == "transfer":
            body["target_leg_client_state"] = written(State(order.reference, order.cue, is_leg=True))
        if isinstance(order.command, Answer) or action.name == "transfer":
            body |= self._hook()
        self._tell(order.carrier_call_id, Action(action.name, body), order.order_id)

    def _addressed(self, body: dict[str, Any]) -> bool:
        """Put the SIP address of a browser client in the place of its name; False for one that is not known."""
        if client := telnyx_commands.CLIENT.fullmatch(str(body["to"])):
            body["to"] = telnyx_clients.address(self._rest, client.group(1))
        return body["to"] is not None

    def _tell(self, session: str, action: Action, command_id: str) -> None:
        if telnyx_events.SESSION.fullmatch(session):
            path = f"calls/{quote(session, safe='')}/actions/{action.name}"
            _carried_out(self._sent(path, {**action.body, "command_id": command_id}))

    def _sent(self, path: str, body: dict[str, Any]) -> egress.Response:
        """The answer to a command, sent once more where the first was none: Telnyx does the same one once."""
        with suppress(egress.ExchangeFailed):
            response = self._rest.ask("POST", path, body)
            if response.status < 500:
                return response
        try:
            return self._rest.ask("POST", path, body)
        except egress.ExchangeFailed as failure:
            raise Unavailable("The carrier cannot be reached.", code="CARRIER_ERROR") from failure

    def verify(self, request: CarrierRequest) -> None:
        """The signature must be that of our account, in every stage, and not old. Raises Forged."""
        key, now = self._account.public_key, clock.timestamp()
        if not telnyx_signature.is_genuine(request.headers, request.body, key, now):
            raise Forged("the signature is missing, wrong or old")

    def parse(self, request: CarrierRequest) -> list[CarrierEvent]:
        """The event of a webhook."""
        told = parsed(request.body) if len(request.body) <= _BODY_LIMIT else None
        return telnyx_events.events(told, self._account.connection_id, clock.now())

    def overhears(self, request: CarrierRequest) -> bool:
        """Whether a webhook is about what an assistant and its caller say."""
        return self._overheard(request) is not None

    def heard(self, request: CarrierRequest) -> Heard | None:
        """What a webhook tells of what is said, at times in seconds since 1970. Raises Unavailable where the whole
        conversation is to be asked for, and cannot be."""
        told = self._overheard(request)
        if told is None:
            return None
        heard = told.heard
        if heard.finished and told.conversation_id and not heard.turns:
            said = telnyx_assistants.messages(self._rest, told.conversation_id)
            turns, tools = telnyx_conversations.whole(said, clock.timestamp())
            heard = replace(heard, turns=turns, tool_calls=tools)
        return heard

    def _overheard(self, request: CarrierRequest) -> telnyx_conversations.Told | None:
        told = parsed(request.body) if len(request.body) <= _BODY_LIMIT else None
        return telnyx_conversations.told(told, self._account.connection_id, clock.now())

    def render(self, instructions: Sequence[Instruction]) -> CarrierResponse:
        """The commands that the instructions come to, in order: `[{"speak": {"payload": …}}, …]`. Telnyx reads none
        in an answer; `command` sends them one by one."""
        actions = [telnyx_commands.action(one, self._account.voice) for one in steps(instructions)]
        return CarrierResponse(json.dumps([{one.name: one.body} for one in actions if one]), "application/json")

    def fetch_recording(self, recording: str) -> Iterator[bytes]:
        """The audio of a recording, MP3, within 60 s, at most 100 MB: from where Telnyx says anew each time, since that
        is good for ten minutes. Whether it is audio is for the reader to check."""
        if injected(self.name, "fetch_recording"):
            raise RecordingUnavailable("reset: the connection was broken off")
        try:
            known = telnyx_looking.recordings(self._rest, recording)
            url = next((url for one in known if (url := telnyx_looking.audio_url(one))), None)
            if url is None:
                raise RecordingUnavailable("the carrier knows of no such recording")
            # Elsewhere: our credentials stay at home, and only public addresses will do.
            with egress.stream(
                url,
                headers={"Accept": "audio/*"},
                deadline=self._media_patience,
                limit=_RECORDING_LIMIT,
                allow=egress.networks(settings().webhook_egress_allow),
            ) as download:
                if download.status != 200:
                    raise RecordingUnavailable(f"the carrier's store answered {download.status}")
                yield from download.chunks
        except egress.ExchangeFailed as failure:
            raise RecordingUnavailable(f"{failure.word}: {failure}") from failure
        except Unavailable as failure:
            raise RecordingUnavailable(str(failure)) from failure

    def delete_recording(self, recording: str) -> bool:
        """Delete a recording, or find it gone. Raises RecordingUnavailable."""
        try:
            ids = [str(one.get("id")) for one in telnyx_looking.recordings(self._rest, recording)]
            for name in ids:
                response = self._rest.ask("DELETE", f"recordings/{quote(name, safe='')}")
                if response.status not in (200, 204, 404):
                    raise RecordingUnavailable(f"the carrier answered {response.status}")
        except egress.ExchangeFailed as failure:
            raise RecordingUnavailable(f"{failure.word}: {failure}") from failure
        except Unavailable as failure:
            raise RecordingUnavailable(str(failure)) from failure
        return True

    def client_token(self, client_name: str, seconds: int, phone_number: str) -> ClientToken:
        """A token of the client's credential. The number that it calls as is a setting of the credential connection.
        Raises Conflict where the account has no such connection, Unavailable."""
        return telnyx_clients.token(self._account, self._rest, client_name, seconds)

    def client_address(self, client_name: str) -> str:
        """Our name of a client; the command looks up its credential."""
        return f"client:{client_name}"


def _session(response: egress.Response) -> str:
    """The id of the call that Telnyx accepted. What is neither a clear yes nor a clear no is DialUnknown."""
    if 400 <= response.status < 500 and response.status not in _TIMED_OUT:
        why = problem(response)
        number_is_why = why.code in _INVALID_NUMBERS
        raise DialRefused(Outcome.INVALID_NUMBER if number_is_why else Outcome.CARRIER_ERROR, why.text)
    if response.status not in (200, 201):
        raise DialUnknown(f"the carrier answered {response.status}")
    answer = parsed(response.body)
    data = answer.get("data") if isinstance(answer, dict) else None
    session = data.get("call_control_id") if isinstance(data, dict) else None
    if not isinstance(session, str) or not telnyx_events.SESSION.fullmatch(session):
        raise DialUnknown("the carrier's answer names no call")
    return session


def _carried_out(response: egress.Response) -> None:
    if response.status in (200, 201):
        return
    why = problem(response)
    if why.code in _OVER:
        return
    if 400 <= response.status < 500 and response.status not in _NOT_NOW:
        raise OrderRefused(why.text)
    raise Unavailable(f"The carrier answered {response.status}.", code="CARRIER_ERROR")

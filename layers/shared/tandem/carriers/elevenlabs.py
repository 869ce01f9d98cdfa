"""ElevenLabs as a carrier: an AI agent makes the call (https://elevenlabs.io/docs/api-reference)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from tandem import clock, egress
from tandem.carriers import elevenlabs_agents, elevenlabs_events, elevenlabs_signature
from tandem.carriers.analysis import Told
from tandem.carriers.base import (
    Assistant,
    Carrier,
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
    Outcome,
    RecordingUnavailable,
    Sought,
)
from tandem.carriers.elevenlabs_rest import ANYWHERE, KINDS, Account, Rest, parsed, problem, segment
from tandem.carriers.faults import injected
from tandem.carriers.instructions import Instruction
from tandem.carriers.unanswered import unanswered
from tandem.errors import Conflict, Unavailable

__all__ = ["EVENTS_PATH", "Account", "ElevenLabs"]

EVENTS_PATH = "/api/webhooks/elevenlabs"

_OUTBOUND = {"twilio": "twilio/outbound-call", "sip_trunk": "sip-trunk/outbound-call"}
_TIMED_OUT = (408, 425)  # of our request, it says; how far it got by then, it does not
_RECORDING_SECONDS = 60
_RECORDING_LIMIT = 100 * 1024 * 1024
_LISTED = timedelta(minutes=3)  # rung out, and listed if it ever will be
_CLOCKS_APART = timedelta(seconds=60)


class ElevenLabs:
    """The adapter. Our reference is the user of a conversation; ElevenLabs tells of one once it is over."""

    name = "elevenlabs"
    call_id_field = "conversation_id"
    records_from_dial = True
    tells_legs = False

    def __init__(
        self, account: Account, *, telephone: Callable[[], Carrier] | None = None,
        media_patience: float = _RECORDING_SECONDS, patience: float = 10.0,
    ) -> None:  # fmt: skip
        self._account = account
        self._telephone = telephone  # Twilio, through which ElevenLabs calls: it can end what ElevenLabs cannot
        self._media_patience = media_patience  # seconds for a whole recording
        self._rest = Rest(account, patience)

    def dial(self, call: Dial) -> str:
        """Let an agent make the call, once. Raises DialRefused or DialUnknown."""
        if call.assistant is None:
            raise DialRefused(Outcome.PLATFORM_ERROR, "ElevenLabs makes calls of AI agents only")
        fault = injected(self.name, "dial")
        if fault == "fail":
            raise DialRefused(Outcome.CARRIER_ERROR, "not reached")
        kind, order = self._order(call, call.assistant)
        response = self._ordered(kind, order)
        if response.status == 404 and call.assistant.provider_agent_id:
            # A definite no: what we took for the agent there may be gone.
            order["agent_id"] = self.mirror(call.assistant)
            response = self._ordered(kind, order)
        if fault == "drop_answer":
            raise DialUnknown("no answer: the connection was broken off")
        return _conversation(response)

    def _ordered(self, kind: str, order: Mapping[str, Any]) -> egress.Response:
        try:
            return self._rest.ask("POST", _OUTBOUND[kind], order)
        except egress.ExchangeFailed as failure:
            raise unanswered(failure) from failure

    def _order(self, call: Dial, assistant: Assistant) -> tuple[str, dict[str, Any]]:
        """How the number is called with, and the order of the call. Nothing is dialled here."""
        try:
            number = self._number(call.from_number)
        except Unavailable as failure:
            raise DialRefused(Outcome.CARRIER_ERROR, failure.message) from failure
        if number is None:
            raise DialRefused(Outcome.CARRIER_ERROR, f"ElevenLabs does not know our number {call.from_number}")
        return number["kind"], {
            "agent_id": assistant.provider_agent_id or self.mirror(assistant),
            "agent_phone_number_id": number["phone_number_id"],
            "to_number": call.to_number,
            "conversation_initiation_client_data": elevenlabs_agents.client_data(call, assistant),
        }

    def _number(self, e164: str) -> Mapping[str, str] | None:
        if known := self._account.numbers.get(e164):
            return known
        for one in _objects(self._rest.read("phone-numbers")):
            if one.get("phone_number") == e164 and one.get("provider") in KINDS and one.get("phone_number_id"):
                return {"kind": str(one["provider"]), "phone_number_id": str(one["phone_number_id"])}
        return None

    def mirror(self, assistant: Assistant) -> str:
        """Make the agent at ElevenLabs, or change it into what ours has become; its id there. Raises DialRefused."""
        wanted = elevenlabs_agents.configuration(assistant)
        try:
            for known in self._known(assistant):
                if self._rest.change("PATCH", f"agents/{segment(known)}", wanted) is not None:
                    return known
            made = self._rest.change("POST", "agents/create", wanted)
        except Unavailable as failure:
            raise DialRefused(Outcome.CARRIER_ERROR, failure.message) from failure
        agent_id = made.get("agent_id") if isinstance(made, dict) else None
        if not isinstance(agent_id, str) or not agent_id:
            raise DialRefused(Outcome.CARRIER_ERROR, "ElevenLabs made no agent")
        return agent_id

    def _known(self, assistant: Assistant) -> Iterator[str]:
        """Who ours may be there: who it was, else whoever was made for it and whose id was lost with the answer."""
        if assistant.provider_agent_id:
            yield assistant.provider_agent_id
        query = urlencode({"search": assistant.agent_id, "page_size": 100})
        listed = self._rest.read(f"agents?{query}")
        for one in _objects(listed.get("agents") if isinstance(listed, dict) else None):
            if str(one.get("name")).endswith(assistant.agent_id) and isinstance(one.get("agent_id"), str):
                yield str(one["agent_id"])

    def find(self, call: Sought) -> Found:
        """Ask for the conversation by its id, else among those of our reference."""
        try:
            data = self._sought(call)
            if data is not None:
                told = elevenlabs_events.conversation(data, clock.now())
                name = elevenlabs_events.conversation_id(data)
                return Found(Finding.PLACED, name, told.events) if name else Found(Finding.CANNOT_TELL)
        except Unavailable:
            return Found(Finding.CANNOT_TELL)
        certain = call.carrier_call_id is None and clock.now() - call.dialled_at >= _LISTED
        return Found(Finding.NOT_PLACED if certain else Finding.CANNOT_TELL)

    def conversation(self, call: Sought) -> Told:
        """All that is known of a call's conversation. Raises Unavailable."""
        data = self._sought(call)
        return elevenlabs_events.conversation(data, clock.now()) if data else Told()

    def _sought(self, call: Sought) -> dict[str, Any] | None:
        if call.carrier_call_id:
            return self._read(call.carrier_call_id)
        since = int((call.dialled_at - _CLOCKS_APART).timestamp())
        query = urlencode({"user_id": call.reference, "call_start_after_unix": since, "page_size": 100})
        listed = self._rest.read(f"conversations?{query}")
        if not isinstance(listed, dict) or not isinstance(listed.get("conversations"), list):
            raise Unavailable("ElevenLabs' list of conversations cannot be read.", code="CARRIER_ERROR")
        for one in _objects(listed["conversations"]):
            data = self._read(elevenlabs_events.conversation_id(one))
            if data and elevenlabs_events.reference(data) == call.reference:
                return data
        return None

    def _read(self, name: str) -> dict[str, Any] | None:
        known = elevenlabs_events.CONVERSATION.fullmatch(name)
        data = self._rest.read(f"conversations/{segment(name)}") if known else None
        return data if isinstance(data, dict) and data.get("conversation_id") == name else None

    def hang_up(self, carrier_call_id: str) -> None:
        """End a call that is under way, by way of Twilio: ElevenLabs has no operation for that. Raises Conflict where
        it calls otherwise or we have no account at Twilio, Unavailable."""
        data = self._read(carrier_call_id)
        if data is None or data.get("status") in ("processing", "done", "failed"):
            return
        metadata = data.get("metadata")
        phone_call = metadata.get("phone_call") if isinstance(metadata, dict) else None
        placed = phone_call if isinstance(phone_call, dict) else {}
        if placed.get("type") != "twilio" or not placed.get("call_sid") or self._telephone is None:
            raise Conflict("ElevenLabs cannot end a call over a SIP trunk: it ends by itself or by its trunk.")
        self._telephone().hang_up(str(placed["call_sid"]))

    def redirect(self, carrier_call_id: str, url: str) -> bool:
        """The agent leads the conversation."""
        return False

    def verify(self, request: CarrierRequest) -> None:
        """The signature must be that of our workspace, in every stage. Raises Forged."""
        secret = self._account.webhook_secret
        if not elevenlabs_signature.is_genuine(request.headers, request.body, secret, clock.timestamp()):
            raise Forged("the signature is missing, old or wrong")

    def parse(self, request: CarrierRequest) -> list[CarrierEvent]:
        """The events of a webhook."""
        return list(self.told(request).events)

    def told(self, request: CarrierRequest) -> Told:
        """All that a webhook tells."""
        return elevenlabs_events.told(request.body, clock.now())

    def render(self, instructions: Sequence[Instruction]) -> CarrierResponse:
        """Nothing: the agent leads the conversation."""
        return CarrierResponse("{}", "application/json")

    def fetch_recording(self, recording: str) -> Iterator[bytes]:
        """The audio of a conversation: MP3, within 60 s, at most 100 MB."""
        if not elevenlabs_events.CONVERSATION.fullmatch(recording) or injected(self.name, "fetch_recording"):
            raise RecordingUnavailable("reset: the connection was broken off, or there is no such recording")
        url = self._rest.url(f"conversations/{segment(recording)}/audio")
        headers = {**self._rest.headers(), "Accept": "audio/*"}
        try:
            with egress.stream(
                url, headers=headers, deadline=self._media_patience, limit=_RECORDING_LIMIT, allow=ANYWHERE
            ) as download:
                if download.status != 200:
                    raise RecordingUnavailable(f"ElevenLabs answered {download.status}")
                yield from download.chunks
        except egress.ExchangeFailed as failure:
            raise RecordingUnavailable(f"{failure.word}: {failure}") from failure

    def delete_recording(self, recording: str) -> bool:
        """Delete the conversation, of which the audio is a part, or find it gone. Raises RecordingUnavailable."""
        if not elevenlabs_events.CONVERSATION.fullmatch(recording):
            return False
        try:
            self._rest.change("DELETE", f"conversations/{segment(recording)}")
        except Unavailable as failure:
            raise RecordingUnavailable(failure.message) from failure
        return True

    def client_token(self, client_name: str, seconds: int, phone_number: str) -> ClientToken:
        """ElevenLabs has no browser clients for human agents. Raises Conflict."""
        raise Conflict("ElevenLabs has no browser clients for agents.", code="CARRIER_HAS_NO_CLIENTS")

    def client_address(self, client_name: str) -> str:
        """Never asked for."""
        return client_name


def _conversation(response: egress.Response) -> str:
    """The id of the conversation that ElevenLabs began. What is neither a clear yes nor a clear no is DialUnknown."""
    if 400 <= response.status < 500 and response.status not in _TIMED_OUT:
        cause = problem(response)
        number_is_why = response.status in (400, 422) and "to_number" in cause
        raise DialRefused(Outcome.INVALID_NUMBER if number_is_why else Outcome.CARRIER_ERROR, cause)
    answer = parsed(response)
    if response.status != 200 or not isinstance(answer, dict):
        raise DialUnknown(f"ElevenLabs answered {response.status}")
    name = elevenlabs_events.conversation_id(answer)
    placed = any(answer.get(field) for field in ("conversation_id", "callSid", "sip_call_id"))
    if answer.get("success") is False and not placed:
        message = "".join(filter(str.isprintable, str(answer.get("message") or "")))[:200]
        raise DialRefused(Outcome.CARRIER_ERROR, message or "ElevenLabs did not place the call")
    if answer.get("success") is not True or not name:
        raise DialUnknown("ElevenLabs' answer names no conversation")
    return name


def _objects(listed: Any) -> list[dict[str, Any]]:
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []

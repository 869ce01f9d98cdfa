"""Africa's Talking as a carrier: https://developers.africastalking.com/docs/voice/overview."""

import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tandem import clock, egress
from tandem.carriers import africas_talking_actions, africas_talking_events
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
    Outcome,
    RecordingUnavailable,
    Sought,
)
from tandem.carriers.faults import injected
from tandem.carriers.instructions import Instruction
from tandem.carriers.unanswered import unanswered
from tandem.config import settings
from tandem.errors import Conflict, Unavailable
from tandem.records import record

_ANSWER_LIMIT = 64 * 1024
_FORM_LIMIT = 64 * 1024
_RECORDING_SECONDS = 60
_RECORDING_LIMIT = 100 * 1024 * 1024
_TIMED_OUT = 408  # of our request, it says; how far it got by then, it does not
_REFUSALS = {
    "InvalidPhoneNumber": Outcome.INVALID_NUMBER,
    "DestinationNotSupported": Outcome.CARRIER_ERROR,
    "InsufficientCredit": Outcome.CARRIER_ERROR,
}
# The operator names the carrier's address, not a customer: it may be a simulator on this machine.
_ANYWHERE = egress.networks("0.0.0.0/0, ::/0")


@record
class Account:
    """One account at Africa's Talking. `token` is the secret in our callback URLs; the rest is the provider's."""

    username: str
    api_key: str
    token: str
    voice_url: str = "https://voice.africastalking.com"
    webrtc_url: str = "https://webrtc.africastalking.com"


class AfricasTalking:
    """The adapter. It answers by XML, is called back at URLs set in the provider's dashboard, and cannot be asked."""

    name = "africas_talking"
    call_id_field = "sessionId"
    records_from_dial = False
    tells_legs = False

    def __init__(self, account: Account, *, patience: float = 10.0) -> None:
        self._account = account
        self._patience = patience  # seconds for a whole exchange with the provider's API

    def dial(self, call: Dial) -> str:
        """Place the call, once. Neither a callback URL nor `record` can be sent: the provider calls the URL that its
        dashboard has for `from_number`, and records when the answer to that call says so."""
        form = {
            "username": self._account.username,
            "from": call.from_number,
            "to": call.to_number,
            "clientRequestId": call.reference,
        }
        fault = injected(self.name, "dial")
        if fault == "fail":
            raise DialRefused(Outcome.CARRIER_ERROR, "not reached")
        try:
            response = self._post(f"{self._account.voice_url}/call", "x-www-form-urlencoded", urlencode(form))
        except egress.ExchangeFailed as failure:
            raise unanswered(failure) from failure
        if fault == "drop_answer":
            raise DialUnknown("no answer: the connection was broken off")
        return _session(response)

    def find(self, call: Sought) -> Found:
        """The provider has no way to ask."""
        return Found(Finding.CANNOT_TELL)

    def hang_up(self, carrier_call_id: str) -> None:
        """The provider has no way to end a call but to give no more instructions when it asks for them."""
        raise Conflict("Africa's Talking cannot end a call that is under way.", code="CARRIER_CANNOT_HANG_UP")

    def redirect(self, carrier_call_id: str, url: str) -> bool:
        """The provider asks when it asks; a call cannot be made to."""
        return False

    def verify(self, request: CarrierRequest) -> None:
        """Nothing is signed: the secret in the callback URL must be there. On a developer's machine it may be left
        out, but not be wrong."""
        token = request.query.get("token")
        if token is None and settings().is_local:
            return
        expected, given = self._account.token.encode(), (token or "").encode("utf-8", "replace")
        if not expected or not hmac.compare_digest(expected, given):
            raise Forged("the token in the callback URL is missing or wrong")

    def parse(self, request: CarrierRequest) -> list[CarrierEvent]:
        """The events of a form, in the body or, as far as the body says nothing, in the query."""
        body = parse_qsl(request.body[:_FORM_LIMIT].decode("utf-8", "replace"))
        path = request.url.partition("?")[0].rstrip("/")
        return africas_talking_events.events(
            {**request.query, **dict(body)},
            clock.now(),
            asks_for_instructions=path.endswith("/instruct"),
        )

    def render(self, instructions: Sequence[Instruction]) -> CarrierResponse:
        """XML, but served as text: so it is published, and the provider reads it."""
        return CarrierResponse(africas_talking_actions.written(instructions), "text/plain; charset=utf-8")

    def fetch_recording(self, recording: str) -> Iterator[bytes]:
        """The bytes behind a URL that a callback claimed: from public addresses only, within 60 s, at most 100 MB.
        Whether they are audio is for the reader to check."""
        if injected(self.name, "fetch_recording"):
            raise RecordingUnavailable("reset: the connection was broken off")
        try:
            with egress.stream(
                recording,
                headers={"Accept": "audio/*"},
                deadline=_RECORDING_SECONDS,
                limit=_RECORDING_LIMIT,
                allow=egress.networks(settings().webhook_egress_allow),
            ) as download:
                if download.status != 200:
                    raise RecordingUnavailable(f"the carrier answered {download.status}")
                yield from download.chunks
        except egress.ExchangeFailed as failure:
            raise RecordingUnavailable(f"{failure.word}: {failure}") from failure

    def delete_recording(self, recording: str) -> bool:
        """The provider has no way to delete a recording."""
        return False

    def client_token(self, client_name: str, seconds: int, phone_number: str) -> ClientToken:
        """A token for a browser client, for at most a day. Raises Unavailable."""
        asked_at = clock.now()
        body = {
            "username": self._account.username,
            "clientName": client_name,
            "phoneNumber": phone_number,
            "incoming": True,
            "outgoing": True,
            "expire": f"{seconds}s",
        }
        try:
            response = self._post(f"{self._account.webrtc_url}/capability-token/request", "json", json.dumps(body))
            answer = json.loads(response.body) if response.status in (200, 201) else {}
            lifetime = timedelta(seconds=int(answer["lifeTimeSec"]))
            return ClientToken(str(answer["token"]), asked_at + lifetime)
        except (egress.ExchangeFailed, ValueError, LookupError, TypeError, RecursionError, OverflowError) as failure:
            raise Unavailable("The carrier gives no client tokens at present.", code="CARRIER_ERROR") from failure

    def client_address(self, client_name: str) -> str:
        """The provider's name of a client."""
        return f"{self._account.username}.{client_name}"

    def _post(self, url: str, kind: str, body: str) -> egress.Response:
        headers = {
            "apiKey": self._account.api_key,
            "Accept": "application/json",
            "Content-Type": f"application/{kind}",
            "User-Agent": "Tandem/1.0",
        }
        return egress.request(
            "POST",
            url,
            headers=headers,
            body=body.encode(),
            deadline=self._patience,
            limit=_ANSWER_LIMIT,
            allow=_ANYWHERE,
        )


def _session(response: egress.Response) -> str:
    """The id of the call that the provider accepted. What is neither a clear yes nor a clear no is DialUnknown."""
    if 400 <= response.status < 500 and response.status != _TIMED_OUT:
        text = response.body[:200].decode("utf-8", "replace").strip()
        raise DialRefused(Outcome.CARRIER_ERROR, f"{response.status} {text}".rstrip())
    if response.status not in (200, 201):
        raise DialUnknown(f"the carrier answered {response.status}")
    entry, message = _understood(response.body)
    if entry is None:
        if message is None:
            raise DialUnknown("the carrier's answer names no call and no error")
        raise DialRefused(Outcome.CARRIER_ERROR, message)
    status, session = _word(entry.get("status")), _word(entry.get("sessionId"))
    if status in _REFUSALS:
        raise DialRefused(_REFUSALS[status], status)
    if status == "Queued" and session and africas_talking_events.SESSION.fullmatch(session):
        return session
    if status is None or status == "Queued" or session:
        raise DialUnknown(f"the carrier's answer contradicts itself: status {status}, call id {session}")
    raise DialRefused(Outcome.CARRIER_ERROR, status)


def _understood(body: bytes) -> tuple[Mapping[str, Any] | None, str | None]:
    """The first entry of an answer, which is about the one number we ask for, and its error message."""
    try:
        answer = json.loads(body)
        entries = answer["entries"]
        entry = entries[0] if entries else None
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise DialUnknown("the carrier's answer cannot be read") from error
    if not isinstance(entry, dict | None):
        raise DialUnknown("the carrier's answer cannot be read")
    return entry, _word(answer.get("errorMessage"))


def _word(value: object) -> str | None:
    """A text of an answer, or None where the provider says nothing, which it writes "None"."""
    return value if isinstance(value, str) and value not in ("", "None") else None

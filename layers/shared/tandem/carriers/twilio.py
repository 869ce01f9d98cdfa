"""Twilio Programmable Voice as a carrier: https://www.twilio.com/docs/voice/api."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tandem import clock, egress
from tandem.address import api_url
from tandem.carriers import client_tokens, twilio_events, twilio_signature, twilio_twiml
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
    Happened,
    Outcome,
    RecordingUnavailable,
    Sought,
)
from tandem.carriers.faults import injected
from tandem.carriers.instructions import Instruction
from tandem.carriers.twilio_rest import ANYWHERE, Account, Rest, problem
from tandem.carriers.unanswered import unanswered
from tandem.config import settings
from tandem.errors import Conflict, Unavailable

__all__ = ["EVENTS_PATH", "VOICE_PATH", "Account", "Twilio"]

VOICE_PATH = "/api/webhooks/twilio/voice"
EVENTS_PATH = "/api/webhooks/twilio/events"

# Twilio repeats nothing but failed connections unless the URL's fragment says so. News may be told again after any
# failure; a question is asked again only where the first cannot have been answered.
_REPEAT_QUESTION = "#rc=2&rp=ct,5xx"
_REPEAT_NEWS = "#rc=3&rp=ct,rt,5xx"
_TOLD = ("initiated", "ringing", "answered", "completed")
_TIMED_OUT = 408  # of our request, it says; how far it got by then, it does not
_INVALID_NUMBERS = (13223, 13224, 21211, 21214, 21217, 21401, 21421)
_RECORDING_SECONDS = 60
_RECORDING_LIMIT = 100 * 1024 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)
_LONGEST_TOKEN = 86_400
_LISTED = timedelta(seconds=30)  # after this a call that was placed is in the list
_CLOCKS_APART = timedelta(seconds=60)
_DIALLED_WITHIN = timedelta(minutes=2)
_MOST_CANDIDATES = 5


class Twilio:
    """The adapter. Every callback URL of an outbound call carries our reference; Twilio signs it with the rest."""

    name = "twilio"
    call_id_field = "CallSid"
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
        """Place the call, once."""
        if (fault := injected(self.name, "dial")) == "fail":
            raise DialRefused(Outcome.CARRIER_ERROR, "not reached")
        form = self._order(call)
        try:
            response = self._rest.ask("POST", "Calls.json", form)
        except egress.ExchangeFailed as failure:
            raise unanswered(failure) from failure
        if fault == "drop_answer":
            raise DialUnknown("no answer: the connection was broken off")
        return _session(response)

    def _order(self, call: Dial) -> list[tuple[str, str]]:
        query = urlencode({"ref": call.reference})
        news = f"{self._address()}{EVENTS_PATH}?{query}{_REPEAT_NEWS}"
        form = [
            ("To", call.to_number),
            ("From", call.from_number),
            ("Url", f"{self._address()}{VOICE_PATH}?{query}{_REPEAT_QUESTION}"),
            ("Method", "POST"),
            ("StatusCallback", news),
            ("StatusCallbackMethod", "POST"),
            *(("StatusCallbackEvent", event) for event in _TOLD),
        ]
        if call.record:
            form += [("Record", "true"), ("RecordingChannels", "dual"), ("RecordingStatusCallback", news)]
        return form

    def find(self, call: Sought) -> Found:
        """Ask for the call by its id, else among the calls between its two numbers: ours is the one whose callback
        URLs carry our reference."""
        try:
            if call.carrier_call_id:
                return self._found(call.carrier_call_id)
            return self._looked_for(call)
        except Unavailable:
            return Found(Finding.CANNOT_TELL)

    def _found(self, session: str) -> Found:
        known = twilio_events.SESSION.fullmatch(session)
        resource = self._rest.read(f"Calls/{session}.json") if known else None
        if resource is None or resource.get("sid") != session:
            return Found(Finding.CANNOT_TELL)
        events = twilio_events.resource_events(resource, clock.now())
        if any(event.happened is Happened.ENDED for event in events):
            events += self._recorded(events[0])
        return Found(Finding.PLACED, session, events)

    def _recorded(self, ended: CarrierEvent) -> list[CarrierEvent]:
        listed = self._rest.read(f"Calls/{ended.carrier_call_id}/Recordings.json") or {}
        done = [entry.get("sid") for entry in _entries(listed, "recordings") if entry.get("status") == "completed"]
        return [
            CarrierEvent(Happened.RECORDED, ended.carrier_call_id, ended.occurred_at, recording=sid)
            for sid in done
            if isinstance(sid, str) and twilio_events.RECORDING.fullmatch(sid)
        ]

    def _looked_for(self, call: Sought) -> Found:
        query = urlencode({"To": call.to_number, "From": call.from_number, "PageSize": 100})
        # Not narrowed by StartTime: whether that leaves out calls that have not begun is nowhere written.
        listed = self._rest.read(f"Calls.json?{query}") or {}
        entries = _entries(listed, "calls")
        if not isinstance(listed.get("calls"), list) or not _reaches_back(listed, entries, call):
            return Found(Finding.CANNOT_TELL)
        candidates = [entry for entry in entries if _may_be(entry, call)]
        doubtful = len(candidates) > _MOST_CANDIDATES or clock.now() - call.dialled_at < _LISTED
        for entry in candidates[:_MOST_CANDIDATES]:
            references = self._references(str(entry.get("sid")))
            if call.reference in references:
                return self._found(str(entry.get("sid")))
            doubtful = doubtful or not references
        return Found(Finding.CANNOT_TELL if doubtful else Finding.NOT_PLACED)

    def _references(self, session: str) -> set[str]:
        """Our references in the URLs that Twilio called about a call."""
        if not twilio_events.SESSION.fullmatch(session):
            return set()
        told = self._rest.read(f"Calls/{session}/Events.json") or {}
        asked = [entry.get("request") for entry in _entries(told, "events")]
        urls = [str(request.get("url", "")) for request in asked if isinstance(request, dict)]
        return {reference for url in urls for reference in _query(url).get("ref", [])}

    def hang_up(self, carrier_call_id: str) -> None:
        """End a call that is under way; one that is over stays as it is. Raises Unavailable."""
        self._change(carrier_call_id, [("Status", "completed")])

    def redirect(self, carrier_call_id: str, url: str) -> bool:
        """Make a live call ask `url` now; False where it is over. Raises Unavailable."""
        return self._change(carrier_call_id, [("Url", url), ("Method", "POST")])

    def _change(self, session: str, form: Sequence[tuple[str, str]]) -> bool:
        if not twilio_events.SESSION.fullmatch(session):
            return False
        return self._rest.change(f"Calls/{session}.json", form)

    def verify(self, request: CarrierRequest) -> None:
        """The signature must be that of our account, in every stage. Raises Forged."""
        account = self._account
        secrets = twilio_signature.Secrets(account.auth_token, account.shared_key_id, account.shared_key_secret)
        if not twilio_signature.is_genuine(request, secrets):
            raise Forged("the signature is missing or wrong")

    def parse(self, request: CarrierRequest) -> list[CarrierEvent]:
        """The events of a form."""
        fields = dict(twilio_signature.fields(request.body))
        return twilio_events.events(fields, request.query.get("ref"), clock.now())

    def render(self, instructions: Sequence[Instruction]) -> CarrierResponse:
        """TwiML."""
        recorded_url = f"{self._address()}{EVENTS_PATH}{_REPEAT_NEWS}"
        return CarrierResponse(twilio_twiml.written(instructions, recorded_url), "text/xml; charset=utf-8")

    def fetch_recording(self, recording: str) -> Iterator[bytes]:
        """The audio of a recording's id, both sides of the call apart where there are two: MP3, within 60 s, at most
        100 MB. Whether it is audio is for the reader to check."""
        if not twilio_events.RECORDING.fullmatch(recording) or injected(self.name, "fetch_recording"):
            raise RecordingUnavailable("reset: the connection was broken off, or there is no such recording")
        url = self._rest.url(f"Recordings/{recording}.mp3")
        try:
            for where in (f"{url}?RequestedChannels=2", url):
                with self._download(where) as download:
                    if download.status == 400 and where != url:
                        continue  # it has one channel
                    yield from self._audio(download)
                    return
        except egress.ExchangeFailed as failure:
            raise RecordingUnavailable(f"{failure.word}: {failure}") from failure

    def _download(self, url: str) -> Any:
        headers = {**self._rest.headers(), "Accept": "audio/*"}
        return egress.stream(
            url, headers=headers, deadline=self._media_patience, limit=_RECORDING_LIMIT, allow=ANYWHERE
        )

    def _audio(self, download: egress.Download) -> Iterator[bytes]:
        if download.status == 200:
            yield from download.chunks
            return
        target = download.headers.get("location")
        if download.status not in _REDIRECTS or not target:
            raise RecordingUnavailable(f"the carrier answered {download.status}")
        # Elsewhere: our credentials stay at home, and only public addresses will do.
        with egress.stream(
            target,
            headers={"Accept": "audio/*"},
            deadline=self._media_patience,
            limit=_RECORDING_LIMIT,
            allow=egress.networks(settings().webhook_egress_allow),
        ) as moved:
            if moved.status != 200:
                raise RecordingUnavailable(f"the carrier's store answered {moved.status}")
            yield from moved.chunks

    def delete_recording(self, recording: str) -> bool:
        """Delete a recording, or find it gone. Raises RecordingUnavailable."""
        if not twilio_events.RECORDING.fullmatch(recording):
            return False
        try:
            response = self._rest.ask("DELETE", f"Recordings/{recording}.json")
        except egress.ExchangeFailed as failure:
            raise RecordingUnavailable(f"{failure.word}: {failure}") from failure
        if response.status not in (204, 404):
            raise RecordingUnavailable(f"the carrier answered {response.status}")
        return True

    def client_token(self, client_name: str, seconds: int, phone_number: str) -> ClientToken:
        """An access token with a voice grant. Raises Conflict where the account has no API key or application."""
        account = self._account
        if not (account.api_key_sid and account.api_key_secret and account.application_sid):
            reason = "The account at twilio has no API key and application: browsers cannot call with it."
            raise Conflict(reason, code="CARRIER_HAS_NO_CLIENTS")
        issued, lifetime = int(clock.timestamp()), min(seconds, _LONGEST_TOKEN)
        outgoing = {"application_sid": account.application_sid, "params": {"number": phone_number}}
        claims = {
            "jti": f"{account.api_key_sid}-{issued}",
            "iss": account.api_key_sid,
            "sub": account.account_sid,
            "nbf": issued,
            "exp": issued + lifetime,
            "grants": {"identity": client_name, "voice": {"incoming": {"allow": True}, "outgoing": outgoing}},
        }
        header = {"alg": "HS256", "cty": "twilio-fpa;v=1", "typ": "JWT"}
        token = client_tokens.signed(header, claims, account.api_key_secret)
        return ClientToken(token, datetime.fromtimestamp(issued + lifetime, UTC))

    def client_address(self, client_name: str) -> str:
        """Twilio's name of a client."""
        return f"client:{client_name}"


def _session(response: egress.Response) -> str:
    """The id of the call that Twilio accepted. What is neither a clear yes nor a clear no is DialUnknown."""
    if 400 <= response.status < 500 and response.status != _TIMED_OUT:
        code, cause = problem(response)
        raise DialRefused(Outcome.INVALID_NUMBER if code in _INVALID_NUMBERS else Outcome.CARRIER_ERROR, cause)
    if response.status not in (200, 201):
        raise DialUnknown(f"the carrier answered {response.status}")
    try:
        session = json.loads(response.body)["sid"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise DialUnknown("the carrier's answer cannot be read") from error
    if not isinstance(session, str) or not twilio_events.SESSION.fullmatch(session):
        raise DialUnknown("the carrier's answer names no call")
    return session


def _reaches_back(listed: Mapping[str, Any], entries: Sequence[Mapping[str, Any]], call: Sought) -> bool:
    """Whether a page, which has the newest first, goes back to before the dial."""
    times = [made_at for entry in entries if (made_at := twilio_events.moment_of(entry))]
    return not listed.get("next_page_uri") or any(made_at < call.dialled_at - _CLOCKS_APART for made_at in times)


def _may_be(entry: Mapping[str, Any], call: Sought) -> bool:
    """Whether a listed call can be the one that we dialled then."""
    made_at = twilio_events.moment_of(entry)
    in_time = made_at is None or -_CLOCKS_APART <= made_at - call.dialled_at <= _DIALLED_WITHIN
    return entry.get("direction") == "outbound-api" and in_time


def _entries(page: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    listed = page.get(name)
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _query(url: str) -> dict[str, list[str]]:
    try:
        return parse_qs(urlsplit(url).query)
    except ValueError:
        return {}

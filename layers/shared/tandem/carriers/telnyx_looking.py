"""Asking Telnyx for calls and recordings: what it keeps of both."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from tandem import clock
from tandem.carriers import telnyx_events, telnyx_state
from tandem.carriers.base import CarrierEvent, Finding, Found, Happened, Sought
from tandem.carriers.telnyx_rest import Rest

_LISTED = timedelta(seconds=30)  # after this a call that was placed is among the events
_CLOCKS_APART = timedelta(seconds=60)
_KEPT = timedelta(hours=23)  # events without a leg's id are listed for a day
_PAGE = 250


def call(rest: Rest, connection_id: str, sought: Sought) -> Found:
    """What became of a call of ours: by its id, else by the event with which it began. Raises Unavailable."""
    session = sought.carrier_call_id
    if session is None:
        began = _began(rest, sought)
        if isinstance(began, Finding):
            return Found(began)
        session = began
    resource = rest.read(f"calls/{quote(session, safe='')}") if telnyx_events.SESSION.fullmatch(session) else None
    if not isinstance(resource, Mapping) or resource.get("call_control_id") != session:
        return Found(Finding.CANNOT_TELL)
    leg = str(resource.get("call_leg_id"))
    events = [event for told in _log(rest, {"filter[leg_id]": leg}) for event in _read(told, connection_id)]
    events = [replace(event, reference=None) for event in events if event.carrier_call_id in ("", session)]
    if not any(event.happened is Happened.ENDED for event in events):
        events += telnyx_events.resource_events(resource, session)
    return Found(Finding.PLACED, session, events)


def _began(rest: Rest, sought: Sought) -> str | Finding:
    """The id of the call that began with our reference, or what can be said of it. NOT_PLACED only where no call at
    all began between the two numbers since."""
    since = sought.dialled_at - _CLOCKS_APART
    between = {"filter[from]": sought.from_number, "filter[to]": sought.to_number}
    asked = {**between, "filter[name]": "call.initiated", "filter[occurred_at][gte]": clock.iso(since)}
    listed = _log(rest, asked)
    for told in listed:
        payload = _event(told).get("payload")
        state = telnyx_state.read(payload.get("client_state")) if isinstance(payload, Mapping) else None
        if state and state.reference == sought.reference and not state.is_leg:
            session = payload.get("call_control_id") if isinstance(payload, Mapping) else None
            return session if isinstance(session, str) else Finding.CANNOT_TELL
    settled = _LISTED <= clock.now() - sought.dialled_at <= _KEPT
    return Finding.CANNOT_TELL if listed or not settled else Finding.NOT_PLACED


def _log(rest: Rest, asked: Mapping[str, str]) -> list[Mapping[str, Any]]:
    query = urlencode({**asked, "filter[type]": "webhook", "page[size]": _PAGE})
    listed = rest.read(f"call_events?{query}")
    return [told for told in listed if isinstance(told, Mapping)] if isinstance(listed, list) else []


def _event(told: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = told.get("metadata")
    event = metadata.get("event") if isinstance(metadata, Mapping) else None
    return event if isinstance(event, Mapping) else {}


def _read(told: Mapping[str, Any], connection_id: str) -> list[CarrierEvent]:
    data = {"event_type": told.get("name"), "occurred_at": told.get("event_timestamp"), **_event(told)}
    return telnyx_events.events({"data": data}, connection_id, clock.now())


def recordings(rest: Rest, source: str) -> Sequence[Mapping[str, Any]]:
    """The recordings behind what an event named: one by its id, or those of a leg. Raises Unavailable."""
    kind, _, leg = source.rpartition(":")
    if not telnyx_events.IDENTIFIER.fullmatch(leg) or kind not in ("", "leg"):
        return []
    if not kind:
        found = rest.read(f"recordings/{leg}")
        return [found] if isinstance(found, Mapping) else []
    listed = rest.read(f"recordings?{urlencode({'filter[call_leg_id]': leg})}")
    known = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    return [one for one in known if one.get("call_leg_id") == leg]


def audio_url(recording: Mapping[str, Any]) -> str | None:
    """Where a recording can be had, for a few minutes."""
    urls = recording.get("download_urls")
    if not isinstance(urls, Mapping):
        return None
    return next((url for kind in ("mp3", "wav") if isinstance(url := urls.get(kind), str)), None)

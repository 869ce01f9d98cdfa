"""Calls as they happen: who may listen, and what everyone who listens is sent when something has changed."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tandem import clock
from tandem.aws import sockets
from tandem.aws.marshal import Item
from tandem.aws.table import ConditionFailed
from tandem.calls.lookup import get_call
from tandem.calls.models import Call, Status
from tandem.config import settings
from tandem.errors import Forbidden, Unauthenticated, Unavailable
from tandem.ids import new_id
from tandem.live import frames, store
from tandem.live.models import LINGER, LiveConnection, Pass, Socket, described, digest, new_token, progress
from tandem.observability import count, logger
from tandem.sweeping import each
from tandem.transcripts import service as transcripts
from tandem.transcripts.models import Transcript, Turn

TRY_AGAIN = 5
"""Seconds after which a socket that could not be sent to is looked at again, by the next sweep."""

_YOUNG = 10
"""Seconds in which a connection may not be there yet: it is only once its function has answered."""

_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)


def invite(tenant_id: str, call_id: str) -> LiveConnection:
    """Where to listen to a call, with a new token for it. Raises NotFound."""
    call = get_call(tenant_id, call_id)
    token = new_token()
    store.insert_token(digest(token), Pass(tenant_id, call.call_id))
    return described(call.call_id, settings().live_url.replace("{call_id}", call.call_id), token)


def redeem(token: str, call_id: str) -> Pass:
    """What a token opens. Raises Unauthenticated for one that is none or holds no more, and Forbidden where it is for
    another call."""
    try:
        opens = store.use_token(digest(token))
    except ConditionFailed as refusal:
        known = refusal.item is not None
        code = "AUTH_EXPIRED" if known else "AUTH_INVALID"
        raise Unauthenticated(
            "This session token has expired." if known else "No such session token.", code=code
        ) from (refusal)
    if opens.call_id != call_id:
        raise Forbidden("This session token is for another call.")
    return opens


def listen(tenant_id: str, call_id: str, connection_id: str, after: int) -> None:
    """A connection listens to a call from now on, and has seen its transcript up to the sequence `after`. The stream
    of the table sends the first frame, as soon as the connection stands. Raises NotFound."""
    call = get_call(tenant_id, call_id)
    store.insert(Socket(tenant_id, call.call_id, connection_id, clock.now(), sequence=after))


def left(connection_id: str) -> None:
    """A connection has ended."""
    store.delete_connection(connection_id)


def changed(before: Item | None, after: Item) -> None:
    """Something changed in the table about a call: a turn, its transcript, itself, or who listens to it."""
    if not _is_news(before, after):
        return
    listening = store.of_call(after["tenant_id"], after["call_id"])
    known = after["sequence"] if after["kind"] == "turn" else None
    if all(known is not None and socket.told and socket.sequence >= known for socket in listening):
        return  # nobody listens, or everyone has it already: many changes come in one transaction
    _push(after["tenant_id"], after["call_id"], listening)


def _is_news(before: Item | None, after: Item) -> bool:
    """Whether those who listen may lack something now: of a call they hear nothing before it is answered or over."""
    if after["kind"] == "call":
        told = after["status"] not in (Status.INITIATED, Status.RINGING)
        return told and (before is None or before["status"] != after["status"])
    return after["kind"] != "transcript" or bool(after.get("finished_at"))


def _push(tenant_id: str, call_id: str, listening: Sequence[Socket]) -> None:
    """Send everyone who listens to a call what they have not been sent, and close the sockets of one that is over.

    What is sent is read after the sockets are held, and again where something has changed before they are let go.
    """
    holder = new_id()
    held = [found for socket in listening if (found := store.claim(socket, holder))]
    while held:
        call = get_call(tenant_id, call_id)
        transcript = transcripts.find(tenant_id, call_id)
        closes_at = _closes_at(call, transcript)
        turns = transcript.turns if transcript else ()
        sent = [_sent(socket, call, turns, closes_at) for socket in held]
        held = [after for after, look_at in sent if after and not store.release(after, holder, look_at)]


def look_again(moment: datetime) -> int:
    """Touch the sockets that are due, for the stream to take care of; how many that were."""
    return each(store.due(moment), store.touch)


def _closes_at(call: Call, transcript: Transcript | None) -> datetime | None:
    """When a call has no more to tell; None while it lasts."""
    if not progress(call).is_final:
        return None
    finished = transcript is not None and transcript.finished_at is not None
    ended_at = call.ended_at or clock.now()
    return ended_at if finished else ended_at + timedelta(seconds=LINGER)


def _sent(
    socket: Socket, call: Call, turns: Sequence[Turn], closes_at: datetime | None
) -> tuple[Socket | None, datetime | None]:
    """Send a socket what is due to it: as it is then, None where it is closed, and when to look at it again. One that
    cannot be reached now keeps nobody waiting."""
    known, look_at = _within_reach(socket, turns), closes_at
    try:
        for step in frames.due(known, call, turns):
            _post(known, step.text)
            known = step.after
    except sockets.Gone:
        store.delete(socket)
        return None, None
    except Unavailable:
        logger().warning("a socket could not be sent to")
        count("SocketUnreachable")
        look_at = clock.now() + timedelta(seconds=TRY_AGAIN)
    if look_at is not None and look_at <= clock.now():
        store.delete(socket)
        sockets.hang_up(socket.connection_id)
        return None, None
    return known, look_at


def _within_reach(socket: Socket, turns: Sequence[Turn]) -> Socket:
    """Nobody has seen more than there is: a new socket that says so starts from what there is."""
    last = max((turn.sequence for turn in turns), default=0)
    return replace(socket, sequence=min(socket.sequence, last)) if socket.told is None else socket


def _post(socket: Socket, text: str) -> None:
    """Send one frame. To a connection that may just be coming into being, a few times within two seconds."""
    young = socket.told is None and clock.now() - socket.connected_at < timedelta(seconds=_YOUNG)
    for pause in _PAUSES if young else ():
        try:
            sockets.post(socket.connection_id, text)
        except sockets.Gone:
            if not store.stands(socket):
                raise
            time.sleep(pause)
            continue
        return
    sockets.post(socket.connection_id, text)

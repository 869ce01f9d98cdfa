"""Calls of the sandbox that are hung up before their script ends: what is left of it is not told any more."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tandem import clock
from tandem.aws import queue, table
from tandem.aws.table import Absent, ConditionFailed
from tandem.carriers.base import CarrierEvent, Happened
from tandem.config import settings

ANSWERS_AFTER = timedelta(seconds=2)
"""From the dial, where a script has an answer at all."""

CAUSE = "ORIGINATOR_CANCEL"
_KEPT = timedelta(days=30)
_TOLD_AFTER = 1
"""Seconds from the hanging up to the word of it."""


def hang_up(session: str) -> None:
    """End a call now, once, and have its end told."""
    moment = clock.now()
    item = {
        "pk": _pk(session),
        "sk": "HANG_UP",
        "kind": "sandbox_hang_up",
        "hung_up_at": clock.iso(moment),
        "expires_at": int((moment + _KEPT).timestamp()),
    }
    try:
        table.put(item, condition=Absent)
    except ConditionFailed:
        return
    message = {"session": session, "happened": Happened.ENDED.value, "occurred_at": clock.iso(moment), "cause": CAUSE}
    queue.send(settings().carrier_queue, [(json.dumps(message), _TOLD_AFTER)])


def hung_up_at(session: str) -> datetime | None:
    """When a call was hung up; None where it was not."""
    item = table.get(_pk(session), "HANG_UP")
    return clock.parse(item["hung_up_at"]) if item else None


def is_cut(message: Mapping[str, Any]) -> bool:
    """Whether a message tells of what never happened, since its call was hung up before. The recording of a call that
    was answered is there all the same; a conversation that was cut is finished."""
    ended = hung_up_at(str(message.get("session")))
    if ended is None:
        return False
    if "said" in message:
        return not message["said"].get("finished")
    if message.get("happened") == Happened.RECORDED.value and "dialled_at" in message:
        return clock.parse(message["dialled_at"]) + ANSWERS_AFTER > ended
    return clock.parse(message["occurred_at"]) > ended


def end(session: str, reference: str, ended: datetime) -> CarrierEvent:
    """The end of a call that was hung up, as the carrier tells it when asked."""
    return CarrierEvent(Happened.ENDED, session, ended, reference=reference, cause=CAUSE)


def _pk(session: str) -> str:
    return f"SANDBOX#{session}"

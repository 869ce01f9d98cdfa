"""What we give Telnyx to bring back (`client_state`): whose call it is, and where it stands. Pure."""

import re
from base64 import b64decode, b64encode

from tandem.carriers.base import Cue
from tandem.records import record

_WRITTEN = re.compile(r"([!-.0-~]{1,200})(?:/([0-9]{1,5})/([0-9]{1,3}))?(/leg)?")
_LONGEST = 400


@record
class State:
    """Our reference; the cue of the last command; whether this is the other party's leg of a Connect."""

    reference: str
    cue: Cue | None = None
    is_leg: bool = False


def written(state: State) -> str:
    """The state as Telnyx takes it. It travels in clear: ids and numbers only."""
    cue = f"/{state.cue.turn}/{state.cue.left}" if state.cue else ""
    return b64encode(f"{state.reference}{cue}{'/leg' if state.is_leg else ''}".encode()).decode()


def read(text: object) -> State | None:
    """The state that came back; None for anything else than what `written` makes."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        return None
    try:
        found = _WRITTEN.fullmatch(b64decode(text, validate=True).decode("ascii"))
    except ValueError:
        return None
    if found is None:
        return None
    reference, turn, left, leg = found.groups()
    return State(reference, Cue(int(turn), int(left)) if turn else None, is_leg=bool(leg))

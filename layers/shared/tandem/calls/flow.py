"""Where a live call stands on its way through menus, queues and agents. Pure."""

from datetime import datetime
from enum import StrEnum

from tandem.records import record


class Stage(StrEnum):
    """What a call is at."""

    MENU = "menu"
    QUEUE = "queue"
    AGENT = "agent"
    VOICEMAIL = "voicemail"
    OVER = "over"


@record
class Flow:
    """Where a call stands. `turn` grows with every step; what the carrier is told to ask next names it."""

    stage: Stage
    turn: int = 1
    said: tuple[str, ...] = ()
    """What is said on the way there: again, too, where the carrier's question comes again."""
    menu_id: str | None = None
    misses: int = 0
    """Keys pressed in vain, or not at all, in a row."""
    menu_turns: int = 0
    """Turns taken in menus."""
    waiting_since: datetime | None = None
    """Since when the caller is in a queue, and goes back there when an agent does not answer."""
    target: str | None = None
    """Whom AGENT connects to: a telephone number, SIP address or browser client."""
    legs_told: bool = False
    """Whether the carrier is sure to tell if whom AGENT connects to picked up."""
    message_left: bool = False

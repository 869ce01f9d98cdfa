"""Menus that callers walk by keys. Pure."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from tandem.records import record

MOST_MENUS = 100
"""Of a tenant."""

KEYS = "0123456789*#"


class Action(StrEnum):
    """What happens to a caller."""

    ROUTE = "route"
    VOICEMAIL = "voicemail"
    MENU = "menu"
    DIAL = "dial"
    SAY = "say"
    REPEAT = "repeat"
    HANGUP = "hangup"


ANSWERED = frozenset({Action.ROUTE, Action.VOICEMAIL, Action.DIAL})
"""Actions that bring the caller to somebody, or to a machine that listens."""

EXITS = ANSWERED | {Action.HANGUP}
"""Actions that lead out of the menus."""

AIMED = frozenset({Action.ROUTE, Action.MENU, Action.DIAL})
"""Actions that have a target: a queue or an agent, a menu's id, a telephone number."""


@record
class Step:
    """An action with its target, and a text. The text of `say` and `hangup` is spoken when it happens; that of any
    other option names the option while the caller chooses."""

    action: Action
    target: str | None = None
    message: str | None = None


@record
class Option:
    """A key and what it does."""

    digit: str
    step: Step


HANG_UP = Step(Action.HANGUP)


@record
class Menu:
    """A greeting, keys, and what happens to a caller who presses none of them for long (three times `timeout`)."""

    menu_id: str
    tenant_id: str
    name: str
    greeting: str
    options: tuple[Option, ...]
    created_at: datetime
    updated_at: datetime
    timeout: int = 10
    """Seconds."""
    timeout_action: Step = HANG_UP

    def option(self, digit: str) -> Option | None:
        """What this key does here, or None."""
        return next((option for option in self.options if option.digit == digit), None)

    def steps(self) -> Iterator[tuple[str, Step]]:
        """Everything that can happen to a caller here, with the name of its field."""
        for index, option in enumerate(self.options):
            yield f"options.{index}", option.step
        yield "timeoutAction", self.timeout_action

    def next_menus(self) -> frozenset[str]:
        """The menus that a caller can come to from here, in one step."""
        return frozenset(step.target for _, step in self.steps() if step.action is Action.MENU and step.target)

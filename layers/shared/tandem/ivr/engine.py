"""A caller's walk through menus: (menus, state, keys) to (what is said, where the caller stands or goes). Pure."""

import re
from collections.abc import Mapping
from dataclasses import replace

from tandem.carriers.instructions import Gather, Instruction, Redirect, Say
from tandem.ivr.models import Action, Menu, Option, Step
from tandem.records import record

MOST_MISSES = 3
"""A menu is repeated after a miss, twice; the third brings its timeout's action."""

MOST_TURNS = 50
"""Of one call: then somebody, or some machine, plays with the keys."""

SILENCE = "We did not hear from you."
WRONG_KEY = "That key has no meaning here."
GOODBYE = "Goodbye."
GONE = "This menu is not available any more. Goodbye."
VOICEMAIL = "Please leave your message after the tone. Press the hash key when you are done."


@record
class State:
    """Where a caller stands: what a call keeps between two questions of its carrier."""

    menu_id: str
    misses: int = 0
    turns: int = 1


@record
class RouteTo:
    """To a queue or an agent."""

    target: str


@record
class DialTo:
    """To a telephone number."""

    number: str


@record
class Voicemail:
    """To a machine that records."""

    prompt: str = VOICEMAIL


@record
class End:
    """The call is hung up."""


Exit = RouteTo | DialTo | Voicemail | End


@record
class Turn:
    """What a caller hears, and then: a key is awaited (`state`), or the menus are left (`exit`)."""

    state: State | None
    said: list[str]
    exit: Exit | None = None

    @property
    def gathers(self) -> bool:
        """Whether a key is awaited."""
        return self.exit is None


def enter(menu: Menu) -> Turn:
    """A caller comes to the first menu."""
    return Turn(State(menu.menu_id), prompt(menu))


def press(menus: Mapping[str, Menu], state: State, digits: str | None) -> Turn:
    """A caller pressed these keys, or none within the menu's time. `menus`: the one where the caller stands, and those
    that it leads to; one that was deleted meanwhile is missing, and ends the call."""
    menu = menus.get(state.menu_id)
    if menu is None:
        return Turn(None, [GONE], End())
    if state.turns >= MOST_TURNS:
        return Turn(None, [GOODBYE], End())
    state = replace(state, turns=state.turns + 1)
    option = menu.option(digits.strip()) if digits else None
    if option is None:
        return _missed(menus, menu, state, SILENCE if not digits or not digits.strip() else WRONG_KEY)
    return _chosen(menus, menu, replace(state, misses=0), option.step)


def prompt(menu: Menu) -> list[str]:
    """What a menu says of itself: its greeting, then the options that the greeting does not name by their key."""
    unnamed = [option.step.message for option in menu.options if _is_prompt(option) and not _names(menu, option.digit)]
    return [menu.greeting, *(message for message in unnamed if message)]


def instructions(turn: Turn, menu: Menu, callback_url: str) -> list[Instruction]:
    """A turn that awaits a key, for a carrier: silence asks `callback_url` too, without keys."""
    # With a finishing key the carrier would keep that key to itself.
    finish = "" if menu.option("#") else "#"
    gather = Gather(Say(" ".join(turn.said)), callback_url, timeout=menu.timeout, finish_on_key=finish)
    return [gather, Redirect(callback_url)]


def _missed(menus: Mapping[str, Menu], menu: Menu, state: State, sentence: str) -> Turn:
    if state.misses + 1 < MOST_MISSES:
        return Turn(replace(state, misses=state.misses + 1), [sentence, *prompt(menu)])
    step = menu.timeout_action
    turn = _chosen(menus, menu, replace(state, misses=0), step)
    if step.action is Action.HANGUP:
        return turn if step.message else replace(turn, said=[sentence, GOODBYE])
    return replace(turn, said=[step.message, *turn.said]) if step.message else turn


def _chosen(menus: Mapping[str, Menu], menu: Menu, state: State, step: Step) -> Turn:
    target = step.target or ""
    match step.action:
        case Action.ROUTE:
            return Turn(None, [], RouteTo(target))
        case Action.DIAL:
            return Turn(None, [], DialTo(target))
        case Action.VOICEMAIL:
            return Turn(None, [], Voicemail())
        case Action.HANGUP:
            return Turn(None, [step.message or GOODBYE], End())
        case Action.SAY:
            return Turn(state, [step.message or "", *prompt(menu)])
        case Action.REPEAT:
            return Turn(state, prompt(menu))
        case Action.MENU:
            following = menus.get(target)
            if following is None:
                return Turn(None, [GONE], End())
            return Turn(replace(state, menu_id=target), prompt(following))


def _is_prompt(option: Option) -> bool:
    return option.step.action not in (Action.SAY, Action.HANGUP)


def _names(menu: Menu, digit: str) -> bool:
    """Whether the greeting has this key in it, as in "press 1 for sales"."""
    return re.search(rf"(?<![\w+.,]){re.escape(digit)}(?!\w)", menu.greeting) is not None

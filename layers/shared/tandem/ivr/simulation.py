"""A dry run: what a caller who presses these keys would hear. Pure."""

from collections.abc import Mapping, Sequence

from tandem.ivr.engine import DialTo, End, Exit, RouteTo, Turn, Voicemail, enter, press
from tandem.ivr.models import Action, Menu
from tandem.records import record


@record
class Heard:
    """What was said in a menu after an input; None is silence, and the first of all is coming in."""

    menu_id: str
    input: str | None
    said: list[str]


@record
class Outcome:
    """Where the caller is in the end: out of the menus, or still in one (`menu` and its id)."""

    action: Action
    target: str | None = None


@record
class Simulation:
    """The whole walk."""

    heard: list[Heard]
    outcome: Outcome


def simulate(menu: Menu, menus: Mapping[str, Menu], inputs: Sequence[str | None]) -> Simulation:
    """Walk from `menu` with these inputs, until they or the menus end."""
    turn = enter(menu)
    place = menu.menu_id
    heard = [Heard(place, None, turn.said)]
    for keys in inputs:
        if turn.state is None:
            break
        turn = press(menus, turn.state, keys)
        place = turn.state.menu_id if turn.state else place
        heard.append(Heard(place, keys or None, _all_said(turn)))
    return Simulation(heard, _outcome(turn.exit, place))


def _all_said(turn: Turn) -> list[str]:
    return [*turn.said, turn.exit.prompt] if isinstance(turn.exit, Voicemail) else turn.said


def _outcome(found: Exit | None, place: str) -> Outcome:
    match found:
        case RouteTo():
            return Outcome(Action.ROUTE, found.target)
        case DialTo():
            return Outcome(Action.DIAL, found.number)
        case Voicemail():
            return Outcome(Action.VOICEMAIL)
        case End():
            return Outcome(Action.HANGUP)
        case None:
            return Outcome(Action.MENU, place)

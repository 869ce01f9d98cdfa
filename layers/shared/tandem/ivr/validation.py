"""What a menu must keep to among the other menus of its tenant, as a graph. Pure."""

from collections.abc import Iterator, Mapping

from tandem.ivr.models import AIMED, ANSWERED, EXITS, KEYS, Action, Menu, Step
from tandem.records import record
from tandem.shapes import E164_PATTERN


@record
class Fault:
    """What is wrong, and the field at fault: `options.1.target`."""

    field: str
    message: str


def faults(menu: Menu, others: Mapping[str, Menu]) -> list[Fault]:
    """What is wrong with a menu among its tenant's others, by their ids. Where these were in order before, they still
    are if this one is: each way of theirs that it could spoil leads through it."""
    menus = {**others, menu.menu_id: menu}
    found = [*_keys(menu), *_steps(menu, menus)]
    return found or list(_ways_out(menu, menus))  # ways are looked for where every step leads somewhere


def pointing_at(menu_id: str, menus: Mapping[str, Menu]) -> list[Menu]:
    """The other menus from which a step leads to this one."""
    return [menu for menu in menus.values() if menu.menu_id != menu_id and menu_id in menu.next_menus()]


def _keys(menu: Menu) -> Iterator[Fault]:
    if not menu.options:
        yield Fault("options", "a menu without options is a dead end")
    seen: dict[str, int] = {}
    for index, option in enumerate(menu.options):
        if option.digit not in KEYS or len(option.digit) != 1:
            yield Fault(f"options.{index}.digit", "must be one of 0 to 9, * and #")
        elif option.digit in seen:
            yield Fault(f"options.{index}.digit", f"{option.digit} is taken by options.{seen[option.digit]}")
        seen.setdefault(option.digit, index)


def _steps(menu: Menu, menus: Mapping[str, Menu]) -> Iterator[Fault]:
    for place, step in menu.steps():
        yield from _target(place, step, menus)
        if step.action is Action.SAY and not step.message:
            yield Fault(f"{place}.message", "say needs a message")
    if menu.timeout_action.action in (Action.SAY, Action.REPEAT):
        yield Fault("timeoutAction.action", "must be route, voicemail, menu, dial or hangup: silence is repeated twice")


def _target(place: str, step: Step, menus: Mapping[str, Menu]) -> Iterator[Fault]:
    field = f"{place}.target"
    if step.action not in AIMED:
        if step.target is not None:
            yield Fault(field, f"{step.action} has no target")
    elif step.target is None:
        yield Fault(field, f"{step.action} needs a target")
    elif step.action is Action.MENU and step.target not in menus:
        yield Fault(field, "there is no such menu")
    elif step.action is Action.DIAL and not E164_PATTERN.fullmatch(step.target):
        yield Fault(field, "must be a telephone number in E.164 form, such as +254711000000")


def _ways_out(menu: Menu, menus: Mapping[str, Menu]) -> Iterator[Fault]:
    """Callers who press keys must be able to get out, and callers who press none must get out in the end."""
    if not any(_has_exit(menus[menu_id]) for menu_id in reachable(menu, menus)):
        for place, step in menu.steps():
            if step.action not in EXITS:
                field = f"{place}.{'target' if step.action is Action.MENU else 'action'}"
                yield Fault(field, "a loop with no exit: no key from here leads to route, voicemail, dial or hangup")
    elif silent_circle(menu, menus):
        yield Fault("timeoutAction.target", "a loop with no exit: a caller who presses nothing goes round for ever")


def reachable(menu: Menu, menus: Mapping[str, Menu]) -> set[str]:
    """The ids of all menus that a caller can come to from this one, itself among them."""
    found, pending = {menu.menu_id}, [menu]
    while pending:
        new = [menus[menu_id] for menu_id in pending.pop().next_menus() - found if menu_id in menus]
        found |= {each.menu_id for each in new}
        pending += new
    return found


def _has_exit(menu: Menu) -> bool:
    """Whether a key leads out, or silence to somebody. That silence ends in hanging up is no way out for a caller."""
    return menu.timeout_action.action in ANSWERED or any(option.step.action in EXITS for option in menu.options)


def silent_circle(menu: Menu, menus: Mapping[str, Menu]) -> bool:
    """Whether silence leads from menu to menu without end."""
    seen: set[str] = set()
    while menu.timeout_action.action is Action.MENU:
        if menu.menu_id in seen:
            return True
        seen.add(menu.menu_id)
        menu = menus[menu.timeout_action.target or ""]
    return False

"""Menus for tests: by hand, and by chance."""

from collections.abc import Mapping
from datetime import UTC, datetime

from hypothesis import strategies as st

from tandem.ivr.models import HANG_UP, KEYS, Action, Menu, Option, Step

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
NUMBER = "+254711000000"


def step(action: str, target: str | None = None, message: str | None = None) -> Step:
    return Step(Action(action), target, message)


def menu(menu_id: str, keys: Mapping[str, Step], silence: Step = HANG_UP, *, greeting: str = "Welcome.") -> Menu:
    options = tuple(Option(digit, each) for digit, each in keys.items())
    return Menu(menu_id, "tenant", f"menu {menu_id}", greeting, options, NOW, NOW, 10, silence)


def by_id(*menus: Menu) -> dict[str, Menu]:
    return {each.menu_id: each for each in menus}


NAMES = ["a", "b", "c", "d"]
leaving = st.sampled_from(
    [step("route", "sales"), step("voicemail"), step("dial", NUMBER), step("hangup"), step("hangup", None, "Bye.")]
)
staying = st.sampled_from([step("say", None, "We are open."), step("repeat")])
into_menu = st.sampled_from(NAMES).map(lambda name: step("menu", name))
any_step = st.one_of(staying, into_menu, into_menu, leaving)
silences = st.one_of(leaving, into_menu, st.just(HANG_UP))


@st.composite
def menu_sets(draw: st.DrawFn) -> dict[str, Menu]:
    """Four menus that may lead to each other in any way, sound by themselves but not always together."""
    made = []
    for name in NAMES:
        keys = draw(st.dictionaries(st.sampled_from(KEYS), any_step, min_size=1, max_size=4))
        made.append(menu(name, keys, draw(silences)))
    return by_id(*made)


inputs = st.lists(st.none() | st.sampled_from([*KEYS, "", " ", "12", "x"]), max_size=120)

"""What a menu must keep to among the others."""

from itertools import product

import pytest
from hypothesis import given

from tandem.ivr.models import ANSWERED, EXITS, HANG_UP, KEYS, Action, Menu, Option, Step
from tandem.ivr.validation import faults, pointing_at, reachable, silent_circle
from tests.unit.ivr.walks import NOW, NUMBER, by_id, menu, menu_sets, step

SALES = step("route", "sales-team")


def fields(found: Menu, *others: Menu) -> list[str]:
    return [fault.field for fault in faults(found, by_id(*others))]


def test_the_published_sample_is_in_order() -> None:
    assert fields(menu("a", {"1": SALES, "2": step("route", "support-team"), "0": step("voicemail")})) == []


@pytest.mark.parametrize("digit", KEYS)
def test_every_key_of_a_telephone_may_be_an_option(digit: str) -> None:
    assert fields(menu("a", {digit: SALES})) == []


@pytest.mark.parametrize("digit", ["", "12", "a", "A", " 1", "１", "٣", "**", "+", "0*"])
def test_what_is_no_key_is_named(digit: str) -> None:
    assert fields(menu("a", {"1": SALES, digit: SALES})) == ["options.1.digit"]


def test_a_key_that_is_used_twice_is_named_where_it_is_used_again() -> None:
    options = tuple(Option(digit, SALES) for digit in ("1", "2", "1", "2", "3", "1"))
    found = faults(Menu("a", "t", "n", "g", options, NOW, NOW), {})
    assert [fault.field for fault in found] == ["options.2.digit", "options.3.digit", "options.5.digit"]
    assert found[0].message == "1 is taken by options.0"
    assert found[2].message == "1 is taken by options.0"


def test_a_menu_without_options_is_a_dead_end_whatever_silence_does() -> None:
    for silence in (HANG_UP, SALES):
        assert fields(menu("a", {}, silence)) == ["options"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (step("route"), "target"),
        (step("menu"), "target"),
        (step("dial"), "target"),
        (step("menu", "nowhere"), "target"),
        (step("dial", "0711000000"), "target"),
        (step("dial", "+0711000000"), "target"),
        (step("dial", NUMBER + "\n"), "target"),
        (step("dial", "sales-team"), "target"),
        (step("voicemail", "box"), "target"),
        (step("hangup", "x"), "target"),
        (step("repeat", "a"), "target"),
        (step("say", "a", "Hello."), "target"),
        (step("say"), "message"),
    ],
    ids=str,
)
def test_an_option_at_fault_is_named(wrong: Step, field: str) -> None:
    assert fields(menu("a", {"1": SALES, "2": wrong})) == [f"options.1.{field}"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (step("route"), "target"),
        (step("menu", "nowhere"), "target"),
        (step("dial", "x"), "target"),
        (step("voicemail", "x"), "target"),
        (step("repeat"), "action"),
        (step("say", None, "Hello."), "action"),
    ],
    ids=str,
)
def test_a_timeouts_action_at_fault_is_named(wrong: Step, field: str) -> None:
    assert fields(menu("a", {"1": SALES}, wrong)) == [f"timeoutAction.{field}"]


@pytest.mark.parametrize(
    "right",
    [SALES, step("voicemail"), step("dial", NUMBER), step("hangup"), step("hangup", None, "Bye."), step("menu", "b")],
    ids=str,
)
def test_what_silence_may_do(right: Step) -> None:
    assert fields(menu("a", {"1": SALES}, right), menu("b", {"1": SALES})) == []


def test_two_menus_that_lead_to_each_other_alone_are_a_loop_and_the_option_is_named() -> None:
    other = menu("b", {"1": step("menu", "a"), "9": SALES})
    assert fields(menu("a", {"1": step("menu", "b")}), other) == []
    closed = menu("b", {"*": step("repeat"), "1": step("menu", "a")})
    assert fields(menu("a", {"1": step("menu", "b")}), closed) == ["options.0.target"]
    assert fields(closed, menu("a", {"1": step("menu", "b")})) == ["options.0.action", "options.1.target"]


def test_hanging_up_on_silence_is_no_way_out_but_being_brought_to_somebody_is() -> None:
    loop = {"1": step("menu", "a"), "2": step("say", None, "We are open.")}
    assert fields(menu("a", loop)) == ["options.0.target", "options.1.action"]
    assert fields(menu("a", loop, step("hangup", None, "Bye."))) == ["options.0.target", "options.1.action"]
    for silence in (SALES, step("voicemail"), step("dial", NUMBER)):
        assert fields(menu("a", loop, silence)) == []


def test_a_menu_may_lead_to_itself_where_there_is_another_way_out() -> None:
    assert fields(menu("a", {"1": step("menu", "a"), "0": step("hangup")})) == []


def test_silence_must_not_lead_round_and_round() -> None:
    keys = {"1": SALES}
    assert fields(menu("a", keys, step("menu", "a"))) == ["timeoutAction.target"]
    back = menu("b", keys, step("menu", "c"))
    there = menu("c", keys, step("menu", "a"))
    assert fields(menu("a", keys, step("menu", "b")), back, there) == ["timeoutAction.target"]
    assert fields(menu("a", keys), back, there) == []


def test_who_points_at_a_menu_is_found_but_not_the_menu_itself() -> None:
    menus = by_id(
        menu("a", {"1": step("menu", "b"), "2": SALES}),
        menu("b", {"1": step("menu", "b"), "2": SALES}),
        menu("c", {"1": SALES}, step("menu", "b")),
        menu("d", {"1": step("route", "b")}),
    )
    assert [each.menu_id for each in pointing_at("b", menus)] == ["a", "c"]
    assert pointing_at("a", menus) == []


def reached_by_force(menus: dict[str, Menu]) -> dict[str, set[str]]:
    """Which menus lead to which, by Warshall's closure of the matrix."""
    leads = {
        (one, two): one == two
        or any(each.action is Action.MENU and each.target == two for _, each in menus[one].steps())
        for one, two in product(menus, repeat=2)
    }
    for middle, one, two in product(menus, repeat=3):
        leads[one, two] = leads[one, two] or (leads[one, middle] and leads[middle, two])
    return {one: {two for two in menus if leads[one, two]} for one in menus}


@given(menu_sets())
def test_reachability_is_that_of_the_closed_matrix(menus: dict[str, Menu]) -> None:
    assert {name: reachable(each, menus) for name, each in menus.items()} == reached_by_force(menus)


@given(menu_sets())
def test_a_menu_is_faulted_exactly_when_keys_or_silence_never_lead_out(menus: dict[str, Menu]) -> None:
    closure = reached_by_force(menus)
    for name, each in menus.items():
        ways = [
            option.step.action in EXITS or menus[there].timeout_action.action in ANSWERED
            for there in closure[name]
            for option in menus[there].options
        ]
        place, steps = each, 0
        while place.timeout_action.action is Action.MENU and steps <= len(menus):
            place, steps = menus[str(place.timeout_action.target)], steps + 1
        endless = steps > len(menus)
        assert silent_circle(each, menus) == endless
        assert bool(faults(each, menus)) == (not any(ways) or endless)


@given(menu_sets(), menu_sets())
def test_a_sound_change_leaves_the_other_menus_sound(menus: dict[str, Menu], other: dict[str, Menu]) -> None:
    if any(faults(each, menus) for each in menus.values()) or faults(other["a"], menus):
        return
    after = {**menus, "a": other["a"]}
    assert [faults(each, after) for each in after.values()] == [[]] * len(after)

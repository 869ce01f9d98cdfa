"""A caller's walk through menus."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.carriers.instructions import Gather, Redirect, Say
from tandem.ivr.engine import (
    GONE,
    GOODBYE,
    MOST_TURNS,
    SILENCE,
    VOICEMAIL,
    WRONG_KEY,
    DialTo,
    End,
    Exit,
    RouteTo,
    State,
    Turn,
    Voicemail,
    enter,
    instructions,
    press,
    prompt,
)
from tandem.ivr.models import HANG_UP, Menu, Step
from tandem.ivr.simulation import Heard, Outcome, simulate
from tandem.ivr.validation import faults
from tests.unit.ivr.walks import NUMBER, by_id, inputs, menu, menu_sets, step

MAIN = menu(
    "main",
    {
        "1": step("route", "sales-team"),
        "2": step("dial", NUMBER),
        "3": step("menu", "hours"),
        "4": step("say", None, "We are open from nine to five."),
        "8": step("hangup", None, "Thank you."),
        "9": step("hangup"),
        "*": step("repeat"),
        "#": step("menu", "deleted"),
        "0": step("voicemail"),
    },
    greeting="Hello.",
)
HOURS = menu("hours", {"1": step("say", None, "All day."), "0": step("menu", "main")}, greeting="Our hours.")
MENUS = by_id(MAIN, HOURS)
START = State("main")


def walk(*keys: str | None, menus: dict[str, Menu] = MENUS) -> Turn:
    turn = enter(menus["main"])
    for key in keys:
        assert turn.state is not None, "the menus ended before the keys"
        turn = press(menus, turn.state, key)
    return turn


def test_a_caller_who_comes_in_hears_the_greeting_and_is_asked_for_a_key() -> None:
    assert enter(MAIN) == Turn(START, ["Hello."], None)
    assert enter(MAIN).gathers


@pytest.mark.parametrize(
    ("key", "said", "exit_"),
    [
        ("1", [], RouteTo("sales-team")),
        ("2", [], DialTo(NUMBER)),
        ("0", [], Voicemail(VOICEMAIL)),
        ("8", ["Thank you."], End()),
        ("9", [GOODBYE], End()),
        ("#", [GONE], End()),
    ],
)
def test_a_key_that_leads_out(key: str, said: list[str], exit_: Exit) -> None:
    turn = walk(key)
    assert (turn.state, turn.said, turn.exit, turn.gathers) == (None, said, exit_, False)


@pytest.mark.parametrize(
    ("key", "menu_id", "said"),
    [
        ("3", "hours", ["Our hours."]),
        ("4", "main", ["We are open from nine to five.", "Hello."]),
        ("*", "main", ["Hello."]),
        (" * ", "main", ["Hello."]),
    ],
)
def test_a_key_that_leads_on(key: str, menu_id: str, said: list[str]) -> None:
    assert walk(key) == Turn(State(menu_id, 0, 2), said, None)


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [(None, SILENCE), ("", SILENCE), (" ", SILENCE), ("7", WRONG_KEY), ("11", WRONG_KEY), ("x", WRONG_KEY)],
)
def test_a_miss_is_told_and_the_menu_repeated_twice_then_the_call_ends(keys: str | None, sentence: str) -> None:
    assert walk(keys) == Turn(State("main", 1, 2), [sentence, "Hello."])
    assert walk(keys, keys) == Turn(State("main", 2, 3), [sentence, "Hello."])
    assert walk(keys, keys, keys) == Turn(None, [sentence, GOODBYE], End())


def test_wrong_keys_and_silence_count_together() -> None:
    assert walk("7", None, "77").said == [WRONG_KEY, GOODBYE]
    assert walk(None, "7", None).said == [SILENCE, GOODBYE]


@pytest.mark.parametrize("right", ["4", "*", "3"])
def test_a_right_key_forgets_the_misses(right: str) -> None:
    turn = walk(None, "7", right)
    assert turn.state is not None
    assert turn.state.misses == 0
    assert press(MENUS, turn.state, None).gathers


@pytest.mark.parametrize(
    ("silence", "said", "exit_"),
    [
        (HANG_UP, [SILENCE, GOODBYE], End()),
        (step("hangup", None, "See you."), ["See you."], End()),
        (step("voicemail"), [], Voicemail()),
        (step("route", "desk"), [], RouteTo("desk")),
        (step("route", "desk", "We connect you."), ["We connect you."], RouteTo("desk")),
        (step("dial", NUMBER, "One moment."), ["One moment."], DialTo(NUMBER)),
    ],
    ids=str,
)
def test_the_third_miss_brings_the_timeouts_action(silence: Step, said: list[str], exit_: Exit) -> None:
    menus = by_id(menu("main", {"1": step("hangup")}, silence))
    assert walk(None, None, None, menus=menus) == Turn(None, said, exit_)


def test_a_timeout_may_lead_to_another_menu_where_misses_are_counted_anew() -> None:
    menus = by_id(menu("main", {"1": step("hangup")}, step("menu", "hours", "Let us see.")), HOURS)
    turn = walk(None, None, None, menus=menus)
    assert turn == Turn(State("hours", 0, 4), ["Let us see.", "Our hours."])


def test_options_are_read_out_unless_the_greeting_names_their_keys() -> None:
    keys = {
        "1": step("route", "a", "Press 1 for sales."),
        "2": step("voicemail", None, "Press 2 to leave a message."),
        "4": step("route", "b"),
        "5": step("say", None, "Open all day."),
        "6": step("hangup", None, "Bye."),
        "*": step("repeat", None, "Press star to hear this again."),
    }
    read = ["Press 1 for sales.", "Press 2 to leave a message.", "Press star to hear this again."]
    assert prompt(menu("a", keys, greeting="Hello.")) == ["Hello.", *read]
    assert prompt(menu("a", keys, greeting="Open 24 hours, call +1.")) == ["Open 24 hours, call +1.", *read]
    assert prompt(menu("a", keys, greeting="For sales press 1, or 2.")) == ["For sales press 1, or 2.", read[2]]
    assert prompt(menu("a", keys, greeting="1: sales, *: again")) == ["1: sales, *: again", read[1]]


def test_a_menu_that_was_deleted_meanwhile_ends_the_call() -> None:
    assert press({}, START, "1") == Turn(None, [GONE], End())


def test_one_call_has_fifty_turns_and_a_goodbye() -> None:
    turn = enter(MAIN)
    for _ in range(MOST_TURNS - 1):
        assert turn.state is not None
        turn = press(MENUS, turn.state, "*")
    assert turn.state == State("main", 0, MOST_TURNS)
    assert press(MENUS, turn.state, "1") == Turn(None, [GOODBYE], End())


def test_a_turn_that_awaits_a_key_gathers_it_and_asks_again_after_silence() -> None:
    turn = press(MENUS, START, "7")
    url = "https://example.com/x"
    assert instructions(turn, HOURS, url) == [
        Gather(Say(f"{WRONG_KEY} Hello."), url, digits=1, timeout=10, finish_on_key="#"),
        Redirect(url),
    ]
    gather = instructions(turn, MAIN, url)[0]
    assert isinstance(gather, Gather)
    assert gather.finish_on_key == "", "the hash key is an option here"


@settings(max_examples=300)
@given(menu_sets(), inputs)
def test_every_walk_ends_and_says_something_at_every_turn(menus: dict[str, Menu], keys: list[str | None]) -> None:
    turn, turns = enter(menus["a"]), 1
    for key in [*keys, *[None] * MOST_TURNS]:
        if turn.state is None:
            break
        assert turn.said
        assert turn.exit is None
        assert turn.state.menu_id in menus
        assert 0 <= turn.state.misses < 3
        assert turn.state.turns == turns
        turn, turns = press(menus, turn.state, key), turns + 1
    assert turn.exit is not None
    assert turns <= MOST_TURNS + 1
    assert turn.said or not isinstance(turn.exit, End)


@given(menu_sets())
def test_a_silent_caller_leaves_sound_menus_within_three_misses_each(menus: dict[str, Menu]) -> None:
    if any(faults(each, menus) for each in menus.values()):
        return
    for each in menus.values():
        turn, misses = enter(each), 0
        while turn.state is not None:
            turn, misses = press(menus, turn.state, None), misses + 1
        assert misses <= 3 * len(menus)
        assert misses % 3 == 0


@given(menu_sets())
def test_from_sound_menus_some_keys_lead_out_before_a_menu_hangs_up_on_silence(menus: dict[str, Menu]) -> None:
    if any(faults(each, menus) for each in menus.values()):
        return
    for each in menus.values():
        assert leads_out(menus, State(each.menu_id))


def leads_out(menus: dict[str, Menu], start: State) -> bool:
    """Whether keys, or silence that leads further, bring a caller out; by trying all of them."""
    pending, seen = [start.menu_id], {start.menu_id}
    while pending:
        here = menus[pending.pop()]
        turns = [press(menus, State(here.menu_id), option.digit) for option in here.options]
        silent = press(menus, State(here.menu_id, 2), None)
        if any(turn.exit for turn in turns) or (silent.exit and silent.exit != End()):
            return True
        following = {turn.state.menu_id for turn in [*turns, silent] if turn.state} - seen
        pending += following
        seen |= following
    return False


@given(menu_sets(), inputs)
def test_a_dry_run_is_the_engines_walk(menus: dict[str, Menu], keys: list[str | None]) -> None:
    run = simulate(menus["a"], menus, keys)
    turn = enter(menus["a"])
    assert run.heard[0] == Heard("a", None, turn.said)
    for key, heard in zip(keys, run.heard[1:], strict=False):
        assert turn.state is not None
        before, turn = turn.state.menu_id, press(menus, turn.state, key)
        assert heard.menu_id == (turn.state.menu_id if turn.state else before)
        assert heard.input == (key or None)
        assert heard.said[: len(turn.said)] == turn.said
    assert len(run.heard) == len(keys) + 1 or turn.state is None
    assert (run.outcome.action == "menu") == (turn.state is not None)


@pytest.mark.parametrize(
    ("keys", "outcome", "last"),
    [
        ([], Outcome(step("menu").action, "main"), ["Hello."]),
        (["1", "2", "3"], Outcome(step("route").action, "sales-team"), []),
        (["3", "0", "2"], Outcome(step("dial").action, NUMBER), []),
        (["0"], Outcome(step("voicemail").action), [VOICEMAIL]),
        (["3", None, "", "5"], Outcome(step("hangup").action), [WRONG_KEY, GOODBYE]),
        (["3", "1"], Outcome(step("menu").action, "hours"), ["All day.", "Our hours."]),
    ],
    ids=str,
)
def test_what_a_dry_run_tells(keys: list[str | None], outcome: Outcome, last: list[str]) -> None:
    run = simulate(MAIN, MENUS, keys)
    assert run.outcome == outcome
    assert run.heard[-1].said == last


@given(st.text(max_size=8))
def test_whatever_is_keyed_makes_a_turn(keys: str) -> None:
    turn = press(MENUS, START, keys)
    assert (turn.state is None) == (turn.exit is not None)

"""Menus as anybody may write them: refused with the field at fault, or sound for every caller."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tandem.ivr.engine import MOST_TURNS
from tandem.ivr.models import KEYS, Action, Menu
from tandem.ivr.shapes import MenuRequest, step_of
from tandem.ivr.simulation import simulate
from tandem.ivr.validation import faults
from tests.unit.ivr.walks import NOW, NUMBER, by_id, menu, step

BEHIND = menu("behind", {"0": step("menu", "made"), "9": step("hangup")}, step("voicemail"))
texts = st.text(max_size=30) | st.sampled_from(["Press 1.", "(", "\\", "[0-9]+", "1️⃣", "٣", "*#", "\n", "\x00"])
digits = st.sampled_from(KEYS) | st.text(max_size=3)
targets = st.none() | st.sampled_from(["behind", "made", "nowhere", "sales", NUMBER, "+0", ""]) | texts
steps = st.fixed_dictionaries(
    {"action": st.sampled_from(list(Action))}, optional={"target": targets, "message": st.none() | texts}
)
options = st.builds(lambda digit, done: {"digit": digit, **done}, digits, steps)
bodies = st.fixed_dictionaries(
    {"name": texts, "greeting": texts, "options": st.lists(options, max_size=5)},
    optional={"timeout": st.integers(-1, 70), "timeoutAction": st.none() | steps | st.sampled_from(list(Action))},
)
sound = st.one_of(
    st.fixed_dictionaries({"action": st.just("route"), "target": st.sampled_from(["sales", "support"])}),
    st.fixed_dictionaries({"action": st.just("say"), "message": st.text("aé1*(", min_size=1)}),
    st.fixed_dictionaries({"action": st.just("menu"), "target": st.sampled_from(["behind", "made"])}),
    st.fixed_dictionaries({"action": st.sampled_from(["repeat", "voicemail", "hangup"])}),
)
sound_bodies = st.fixed_dictionaries(
    {
        "name": st.just("Main"),
        "greeting": st.text("aé1*#( .", min_size=1),
        "options": st.dictionaries(st.sampled_from(KEYS), sound, min_size=1).map(
            lambda made: [{"digit": digit, **done} for digit, done in made.items()]
        ),
    },
    optional={"timeoutAction": sound},
)
presses = st.lists(st.none() | st.sampled_from(KEYS) | st.text(max_size=3), max_size=80)


def meant(body: Any) -> Menu | None:
    """The menu of a request, or None where it cannot be read."""
    try:
        request = MenuRequest.model_validate(body)
    except ValidationError:
        return None
    found = tuple(each.option() for each in request.options)
    after = step_of(request.timeout_action)
    return Menu("made", "tenant", request.name, request.greeting, found, NOW, NOW, request.timeout, after)


@settings(max_examples=300)
@given(bodies | sound_bodies, presses)
def test_whatever_is_written_is_refused_by_field_or_leads_every_caller_out(body: Any, keys: list[str | None]) -> None:
    made = meant(body)
    if made is None:
        return
    named = {field for field, _ in made.steps()}
    if found := faults(made, by_id(BEHIND)):
        assert all(fault.field == "options" or fault.field.rpartition(".")[0] in named for fault in found)
        assert all(fault.message for fault in found)
        return
    menus = by_id(made, BEHIND)
    run = simulate(made, menus, [*keys, *[None] * MOST_TURNS])
    assert len(run.heard) <= MOST_TURNS + 1
    assert run.outcome.action is not Action.MENU, "who presses nothing any more gets out"
    assert all(heard.said and all(heard.said) for heard in run.heard[:-1]), "nobody stands in silence"


@given(sound_bodies)
def test_a_sound_menu_is_one_by_its_own_keys(body: Any) -> None:
    """Not by chance: whatever is refused here is a loop, and nothing else."""
    made = meant(body)
    assert made is not None
    told = {fault.message.partition(":")[0] for fault in faults(made, by_id(BEHIND))}
    assert told <= {"a loop with no exit", "must be route, voicemail, menu, dial or hangup"}

"""Menus in requests and answers. Pure."""

from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from tandem.ivr.models import HANG_UP, KEYS, Action, Menu, Option, Step
from tandem.ivr.simulation import Simulation
from tandem.shapes import Body, Name, View

MenuName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
Spoken = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$")]
Seconds = Annotated[int, Field(strict=True, ge=1, le=60, examples=[10])]
Digit = Annotated[str, StringConstraints(max_length=16)]
Keys = Annotated[str, StringConstraints(max_length=32)]


class StepRequest(Body):
    """What to do with a caller. `target`: of `route` a queue or an agent, of `menu` a menuId, of `dial` a number."""

    action: Action
    target: Annotated[Name | None, Field(examples=["sales-team"])] = None
    message: Spoken | None = None

    def step(self) -> Step:
        """The step meant."""
        return Step(self.action, self.target, self.message)


def _named(value: object) -> object:
    """`"voicemail"` is short for `{"action": "voicemail"}`."""
    return {"action": value} if isinstance(value, str) else value


TimeoutAction = Annotated[StepRequest, BeforeValidator(_named)]


class OptionRequest(StepRequest):
    """A key. The `message` of `say` and `hangup` is spoken when they happen; that of other actions names the option in
    the menu, unless the greeting names its key."""

    digit: Annotated[Digit, Field(examples=["1"])]

    def option(self) -> Option:
        """The option meant."""
        return Option(self.digit, self.step())


Options = Annotated[list[OptionRequest], Field(max_length=len(KEYS))]


class MenuRequest(Body):
    """A whole menu. `timeoutAction`: after two repetitions in vain; hang up where none is named."""

    name: Annotated[MenuName, Field(examples=["Main Menu"])]
    greeting: Annotated[Spoken, Field(examples=["Thank you for calling. Press 1 for sales."])]
    options: Options
    timeout: Seconds = 10
    timeout_action: TimeoutAction | None = None


class MenuChange(Body):
    """What to change of a menu; what is left out, or null, stays. A null `timeoutAction` is hanging up again."""

    name: MenuName | None = None
    greeting: Spoken | None = None
    options: Options | None = None
    timeout: Seconds | None = None
    timeout_action: TimeoutAction | None = None


class SimulationRequest(Body):
    """The keys a caller presses, one entry a menu; null or empty is silence."""

    inputs: Annotated[list[Keys | None], Field(max_length=100, default_factory=list, examples=[["1", "0"]])]


class StepView(View):
    """What happens to a caller."""

    action: Action
    target: str | None
    message: str | None


class OptionView(StepView):
    """A key and what it does."""

    digit: str


class MenuView(View):
    """A menu as it stands."""

    menu_id: str
    name: str
    greeting: str
    options: list[OptionView]
    timeout: int
    timeout_action: StepView
    created_at: str
    updated_at: str


class MenuDeleted(View):
    """A menu that is no more."""

    menu_id: str
    deleted: bool = True


class HeardView(View):
    """What was said in a menu after an input; null is silence, and the first of all is coming in."""

    menu_id: str
    input: str | None
    said: list[str]


class OutcomeView(View):
    """Where the caller is in the end; `menu` with its id: still in that menu, and asked for a key."""

    action: Action
    target: str | None


class SimulationView(View):
    """What a caller would hear, turn by turn, and where it leads."""

    heard: list[HeardView]
    outcome: OutcomeView


def step_of(request: StepRequest | None) -> Step:
    """The timeout's action meant."""
    return request.step() if request else HANG_UP


def menu_view(menu: Menu, created_at: str, updated_at: str) -> MenuView:
    """A menu for an answer, with its moments as text."""
    step = menu.timeout_action
    return MenuView(
        menu_id=menu.menu_id,
        name=menu.name,
        greeting=menu.greeting,
        options=[
            OptionView(digit=each.digit, action=each.step.action, target=each.step.target, message=each.step.message)
            for each in menu.options
        ],
        timeout=menu.timeout,
        timeout_action=StepView(action=step.action, target=step.target, message=step.message),
        created_at=created_at,
        updated_at=updated_at,
    )


def simulation_view(walk: Simulation) -> SimulationView:
    """A dry run for an answer."""
    heard = [HeardView(menu_id=each.menu_id, input=each.input, said=each.said) for each in walk.heard]
    return SimulationView(heard=heard, outcome=OutcomeView(action=walk.outcome.action, target=walk.outcome.target))

"""What a caller hears and does next: a call's way through menus, queues and agents, one question of the carrier at a
time.

Where a call stands is kept on it (`Call.flow`). Every address that a carrier is told to ask next names the turn: a
question that comes twice moves the call once, and is answered with where it stands then.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from tandem import clock
from tandem.agents import service as agents
from tandem.agents.models import Agent
from tandem.calls import changes
from tandem.calls.flow import Flow, Stage
from tandem.calls.models import INBOUND, Call
from tandem.carriers.base import Carrier, CarrierEvent, Happened
from tandem.carriers.instructions import Connect, HangUp, Hold, Instruction, Record, Redirect, Say
from tandem.ivr import engine, lookup
from tandem.ivr.models import Action, Menu, Option, Step
from tandem.records import record
from tandem.routing import service as routing
from tandem.routing.models import Incoming
from tandem.tenants import service as tenants

NOT_IN_SERVICE: list[Instruction] = [Say("The number you have called is not in service. Goodbye."), HangUp()]
"""For a call to a number of nobody here."""

RING_SECONDS = 30
"""How long an agent's telephone rings."""

HOLD_SECONDS = 8
"""How long a caller waits between two looks at the queue."""

LONGEST_TALK = timedelta(hours=4)
LONGEST_WAIT = timedelta(minutes=15)
"""After this a caller who waits is asked to leave a message."""

LONGEST_MESSAGE = 120
"""Seconds."""

ANY_QUEUE = "default"
"""The queue of callers for whom no queue was named."""

_ACTOR = "flow"
_WELCOME = "welcome"


@record
class Heard:
    """What the carrier brought with its question: keys pressed, a recording made, what became of the other leg."""

    digits: str | None = None
    recorded: bool = False
    leg_up: bool = False
    """The other party has picked up: news, not a question."""
    leg_answered: bool | None = None
    """The other party is gone: whether they had picked up."""

    @classmethod
    def of(cls, events: Sequence[CarrierEvent]) -> "Heard":
        """What the events of a question bring."""
        digits = next((event.digits for event in events if event.digits), None)
        happened = {event.happened for event in events}
        # Where the carrier does not say whether anybody picked up, they may have: nobody is called again.
        legs = [event.leg_answered is not False for event in events if event.happened == Happened.LEG_ENDED]
        return cls(
            digits, Happened.RECORDED in happened, Happened.LEG_ANSWERED in happened, any(legs) if legs else None
        )

    @property
    def says_something(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.digits) or self.recorded or self.leg_answered is not None


@record
class _Step:
    """Where a call goes, and what is said on the way there."""

    flow: Flow
    said: tuple[str, ...] = ()
    agent_id: str | None = None


def steer(
    adapter: Carrier, call: Call, heard: Heard, *, asked_turn: int | None, callback_url: str
) -> tuple[Call, list[Instruction]]:
    """A call that is under way, brought a step further, and what its caller hears and does next. `asked_turn`: the
    turn that the carrier's question names."""
    if call.status.is_final or heard.leg_up:
        return call, []
    before = call.flow
    moves = _moves(before, heard, asked_turn)
    if moves:
        call = _stand(call, _next(adapter, call, heard))
    is_news = not moves or call.flow != before
    return call, _present(adapter, call, callback_url, is_news=is_news)


def standing(adapter: Carrier, call: Call, callback_url: str) -> list[Instruction]:
    """What the caller is told to hear and do at the turn that the call is at: all of it, the same whenever asked."""
    return _present(adapter, call, callback_url, is_news=True)


def _moves(flow: Flow | None, heard: Heard, asked_turn: int | None) -> bool:
    if flow is None or asked_turn == flow.turn:
        return True
    return asked_turn is None and heard.says_something


def _stand(call: Call, step: _Step) -> Call:
    """Write down where a call stands now, unless another question was quicker or the call is over."""
    known = call.flow
    if step.flow == known:
        return call
    turn = known.turn + 1 if known else 1

    def moved(present: Call) -> Call:
        if present.flow != known or present.status.is_final:
            return present
        flow = replace(step.flow, turn=turn, said=step.said)
        leg = None if flow.stage is Stage.AGENT else present.leg_answered
        return replace(present, flow=flow, agent_id=step.agent_id or present.agent_id, leg_answered=leg)

    return changes.change(call, moved, actor=_ACTOR, action="call.step")


# Where to go


def _next(adapter: Carrier, call: Call, heard: Heard) -> _Step:
    if call.flow is None:
        return _entered(adapter, call) if call.direction == INBOUND else _called(adapter, call)
    return _STEPS[call.flow.stage](adapter, call, call.flow, heard)


def _called(adapter: Carrier, call: Call) -> _Step:
    """A customer whom we called has answered: they hear the greeting, and get the agent."""
    agent = agents.get(call.tenant_id, call.agent_id) if call.agent_id else None
    greeting = (call.greeting,) if call.greeting else ()
    if agent is None or not agent.reachable(clock.now()):
        sorry = "Nobody can be connected to you right now. We will call you again. Goodbye."
        return _Step(Flow(Stage.OVER), (*greeting, sorry))
    routing.hold(call.tenant_id, agent.agent_id, call.call_id)
    return _Step(Flow(Stage.AGENT, target=_address(adapter, agent)), greeting)


def _entered(adapter: Carrier, call: Call) -> _Step:
    """A call has come in: it goes where the workspace says, else to the welcome."""
    entry = routing.incoming(call.tenant_id) or Incoming("menu", _WELCOME)
    if entry.action == "voicemail":
        return _Step(Flow(Stage.VOICEMAIL), (engine.VOICEMAIL,))
    if entry.action == "menu":
        menus = _menus(call, str(entry.target)) or _menus(call, _WELCOME)
        menu = next(menu for menu_id, menu in menus.items() if menu_id in (entry.target, _WELCOME))
        return _turned(adapter, call, Flow(Stage.MENU), engine.enter(menu))
    return _queued(adapter, call, str(entry.target) if entry.target else ANY_QUEUE)


def _pressed(adapter: Carrier, call: Call, flow: Flow, heard: Heard) -> _Step:
    state = _state(flow)
    return _turned(adapter, call, flow, engine.press(_menus(call, state.menu_id), state, heard.digits))


def _turned(adapter: Carrier, call: Call, flow: Flow, turn: engine.Turn) -> _Step:
    """Where a turn in the menus leads."""
    said = tuple(turn.said)
    match turn.exit:
        case engine.RouteTo(target):
            queued = _queued(adapter, call, target)
            return replace(queued, said=(*said, *queued.said))
        case engine.DialTo(number):
            return _Step(Flow(Stage.AGENT, target=number, legs_told=adapter.tells_legs), said)
        case engine.Voicemail(prompt):
            return _Step(Flow(Stage.VOICEMAIL), (*said, prompt))
        case engine.End():
            return _Step(Flow(Stage.OVER), said)
    state = turn.state or _state(flow)
    return _Step(replace(flow, menu_id=state.menu_id, misses=state.misses, menu_turns=state.turns), said)


def _state(flow: Flow) -> engine.State:
    return engine.State(str(flow.menu_id), flow.misses, flow.menu_turns)


def _queued(adapter: Carrier, call: Call, target: str) -> _Step:
    """The caller waits for an agent of this id, else in the queue of this name; and may have their turn at once."""
    known = agents.get(call.tenant_id, target)
    if known is None:
        routing.join(call.tenant_id, call.call_id, queue=target)
    else:
        routing.join(call.tenant_id, call.call_id, agent_id=target)
    waiting = Flow(Stage.QUEUE, waiting_since=clock.now())
    return _offered(adapter, call, waiting) or _Step(waiting, ("Please hold. The next free agent is for you.",))


def _waited(adapter: Carrier, call: Call, flow: Flow, heard: Heard) -> _Step:
    if step := _offered(adapter, call, flow):
        return step
    if flow.waiting_since and clock.now() - flow.waiting_since >= LONGEST_WAIT:
        routing.left(call.tenant_id, call.call_id)
        return _Step(Flow(Stage.VOICEMAIL), ("We are sorry that nobody is free yet.", engine.VOICEMAIL))
    return _Step(flow)


def _offered(adapter: Carrier, call: Call, flow: Flow) -> _Step | None:
    agent = routing.poll(call.tenant_id, call.call_id)
    if agent is None:
        return None
    routing.connected(call.tenant_id, call.call_id, agent_id=agent.agent_id)
    connecting = replace(flow, stage=Stage.AGENT, target=_address(adapter, agent), legs_told=adapter.tells_legs)
    return _Step(connecting, agent_id=agent.agent_id)


def _parted(adapter: Carrier, call: Call, flow: Flow, heard: Heard) -> _Step:
    """The agent's leg is over: the call is too, unless nobody picked up and the caller still waits."""
    if heard.leg_answered is None:
        return _Step(flow)
    if flow.waiting_since:
        routing.agent_left(call.tenant_id, call.call_id, answered=heard.leg_answered, agent_id=call.agent_id)
    if heard.leg_answered:
        return _Step(Flow(Stage.OVER))
    if not flow.waiting_since:
        return _Step(Flow(Stage.OVER), ("Nobody answered. Goodbye.",))
    waiting = replace(flow, stage=Stage.QUEUE, target=None)
    return _offered(adapter, call, waiting) or _Step(waiting, ("Please hold on. You are next.",))


def _spoken(adapter: Carrier, call: Call, flow: Flow, heard: Heard) -> _Step:
    if not heard.recorded:
        return _Step(Flow(Stage.OVER), ("We did not hear a message. Goodbye.",))
    return _Step(Flow(Stage.OVER, message_left=True), ("Thank you. Your message was recorded. Goodbye.",))


def _over(adapter: Carrier, call: Call, flow: Flow, heard: Heard) -> _Step:
    return _Step(flow)


_STEPS: Mapping[Stage, Callable[[Carrier, Call, Flow, Heard], _Step]] = {
    Stage.MENU: _pressed,
    Stage.QUEUE: _waited,
    Stage.AGENT: _parted,
    Stage.VOICEMAIL: _spoken,
    Stage.OVER: _over,
}


# What is heard there


def _present(adapter: Carrier, call: Call, callback_url: str, *, is_news: bool) -> list[Instruction]:
    """Where a call stands. What was said on the way there is left out for one who asked anew and stands there still."""
    flow = call.flow
    if flow is None:
        return []
    said = flow.said if is_news else ()
    url = f"{callback_url}{'&' if '?' in callback_url else '?'}{urlencode({'turn': flow.turn})}"
    if flow.stage is Stage.MENU:
        return _asking(call, _state(flow), url, said)
    spoken: list[Instruction] = [Say(text) for text in said]
    match flow.stage:
        case Stage.QUEUE:
            return [*spoken, Hold(HOLD_SECONDS), Redirect(url)]
        case Stage.AGENT:
            return [*spoken, _connecting(adapter, call, str(flow.target), url)]
        case Stage.VOICEMAIL:
            return [*spoken, Record(None, url, max_length=LONGEST_MESSAGE)]
    return [*spoken, HangUp()]


def _asking(call: Call, state: engine.State, url: str, said: tuple[str, ...]) -> list[Instruction]:
    """The menu, with what is said within it: a caller who knows the way need not hear all of it."""
    menu = _menus(call, state.menu_id).get(state.menu_id)
    if menu is None:
        return [Say(engine.GONE), HangUp()]
    return engine.instructions(engine.Turn(state, list(said) or engine.prompt(menu)), menu, url)


def _connecting(adapter: Carrier, call: Call, target: str, url: str) -> Connect:
    inbound = call.direction == INBOUND
    return Connect(
        [target],
        caller_id=call.to_number if inbound else call.from_number,
        record=call.recording_enabled and (inbound or not adapter.records_from_dial),
        max_duration=int(LONGEST_TALK.total_seconds()),
        callback_url=url,
        timeout=RING_SECONDS,
    )


def _address(adapter: Carrier, agent: Agent) -> str:
    return agent.phone or adapter.client_address(agent.client_name)


def _menus(call: Call, menu_id: str) -> Mapping[str, Menu]:
    """The menu and those that it leads to. The welcome is nobody's: it stands where a workspace has made no menu."""
    if menu_id != _WELCOME:
        return lookup.around(call.tenant_id, menu_id)
    name = tenants.get_tenant(call.tenant_id).name
    greeting = f"Welcome to {name}. To leave a message, press 1."
    message = Option("1", Step(Action.VOICEMAIL))
    welcome = Menu(_WELCOME, call.tenant_id, "Welcome", greeting, (message,), call.created_at, call.created_at)
    return {_WELCOME: welcome}

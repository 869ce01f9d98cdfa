"""A carrier that is commanded tells what happened: take it down, and tell the call what to do next.

Where an answer would list instructions, such a carrier is given one; that it is done brings the next.
Which that is follows from the call (`Call.flow`) and the cue that the news brings back, so nothing is kept in between.
News of the same id lead on once; should that have failed on the way, they lead on again with the same orders, which
the carrier carries out once.
"""

from collections.abc import Mapping

from tandem import clock
from tandem.calls import news, steering
from tandem.calls.models import INBOUND, Call
from tandem.calls.news import Reading
from tandem.calls.service import hear
from tandem.calls.steering import Heard
from tandem.carriers.base import CarrierEvent, CarrierRequest, Commanded, Cue, Happened, Order, OrderRefused
from tandem.carriers.instructions import (
    Answer,
    Command,
    Connect,
    Enqueue,
    Gather,
    HangUp,
    Hold,
    Instruction,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
    StopRecording,
    steps,
)
from tandem.carriers.registry import callback_url, commanded
from tandem.ids import derived_id
from tandem.observability import count, logger

_MOST_QUESTIONS = 8
"""Turns of a call that may follow from one piece of news."""

_ENDS: Mapping[Happened, tuple[type[Instruction], ...]] = {
    Happened.SPOKEN: (Say, Play),
    Happened.DONE: (Gather, Hold, Enqueue),
    Happened.DIGITS: (Gather, Hold),
    Happened.KEY: (Record,),
    Happened.RECORDED: (Record,),
    Happened.LEG_ENDED: (Connect,),
}
"""The news that lead on, and what they must be about: a prompt's end is not that of the wait for keys."""


def follow(carrier_name: str, request: CarrierRequest) -> None:
    """Take down what a webhook tells, and let its call go on. Raises Unavailable where that must be tried again."""
    adapter = commanded(carrier_name)
    for event in adapter.parse(request):
        call = hear(carrier_name, [event])
        if call is None:
            _refuse(adapter, event)
        elif _leads(call, event):
            _lead(adapter, call, event)


def _leads(call: Call, event: CarrierEvent) -> bool:
    """Whether news may lead on: not where the call is over, nor where an AI agent is talking."""
    awaited = event.happened in (Happened.RINGING, Happened.ANSWERED) or event.happened in _ENDS
    return awaited and call.assistant_id is None and not call.status.is_final


def _refuse(adapter: Commanded, event: CarrierEvent) -> None:
    """A call to a number of nobody here is not taken."""
    if event.happened is Happened.RINGING and event.direction == INBOUND and event.reference is None:
        order = Order(derived_id(adapter.name, "reject", event.carrier_call_id), event.carrier_call_id, "", Reject())
        _ordered(adapter, order)


def _lead(adapter: Commanded, call: Call, event: CarrierEvent) -> None:
    told_id = event.told_id or derived_id(call.call_id, event.happened.value, str(event.occurred_at), str(event.cue))
    reading = news.begin(adapter.name, told_id)
    if reading is Reading.READ:
        return
    _Way(adapter, told_id, again=reading is Reading.AGAIN).go(call, event)
    news.finish(adapter.name, told_id)


class _Way:
    """How one piece of news leads on; its orders are numbered, so that they are the same when it is read again."""

    def __init__(self, adapter: Commanded, told_id: str, *, again: bool) -> None:
        self._adapter = adapter
        self._told_id = told_id
        self._again = again
        self._orders = 0

    def go(self, call: Call, event: CarrierEvent) -> None:
        """Give the order that follows, if any does."""
        if event.happened is Happened.RINGING:
            if call.direction == INBOUND and call.told_answered_at is None:
                self._order(call, Answer(), None)
        elif event.happened is Happened.ANSWERED:
            self._asked(call, Heard(), None)
        elif call.flow is not None and event.cue is not None:
            self._ended(call, event, event.cue)

    def _ended(self, call: Call, event: CarrierEvent, cue: Cue) -> None:
        """What the call was told to do with this cue has come to its end."""
        listed = self._standing(call)
        if call.flow is None or cue.turn != call.flow.turn:
            # The call has gone on since. If by this very news, the order that follows may not have been given.
            if self._again:
                self._tell(call, listed)
            return
        present = listed[len(listed) - cue.left - 1] if cue.left < len(listed) else None
        if not isinstance(present, _ENDS[event.happened]):
            return
        if isinstance(present, Record) and event.happened is Happened.KEY:
            if event.digits == present.finish_on_key:
                self._order(call, StopRecording(), cue)
        elif event.happened in (Happened.SPOKEN, Happened.DONE) or isinstance(present, Hold):
            self._tell(call, listed[-cue.left :] if cue.left else [])
        else:
            self._asked(call, Heard.of([event]), cue.turn)

    def _standing(self, call: Call) -> list[Instruction]:
        return steps(steering.standing(self._adapter, call, callback_url(self._adapter.name)))

    def _asked(self, call: Call, heard: Heard, turn: int | None) -> None:
        url = callback_url(self._adapter.name)
        call, instructions = steering.steer(self._adapter, call, heard, asked_turn=turn, callback_url=url)
        if not call.status.is_final:
            self._tell(call, steps(instructions))

    def _tell(self, call: Call, instructions: list[Instruction]) -> None:
        """Give the first of these; a question is answered at once. The list's end is the call's, as where a carrier
        reads it in an answer."""
        first = instructions[0] if instructions else HangUp()
        turn = call.flow.turn if call.flow else 0
        if isinstance(first, Redirect):
            if self._orders < _MOST_QUESTIONS:
                self._orders += 1
                self._asked(call, Heard(), turn)
            return
        if self._order(call, first, Cue(turn, max(0, len(instructions) - 1))) or isinstance(first, HangUp):
            return
        if isinstance(first, Connect) and self._orders < _MOST_QUESTIONS:
            # As if nobody had answered there.
            session = str(call.carrier_call_id)
            gone = CarrierEvent(Happened.LEG_ENDED, session, clock.now(), call.reference, leg_answered=False)
            self._asked(hear(self._adapter.name, [gone]) or call, Heard.of([gone]), turn)
        else:
            self._order(call, HangUp(), None)

    def _order(self, call: Call, command: Command, cue: Cue | None) -> bool:
        """Give an order; whether it was taken."""
        self._orders += 1
        order_id = derived_id(call.call_id, self._told_id, str(self._orders))
        order = Order(order_id, str(call.carrier_call_id), call.reference, command, cue)
        return _ordered(self._adapter, order)


def _ordered(adapter: Commanded, order: Order) -> bool:
    try:
        adapter.command(order)
    except OrderRefused as refusal:
        kind = type(order.command).__name__
        logger().warning("the carrier refused an order", carrier=adapter.name, order=kind, reason=str(refusal))
        count("OrderRefused")
        return False
    return True

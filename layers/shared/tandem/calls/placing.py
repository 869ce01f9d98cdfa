"""Placing an outbound call: the intent is written before the dial, and what is not certain is never dialled again."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from tandem import clock
from tandem.agents import service as agents
from tandem.agents.models import Agent
from tandem.analytics import service as analytics
from tandem.assistants import service as assistants
from tandem.audit import service as audit
from tandem.aws import table
from tandem.aws.table import Item, TransactionCancelled, Write
from tandem.calls import changes, lifecycle, store
from tandem.calls.models import OUTBOUND, RETRYABLE, Call, CallRequest, DialState
from tandem.carriers.base import (
    Assistant,
    Carrier,
    CarrierEvent,
    Dial,
    DialRefused,
    DialUnknown,
    Happened,
    Mirroring,
)
from tandem.carriers.registry import SANDBOX_NUMBER, carrier, conversing
from tandem.conversations import service as conversations
from tandem.conversations import voice
from tandem.conversations.voice import Voice
from tandem.customers import service as customers
from tandem.errors import CarrierRefused, Conflict, NotFound, Unavailable
from tandem.ids import new_id
from tandem.observability import count, logger
from tandem.records import record
from tandem.tenants import service as tenants
from tandem.tenants.models import PhoneService

DIAL_SETTLES_WITHIN = timedelta(seconds=60)
"""After this a dial whose answer we do not have is settled by asking the carrier."""


_PAUSES = (0.0, 0.05, 0.2)
"""Seconds before each try at writing down that the carrier accepted the dial."""


@record
class _Order:
    """A call that is wanted, whoever is to talk on it: a human agent, or the assistant."""

    tenant_id: str
    call_id: str
    to_number: str
    agent_id: str
    customer_id: str | None = None
    conversation_id: str | None = None
    greeting: str | None = None
    recording_enabled: bool | None = None
    assistant: Assistant | None = None
    task_id: str | None = None
    besides: Sequence[Write] = ()


@record
class _Parties:
    """What was read before the call: one round trip."""

    service: PhoneService
    customer_id: str | None
    conversation: Item | None
    voice: Voice | None
    agent: Agent | None
    call: Call | None


def dial_out(
    tenant_id: str, request: CallRequest, *, call_id: str, actor: str, test: bool
) -> tuple[Call, Agent | None]:
    """Dial `customerPhone` on behalf of an agent, at most once for this `call_id` whatever fails; the call, and the
    agent if they were known before.

    Raises NotFound for an unknown customer or conversation, Conflict without a phone service or (NoAccount) an account
    at its carrier, CarrierRefused when the carrier certainly did not place the call. A call whose answer from the
    carrier is lost is `initiated`, and settled later.
    """
    order = _Order(
        tenant_id=tenant_id,
        call_id=call_id,
        to_number=request.customer_phone,
        agent_id=request.agent_id,
        customer_id=request.customer_id,
        conversation_id=request.conversation_id,
        greeting=request.custom_greeting,
        recording_enabled=request.recording_enabled,
    )
    return _place(order, actor=actor, test=test)


def dial_assistant(
    tenant_id: str,
    to_number: str,
    assistant: Assistant,
    *,
    task_id: str,
    call_id: str,
    actor: str,
    test: bool,
    besides: Sequence[Write] = (),
) -> Call:
    """Dial a number and let an AI agent talk, at most once for this `call_id` whatever fails; the call.

    `besides` are written in the transaction of the call's intent: where their condition fails, TransactionCancelled is
    raised (theirs are the first of `failed`) and nothing was dialled. Raises what `dial_out` raises.
    """
    order = _Order(
        tenant_id=tenant_id,
        call_id=call_id,
        to_number=to_number,
        agent_id=assistant.agent_id,
        assistant=assistant,
        task_id=task_id,
        besides=besides,
    )
    return _place(order, actor=actor, test=test)[0]


def _place(order: _Order, *, actor: str, test: bool) -> tuple[Call, Agent | None]:
    for _ in table.tries():
        parties = _parties(order, test=test)
        if parties.call is not None:
            return parties.call, parties.agent  # a repeated request: whatever became of the dial, it is not made again
        call = _new_call(order, parties)
        adapter = carrier(call.carrier)  # before the intent: without an account nothing is left behind
        try:
            table.transact([*order.besides, *_intent(call, order, parties, actor)])
        except TransactionCancelled as cancelled:
            if any(item is not None for item in cancelled.failed[: len(order.besides)]):
                raise
            continue  # someone registered the same customer or agent meanwhile: read again
        return _dial(call, adapter, order.assistant), parties.agent
    raise Unavailable("Too many calls to this customer are being placed at once. Try again shortly.", retry_after=1)


def _parties(order: _Order, *, test: bool) -> _Parties:
    tenant_id = order.tenant_id
    by_phone, *by_id = customers.keys(tenant_id, order.customer_id, order.to_number)
    keys = {
        "service": tenants.phone_service_key(tenant_id),
        "call": store.key(tenant_id, order.call_id),
        "agent": agents.key(tenant_id, order.agent_id),
        "by_phone": by_phone,
    }
    if by_id:
        keys["customer"] = by_id[0]
    if order.conversation_id:
        keys["conversation"] = conversations.key(tenant_id, order.conversation_id)
        keys["voice"] = voice.key(tenant_id, order.conversation_id)
    found = {name: item for name, item in zip(keys, table.get_many([*keys.values()]), strict=True) if item}
    if order.customer_id and "customer" not in found:
        raise NotFound(f"There is no customer {order.customer_id}.")
    if order.conversation_id and "conversation" not in found:
        raise NotFound(f"There is no conversation {order.conversation_id}.")
    return _Parties(
        service=tenants.phone_service_of(tenant_id, found.get("service"), test=test),
        customer_id=order.customer_id or found.get("by_phone", {}).get("customer_id"),
        conversation=found.get("conversation"),
        voice=voice.from_item(found["voice"]) if "voice" in found else None,
        agent=agents.from_item(tenant_id, found["agent"]) if "agent" in found else None,
        call=store.from_item(found["call"]) if "call" in found else None,
    )


def _new_call(order: _Order, parties: _Parties) -> Call:
    service = parties.service
    number = service.phone_number or (SANDBOX_NUMBER if service.carrier == "sandbox" else None)
    if number is None:
        raise Conflict("Configure a phoneNumber first: POST /api/telephony/configure.")
    return Call(
        call_id=order.call_id,
        tenant_id=order.tenant_id,
        conversation_id=order.conversation_id or new_id(),
        customer_id=parties.customer_id or new_id(),
        direction=OUTBOUND,
        from_number=number,
        to_number=order.to_number,
        carrier=conversing(service.carrier) if order.assistant else service.carrier,
        created_at=clock.now(),
        agent_id=order.agent_id,
        assistant_id=order.assistant.agent_id if order.assistant else None,
        task_id=order.task_id,
        greeting=order.greeting,
        recording_enabled=service.recording_enabled if order.recording_enabled is None else order.recording_enabled,
        transcription_enabled=service.transcription_enabled and order.assistant is None,
    )


def _intent(call: Call, order: _Order, parties: _Parties, actor: str) -> list[Write]:
    """Everything that a call brings into the world, in one transaction, before anybody's telephone rings."""
    moment = call.created_at
    writes: list[Write] = [store.insertion(call, moment + DIAL_SETTLES_WITHIN), *store.of_task(call)]
    if parties.customer_id is None:
        writes += customers.registering(call.tenant_id, call.customer_id, call.to_number, moment)
    if parties.conversation is None:
        writes += conversations.opening(call.tenant_id, call.conversation_id, call.customer_id, moment)
    writes += voice.called(parties.voice, call.tenant_id, call.conversation_id, call.call_id)
    if parties.agent is None and order.assistant is None:
        writes.append(agents.registering(call.tenant_id, order.agent_id, moment))
    writes += changes.announcements(call, ["call.initiated"], moment)
    writes += analytics.counting(None, call)
    writes.append(audit.entry(call.tenant_id, actor, "call.place", call.call_id, {"status": [None, call.status.value]}))
    return writes


def _dial(call: Call, adapter: Carrier, assistant: Assistant | None) -> Call:
    dial = Dial(call.reference, call.from_number, call.to_number, call.recording_enabled, assistant)
    try:
        carrier_call_id = adapter.dial(_introduced(dial, adapter, call.tenant_id))
    except DialRefused as refusal:
        raise _refused(call, refusal) from refusal
    except Exception as lost:  # whatever else goes wrong in there, the carrier may have placed the call
        expected = isinstance(lost, DialUnknown)
        logger().warning(
            "the dial's answer was lost; it will be settled",
            call_id=call.call_id,
            reason=f"{type(lost).__name__}: {lost}",
            exc_info=not expected,
        )
        count("DialUnknown")
        return call  # still INTENDED and on the due index: the carrier's callback or the schedule settles it
    if not _kept(call, carrier_call_id):
        # The call is under way and known by its reference; what is missing here comes with the carrier's events.
        logger().warning("the dial's outcome could not be stored; it will be settled", call_id=call.call_id)
        count("DialNotStored")
    return replace(call, dial=DialState.ACCEPTED, carrier_call_id=carrier_call_id)


def _introduced(dial: Dial, adapter: Carrier, tenant_id: str) -> Dial:
    """The dial with the AI agent as the carrier knows it, which may have to hear of it first."""
    assistant = dial.assistant
    if assistant is None or assistant.is_mirrored or not isinstance(adapter, Mirroring):
        return dial
    provider_agent_id = adapter.mirror(assistant)
    assistants.mirrored(tenant_id, assistant, provider_agent_id)
    return replace(dial, assistant=replace(assistant, provider_agent_id=provider_agent_id, is_mirrored=True))


def _kept(call: Call, carrier_call_id: str) -> bool:
    """Write down the carrier's id of a call, so that what it tells without our reference is understood too."""
    writes = store.dialled(call, carrier_call_id)
    for pause in _PAUSES:
        time.sleep(pause)
        try:
            table.transact(writes)
        except TransactionCancelled as cancelled:
            if cancelled.failed[0] is not None:
                writes = writes[1:]  # an event of the carrier's was here first: the call knows, its id may not
        except Unavailable:
            continue
        else:
            return True
    return False


def _refused(call: Call, refusal: DialRefused) -> CarrierRefused:
    ended = CarrierEvent(Happened.ENDED, "", clock.now(), outcome=refusal.outcome, cause=refusal.cause)
    changes.change(
        call,
        lambda present: replace(lifecycle.merge(present, ended), dial=DialState.REFUSED),
        actor=f"carrier:{call.carrier}",
        action="call.refused",
    )
    details = {
        "callId": call.call_id,
        "outcome": refusal.outcome.value,
        "retryable": refusal.outcome in RETRYABLE,
        "cause": refusal.cause,
    }
    return CarrierRefused(f"The carrier did not place the call: {refusal.cause}.", details=details)

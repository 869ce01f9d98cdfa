"""What we do with calls: place them, and hear what carriers tell of them."""

from collections.abc import Sequence

from tandem import clock
from tandem.agents.models import Agent
from tandem.calls import changes
from tandem.calls.incoming import receive_call
from tandem.calls.lookup import find_call
from tandem.calls.models import BrowserClient, Call, CallPlaced, CallRequest
from tandem.calls.placing import dial_out
from tandem.carriers.base import CarrierEvent
from tandem.observability import count, logger


def place_call(tenant_id: str, request: CallRequest, *, call_id: str, actor: str, test: bool) -> CallPlaced:
    """Place an outbound call; see `dial_out`."""
    call, agent = dial_out(tenant_id, request, call_id=call_id, actor=actor, test=test)
    return CallPlaced(
        call_id=call.call_id,
        conversation_id=call.conversation_id,
        status=call.status.value,
        web_rtc=_browser(agent) if agent else None,
    )


def _browser(agent: Agent) -> BrowserClient | None:
    """Where the agent is reached, if it is by browser: a telephone is rung first."""
    until = agent.browser_until
    if until is None or agent.phone or not agent.in_browser(clock.now()):
        return None
    return BrowserClient(client_name=agent.client_name, expires_at=clock.iso(until))


def hear(carrier_name: str, events: Sequence[CarrierEvent]) -> Call | None:
    """Merge what a carrier tells at once of one call into it; the call as it is then. One that comes in is made if new.

    In any order and however often: the record ends the same. Of a call that is not ours, nothing is taken: None.
    """
    if not events:
        return None
    first = events[0]
    call = find_call(carrier_name, first.reference, first.carrier_call_id) or receive_call(carrier_name, first)
    if call is None:
        logger().info("an event of no call of ours", carrier=carrier_name, happened=events[0].happened.value)
        count("UnknownCarrierCall")
        return None
    return changes.merge_events(call, events, actor=f"carrier:{carrier_name}")

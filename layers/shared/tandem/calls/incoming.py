"""A call that comes in: the number leads to its tenant, the caller to a customer."""

from tandem import clock
from tandem.analytics import service as analytics
from tandem.audit import service as audit
from tandem.aws import table
from tandem.aws.table import TransactionCancelled, Write
from tandem.calls import changes, store
from tandem.calls.models import INBOUND, OUTBOUND, Call, DialState
from tandem.carriers.base import CarrierEvent
from tandem.conversations import service as conversations
from tandem.conversations import voice
from tandem.customers import service as customers
from tandem.errors import Unavailable
from tandem.ids import new_id
from tandem.tenants import service as tenants


def receive_call(carrier_name: str, event: CarrierEvent) -> Call | None:
    """The call that a carrier tells of, made if it is new; None when it is to a number of nobody here, or is one that
    we placed and do not know: that is for the settlement to find, not a call coming in."""
    if event.direction == OUTBOUND:
        return None
    for _ in table.tries():
        if known := store.find_session(carrier_name, event.carrier_call_id):
            return store.get(*known)
        owner = tenants.number_owner(event.to_number) if event.to_number else None
        if owner is None or owner[1] != carrier_name or not event.from_number:
            return None
        try:
            return _insert(carrier_name, owner[0], event, event.from_number)
        except TransactionCancelled:
            continue  # the same call came twice at once, or the caller was registered meanwhile
    raise Unavailable("This call is being received more than once. Try again shortly.", retry_after=1)


def _insert(carrier_name: str, tenant_id: str, event: CarrierEvent, caller: str) -> Call:
    by_phone, service = table.get_many([*customers.keys(tenant_id, None, caller), tenants.phone_service_key(tenant_id)])
    call = Call(
        call_id=new_id(),
        tenant_id=tenant_id,
        conversation_id=new_id(),
        customer_id=by_phone["customer_id"] if by_phone else new_id(),
        direction=INBOUND,
        from_number=caller,
        to_number=str(event.to_number),
        carrier=carrier_name,
        created_at=clock.now(),
        dial=DialState.RECEIVED,
        transcription_enabled=bool(service and service["transcription_enabled"]),
        carrier_call_id=event.carrier_call_id,
    )
    moment = call.created_at
    writes: list[Write] = [
        store.insertion(call, moment + changes.UNTIL_ASKED[call.status]),
        store.session(carrier_name, event.carrier_call_id, tenant_id, call.call_id, first=True),
        *conversations.opening(tenant_id, call.conversation_id, call.customer_id, moment),
        *voice.called(None, tenant_id, call.conversation_id, call.call_id),
        *changes.announcements(call, ["call.initiated"], moment),
        *analytics.counting(None, call),
        audit.entry(
            tenant_id, f"carrier:{carrier_name}", "call.receive", call.call_id, {"status": [None, "initiated"]}
        ),
    ]
    if by_phone is None:
        writes += customers.registering(tenant_id, call.customer_id, caller, moment)
    table.transact(writes)
    return call

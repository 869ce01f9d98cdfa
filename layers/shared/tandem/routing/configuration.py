"""How a tenant's calls find their way, as the tenant sets it."""

from tandem.aws import table
from tandem.aws.table import TransactionCancelled
from tandem.errors import Invalid, Unavailable
from tandem.ivr.lookup import requiring
from tandem.routing import store
from tandem.routing.models import Incoming, IncomingShape, IncomingView, Routing, RoutingRequest, RoutingView, Strategy


def get(tenant_id: str) -> RoutingView:
    """The routing as set, or as it is at first."""
    routing = store.get_routing(tenant_id)
    return _view(routing.strategy, routing.incoming)


def replace(tenant_id: str, request: RoutingRequest) -> RoutingView:
    """Set the strategy, and what becomes of incoming calls where the request says so. Raises Invalid about a target
    that is missing, out of place or no menu."""
    wanted = _incoming(request.incoming) if request.incoming else None
    for _ in table.tries():
        before = store.get_routing(tenant_id)
        incoming = wanted if "incoming" in request.model_fields_set else before.incoming
        try:
            _write(before, request.strategy, incoming)
        except TransactionCancelled as cancelled:
            if len(cancelled.failed) > 1 and cancelled.failed[1] is not None:
                raise _misfit("there is no such menu") from cancelled
            continue
        return _view(request.strategy, incoming)
    raise Unavailable("The routing is being changed by many at once. Try again shortly.", retry_after=1)


def _write(before: Routing, strategy: Strategy, incoming: Incoming | None) -> None:
    writes: list[table.Write] = [store.change_routing(before, strategy, incoming)]
    if incoming and incoming.action == "menu" and incoming.target and incoming != before.incoming:
        writes.append(requiring(before.tenant_id, incoming.target))
    table.transact(writes)


def _incoming(shape: IncomingShape) -> Incoming:
    if shape.action == "voicemail" and shape.target is not None:
        raise _misfit("voicemail takes none")
    if shape.action != "voicemail" and shape.target is None:
        raise _misfit(f"name the {shape.action}")
    return Incoming(shape.action, shape.target)


def _misfit(message: str) -> Invalid:
    field = {"field": "incoming.target", "message": message}
    return Invalid("The request is not valid: incoming.target.", fields=[field])


def _view(strategy: Strategy, incoming: Incoming | None) -> RoutingView:
    entry = IncomingView(action=incoming.action, target=incoming.target) if incoming else None
    return RoutingView(strategy=strategy, incoming=entry)

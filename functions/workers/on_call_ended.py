"""The table's stream: a call is over; let go what it held, serve who waits, and end its task."""

from tandem.aws.marshal import Item
from tandem.entry import stream_consumer
from tandem.routing import service as routing
from tandem.tasks import execution as tasks


@stream_consumer("call")
def handler(before: Item | None, after: Item) -> None:
    """Free the agent and the place in the queue that the call had; the task that it was for is over."""
    routing.call_ended(before, after)
    tasks.call_ended(before, after)

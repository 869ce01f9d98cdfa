"""The table's stream: a call is over; let go what it held, and serve who waits."""

from tandem.aws.marshal import Item
from tandem.entry import stream_consumer
from tandem.routing.service import call_ended


@stream_consumer("call")
def handler(before: Item | None, after: Item) -> None:
    """Free the agent and the place in the queue that the call had."""
    call_ended(before, after)

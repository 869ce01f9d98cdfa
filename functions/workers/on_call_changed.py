"""The table's stream: something changed about a call, or somebody began to listen to it."""

from tandem.aws.marshal import Item
from tandem.entry import stream_consumer
from tandem.live.service import changed


@stream_consumer("socket")
def handler(before: Item | None, after: Item) -> None:
    """Send those who listen what they have not been sent."""
    changed(before, after)

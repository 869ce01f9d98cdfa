"""The table's stream: an event was written in the transaction of what happened; publish it."""

from tandem.aws.marshal import Item
from tandem.entry import stream_consumer
from tandem.events.service import publish_item


@stream_consumer("event")
def handler(before: Item | None, after: Item) -> None:
    """Publish a new event at once; should this fail for good, the minute's sweep does it."""
    publish_item(after)

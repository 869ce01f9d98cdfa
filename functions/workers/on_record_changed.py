"""The table's stream: a call, what is said in it, or who listens to it has changed; do what follows from that."""

from tandem.aws.marshal import Item
from tandem.entry import stream_consumer
from tandem.events.following import follow


@stream_consumer("call", "transcript", "turn", "socket")
def handler(before: Item | None, after: Item) -> None:
    """A call that is over frees its agent, its place in the queue and its task; figures of its hour are marked, and
    those who listen are sent what they lack."""
    follow(before, after)

"""$disconnect: a connection has ended."""

from tandem.entry.sockets import Message, connected, socket
from tandem.live.service import left


@socket("$disconnect", guard=connected(because="the gateway tells it of connections that were let in"))
def handler(message: Message) -> None:
    """Forget the connection."""
    left(message.connection_id)

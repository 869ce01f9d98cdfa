"""$default: somebody who listens says something."""

from tandem.entry.sockets import Message, connected, socket
from tandem.live.frames import reply


@socket("$default", guard=connected(because="the answer tells nothing of anybody"))
def handler(message: Message) -> str:
    """`pong` to a `ping`, which keeps the connection alive; an error frame to anything else."""
    return reply(message.text)

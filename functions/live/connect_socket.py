"""$connect: somebody wants to listen to a call."""

from tandem.entry import Caller
from tandem.entry.sockets import Message, listener, socket
from tandem.live.service import listen


@socket("$connect", guard=listener("read:calls"))
def handler(caller: Caller, message: Message) -> None:
    """Let in who may read the call. What is known of it follows as soon as the connection stands."""
    listen(caller.tenant_id, message.call_id, message.connection_id, message.after)

"""Connections of the WebSocket API: sending to one, ending one."""

from contextlib import suppress

from botocore.exceptions import BotoCoreError, ClientError

from tandem.aws.clients import sockets
from tandem.errors import Unavailable


class Gone(Exception):
    """There is no such connection, or none any more."""


def post(connection_id: str, text: str) -> None:
    """Send a text message. The gateway takes it and passes it on; a slow client does not slow us down. Raises Gone, and
    Unavailable when the gateway does not take it now."""
    try:
        sockets().post_to_connection(ConnectionId=connection_id, Data=text.encode())
    except ClientError as error:
        if error.response["Error"]["Code"] == "GoneException":
            raise Gone(connection_id) from error
        raise Unavailable("The gateway does not take messages now.") from error
    except BotoCoreError as error:
        raise Unavailable("The gateway does not answer.") from error


def hang_up(connection_id: str) -> None:
    """End a connection; where that fails the gateway ends it in its own time."""
    with suppress(ClientError, BotoCoreError):
        sockets().delete_connection(ConnectionId=connection_id)

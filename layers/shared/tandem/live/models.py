"""Live calls: who listens, what they have been told, and the tokens that let a browser listen. Pure."""

import base64
import hashlib
import secrets
from datetime import datetime
from enum import StrEnum

from pydantic import Field

from tandem.calls.models import Call
from tandem.records import record
from tandem.reports.shapes import shown_status
from tandem.shapes import SnakeView

TOKEN_LASTS = 300
"""Seconds in which a token opens sockets."""

TOKEN_OPENS = 20
"""Sockets that one token opens at most: a browser that loses its connection comes again with the same."""

SOCKET_LASTS = 2 * 3600
"""Seconds after which API Gateway ends any connection."""

LINGER = 30
"""Seconds that sockets stay open after the end of a call whose transcript is not finished: it may come yet."""

MESSAGE_TYPES = ("connected", "transcript_update", "call_status_update", "error")


class Progress(StrEnum):
    """Where a call stands, in the words of the voice-agents family."""

    INITIATED = "initiated"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether the call is over."""
        return self in (Progress.COMPLETED, Progress.FAILED)


def progress(call: Call) -> Progress:
    """Where a call stands."""
    return Progress(shown_status(call))


@record
class Socket:
    """A connection that listens to a call. `sequence`: of the last change of the transcript that it was sent, or has
    seen before; `told`: the status it was told last, None before its first frame."""

    tenant_id: str
    call_id: str
    connection_id: str
    connected_at: datetime
    sequence: int = 0
    told: Progress | None = None


@record
class Pass:
    """What a token opens: sockets of one call."""

    tenant_id: str
    call_id: str


def new_token() -> str:
    """264 random bits as URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(33)).decode()


def digest(token: str) -> str:
    """What is stored in the token's place."""
    return hashlib.sha256(token.encode()).hexdigest()


class ConnectionInfo(SnakeView):
    """How to open the socket."""

    url: str = Field(examples=["ws://localhost:3001/ws/calls/01890a5d-ac96-774b-bcce-b302099a8057"])
    auth_method: str = Field(default="query_param", examples=["query_param"])
    auth_param: str = Field(default="api_key", examples=["api_key"])
    temp_auth_param: str = Field(default="session_token", examples=["session_token"])
    example: str
    example_session: str
    message_format: str = Field(default="json", examples=["json"])
    message_types: list[str] = Field(default=[*MESSAGE_TYPES], examples=[[*MESSAGE_TYPES]])


class LiveConnection(SnakeView):
    """Where to listen to a call. `temp_token` opens sockets of this call for five minutes."""

    websocket_url: str = Field(examples=["ws://localhost:3001/ws/calls/01890a5d-ac96-774b-bcce-b302099a8057"])
    call_id: str
    temp_token: str
    connection_info: ConnectionInfo


def described(call_id: str, url: str, token: str) -> LiveConnection:
    """The answer of `GET /api/v1/calls/{id}/live`; the address may have a query already."""
    joined = url + ("&" if "?" in url else "?")
    info = ConnectionInfo(
        url=url, example=f"{joined}api_key=YOUR_API_KEY", example_session=f"{joined}session_token={token}"
    )
    return LiveConnection(websocket_url=url, call_id=call_id, temp_token=token, connection_info=info)

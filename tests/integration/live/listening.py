"""A call, those who listen to it, and what is said in it."""

from dataclasses import dataclass
from typing import Any

from infra.local.stack import Stack
from infra.local.websocket import Conversation
from infra.local.workspaces import operating
from tandem.transcripts import service as transcripts
from tandem.transcripts.models import Role, Turn
from tests.integration.conftest import Client, table_items


@dataclass(frozen=True)
class Line:
    """A call of a workspace."""

    client: Client
    call_id: str

    @property
    def stack(self) -> Stack:
        return self.client.stack

    def open(self, **query: str) -> Conversation:
        """A socket to the call, by the workspace's key unless told otherwise; nothing has been sent yet."""
        given = query if {"api_key", "session_token"} & set(query) else {"api_key": self.client.key, **query}
        return self.stack.connect(query=given, path=f"/ws/calls/{self.call_id}")

    def listen(self, **query: str) -> Conversation:
        """A socket that has been greeted."""
        socket = self.open(**query)
        assert socket.status == 101
        self.stack.settle()
        return socket

    def hear(self, *turns: Turn) -> None:
        """The carrier tells what is said."""
        with operating(self.stack):
            transcripts.hear(self.client.workspace.tenant_id, self.call_id, "sandbox", turns)
        self.stack.settle()

    def finish(self, *turns: Turn) -> None:
        """The carrier tells that all is said."""
        with operating(self.stack):
            transcripts.finish(self.client.workspace.tenant_id, self.call_id, "sandbox", turns=turns or None)
        self.stack.settle()

    def temporary(self) -> str:
        """A token for the call."""
        answer = self.client("GET", f"/api/v1/calls/{self.call_id}/live")
        assert answer.status == 200, answer.text
        return str(answer.json()["data"]["temp_token"])

    def sockets(self) -> list[dict[str, Any]]:
        """What is remembered of those who listen."""
        return self.client.items("SOCKET#")


def turn(number: int, text: str = "", *, final: bool = True) -> Turn:
    """The n-th turn: the agent begins."""
    role = Role.USER if number % 2 == 0 else Role.AGENT
    return Turn(
        f"turn-{number}", role, text or f"This is turn {number}.", number * 2.0, number * 2.0 + 1.5, final=final
    )


def heard(socket: Conversation) -> list[dict[str, Any]]:
    """All turns that a socket was sent, in order."""
    return [each for frame in socket.messages() for each in frame.get("data", {}).get("transcript", [])]


def finals(socket: Conversation) -> list[str]:
    """The texts of the final turns that a socket was sent, in order."""
    return [each["text"] for each in heard(socket) if each["final"]]


def kinds(socket: Conversation) -> list[str]:
    """What a socket was sent, by type and status."""
    frames = socket.messages()
    return [f"{frame['type']} {frame.get('data', {}).get('status', '')}".strip() for frame in frames]


def statuses(socket: Conversation) -> list[str]:
    """What a socket was told that the call is, in order. A slow machine may be greeted when the call is answered."""
    frames = [frame["data"] for frame in socket.messages() if "status" in frame.get("data", {})]
    told = [data["status"] for data in frames]
    return told if told[0] != "in_progress" else ["initiated", *told]


def connections(stack: Stack, connection_id: str) -> list[dict[str, Any]]:
    """What is remembered under the gateway's id of a connection."""
    return table_items(stack, f"CONNECTION#{connection_id}")

"""Calls that come in over the sandbox carrier, as a caller makes them."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra.local.gateway import Response
from tests.integration.conftest import Client

PATH = "/api/telephony/calls/incoming"
OWN, CALLER = "+15005550100", "+2348012345678"


class Line:
    """One call that comes in, as the sandbox carrier brings it: it asks where it was told to ask next."""

    def __init__(self, client: Client, session: str = "CA-1", to: str = OWN) -> None:
        self.client = client
        self.told = {"from": CALLER, "to": to, "callSid": session}
        self.next: dict[str, str] = {}
        self.data: dict[str, Any] = {}

    def post(self, query: dict[str, str] | None = None, **news: Any) -> Response:
        return self.client.stack.request("POST", PATH, query=query or {}, json={**self.told, **news})

    def ask(self, **news: Any) -> list[dict[str, Any]]:
        """The next instructions; the line asks at the address of the last ones."""
        response = self.post(self.next, **news)
        assert response.status == 200, response.text
        self.data = response.json()["data"]
        self.next = next(map(_query, _addresses(self.instructions)), {})
        return self.instructions

    def does(self, keys: str | None = None, **news: Any) -> str:
        """Dial, press keys, let the time pass, or have this happen; everything that is heard then."""
        self.ask(**({"digits": keys} if keys else {}), **news)
        return " ".join(self.said)

    @property
    def instructions(self) -> list[dict[str, Any]]:
        """What is to be done next."""
        told: list[dict[str, Any]] = self.data["instructions"]
        return told

    @property
    def call_id(self) -> str:
        """The platform's id of the call."""
        return str(self.data["callId"])

    @property
    def said(self) -> list[str]:
        """What the caller heard of late."""
        return [text for each in self.instructions for text in _texts(each)]

    @property
    def call(self) -> dict[str, Any]:
        return self.client.call(self.call_id)


def _texts(instruction: dict[str, Any]) -> list[str]:
    (content,) = instruction.values()
    prompt = content.get("prompt") or {}
    return [text for text in (content.get("text"), prompt.get("text")) if text]


def _addresses(instructions: list[dict[str, Any]]) -> list[str]:
    contents_ = [content for each in instructions for content in each.values()]
    return [url for each in contents_ for url in (each.get("callbackUrl"), each.get("url")) if url and "turn=" in url]


def _query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def names(instructions: list[dict[str, Any]]) -> list[str]:
    """What kinds of instructions there are, in order."""
    return [name for each in instructions for name in each]

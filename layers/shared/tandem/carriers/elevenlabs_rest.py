"""ElevenLabs' API of agents and conversations: JSON, authenticated by a key in a header."""

import json
from collections.abc import Mapping
from dataclasses import field
from typing import Any
from urllib.parse import quote

from tandem import egress
from tandem.errors import Unavailable
from tandem.records import record

_ANSWER_LIMIT = 8 * 1024 * 1024  # a long conversation with everything that was measured of it
# The operator names the provider's address, not a customer: it may be a simulator on this machine.
ANYWHERE = egress.networks("0.0.0.0/0, ::/0")
KINDS = ("twilio", "sip_trunk")


@record
class Account:
    """One workspace at ElevenLabs. `numbers`: what it calls our numbers, `{e164: {"phone_number_id", "kind"}}`, where
    kind is how it reaches the telephone network: `twilio` or `sip_trunk`. A number that is not named is looked up."""

    api_key: str
    webhook_secret: str
    base_url: str = "https://api.elevenlabs.io"
    numbers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        sound = isinstance(self.numbers, Mapping) and all(
            isinstance(one, Mapping) and isinstance(one.get("phone_number_id"), str) and one.get("kind") in KINDS
            for one in self.numbers.values()
        )
        if not sound:
            raise ValueError("a number needs its phone_number_id, and its kind: twilio or sip_trunk")


class Rest:
    """The workspace's resources."""

    def __init__(self, account: Account, patience: float) -> None:
        self._account = account
        self._patience = patience  # seconds for a whole exchange

    def url(self, path: str) -> str:
        """Where a resource is."""
        return f"{self._account.base_url.rstrip('/')}/v1/convai/{path}"

    def headers(self) -> dict[str, str]:
        """Our credentials, for ElevenLabs' own address alone."""
        return {"xi-api-key": self._account.api_key, "User-Agent": "Tandem/1.0"}

    def ask(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> egress.Response:
        """One exchange. Raises egress.ExchangeFailed."""
        headers = {**self.headers(), "Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        return egress.request(
            method,
            self.url(path),
            headers=headers,
            body=b"" if content is None else json.dumps(content).encode(),
            deadline=self._patience,
            limit=_ANSWER_LIMIT,
            allow=ANYWHERE,
        )

    def read(self, path: str) -> Any:
        """A resource; None where there is none. Raises Unavailable."""
        try:
            response = self.ask("GET", path)
        except egress.ExchangeFailed as failure:
            raise Unavailable("ElevenLabs cannot be asked at present.", code="CARRIER_ERROR") from failure
        if response.status in (404, 422):
            return None
        answer = parsed(response)
        if response.status != 200 or answer is None:
            raise Unavailable(f"ElevenLabs answered {response.status} when asked.", code="CARRIER_ERROR")
        return answer

    def change(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> Any:
        """Make or change a resource; its answer, {} where that is empty, None where there is no such resource. Raises
        Unavailable, saying why."""
        try:
            response = self.ask(method, path, content)
        except egress.ExchangeFailed as failure:
            raise Unavailable("ElevenLabs cannot be asked at present.", code="CARRIER_ERROR") from failure
        if response.status == 404:
            return None
        if response.status not in (200, 201, 204):
            raise Unavailable(f"ElevenLabs does not accept it: {problem(response)}", code="CARRIER_ERROR")
        return parsed(response) or {}


def segment(name: str) -> str:
    """An id as a part of a path."""
    return quote(name, safe="")


def parsed(response: egress.Response) -> Any:
    """The answer's JSON; None where it has none."""
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        return None


def problem(response: egress.Response) -> str:
    """An error's sentence: `detail` may be a text, an object or a list."""
    answer = parsed(response)
    detail = answer.get("detail") if isinstance(answer, dict) else None
    if isinstance(detail, list) and detail:
        detail = detail[0]
    if isinstance(detail, dict):
        where = detail.get("loc")
        place = ".".join(map(str, where)) if isinstance(where, list) else ""
        said = (detail.get("status"), place, detail.get("message") or detail.get("msg"))
        detail = " ".join(str(part) for part in said if part)
    sentence = "".join(filter(str.isprintable, str(detail or "")))[:200].strip()
    return f"{response.status} {sentence}".rstrip()

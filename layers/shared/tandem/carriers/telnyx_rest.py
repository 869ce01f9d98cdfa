"""Telnyx's REST API, version 2: requests with a bearer key, JSON in and out."""

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from tandem import egress
from tandem.errors import Unavailable
from tandem.records import record

_ANSWER_LIMIT = 2 * 1024 * 1024  # a page of messages of a conversation
# The operator names the carrier's address, not a customer: it may be a simulator on this machine.
ANYWHERE = egress.networks("0.0.0.0/0, ::/0")


@record
class Account:
    """One account at Telnyx. Its webhooks are signed with the private half of `public_key`. `connection_id`: its Call
    Control application; `credential_connection_id`: what browsers register with; `assistant_id`: who talks in AI calls
    whose agent names none, made when first needed if it is empty."""

    api_key: str
    public_key: str
    connection_id: str
    credential_connection_id: str = ""
    assistant_id: str = ""
    voice: str = "Telnyx.KokoroTTS.af"
    base_url: str = "https://api.telnyx.com/v2"


@record
class Problem:
    """An error as Telnyx writes it: a code of digits and its sentence."""

    code: str
    text: str


class Rest:
    """The account's resources."""

    def __init__(self, account: Account, patience: float) -> None:
        self._account = account
        self._patience = patience  # seconds for a whole exchange

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> egress.Response:
        """One exchange. Raises egress.ExchangeFailed."""
        headers = {
            "Authorization": f"Bearer {self._account.api_key}",
            "Accept": "application/json",
            "User-Agent": "Tandem/1.0",
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        return egress.request(
            method,
            f"{self._account.base_url.rstrip('/')}/{path}",
            headers=headers,
            body=b"" if body is None else json.dumps(body).encode(),
            deadline=self._patience,
            limit=_ANSWER_LIMIT,
            allow=ANYWHERE,
        )

    def read(self, path: str) -> Any:
        """What `data` of a resource says; None where there is none. Raises Unavailable."""
        return self._understood(self._asked("GET", path, None))

    def write(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """What `data` of the answer to a change says; None where it was refused. Raises Unavailable."""
        return self._understood(self._asked(method, path, body))

    def text(self, method: str, path: str) -> str:
        """An answer in plain text. Raises Unavailable."""
        response = self._asked(method, path, None)
        if response.status not in (200, 201):
            raise _not_now(response.status)
        return response.body.decode("utf-8", "replace").strip()

    def _asked(self, method: str, path: str, body: Mapping[str, Any] | None) -> egress.Response:
        try:
            return self.ask(method, path, body)
        except egress.ExchangeFailed as failure:
            raise Unavailable("The carrier cannot be asked at present.", code="CARRIER_ERROR") from failure

    def _understood(self, response: egress.Response) -> Any:
        if response.status in (400, 404, 422):
            return None
        if response.status not in (200, 201):
            raise _not_now(response.status)
        answer = parsed(response.body)
        # The AI resources come without the envelope that all others have.
        return answer.get("data", answer) if isinstance(answer, dict) else answer


def _not_now(status: int) -> Unavailable:
    return Unavailable(f"The carrier answered {status} when asked.", code="CARRIER_ERROR")


def parsed(body: bytes) -> Any:
    """JSON, or None for what is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def problem(response: egress.Response) -> Problem:
    """The first error of an answer that is one."""
    answer = parsed(response.body)
    errors = answer.get("errors") if isinstance(answer, dict) else None
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    code = str(first.get("code") or response.status)
    sentence = "".join(filter(str.isprintable, str(first.get("detail") or first.get("title") or "")))[:200].strip()
    return Problem(code, f"{code} {sentence}".rstrip())


def expiry(token: str) -> float | None:
    """When a JSON Web Token says that it expires, in seconds since 1970; whose it is, its reader checks."""
    claims = token.split(".")[1:2]
    try:
        decoded = parsed(b64decode(claims[0] + "==", altchars=b"-_")) if claims else None
    except ValueError:
        return None
    expires = decoded.get("exp") if isinstance(decoded, dict) else None
    return float(expires) if isinstance(expires, int | float) else None

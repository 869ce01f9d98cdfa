"""Twilio's REST API, version 2010-04-01: requests with Basic authentication, answers in JSON."""

import json
from base64 import b64encode
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from tandem import egress
from tandem.errors import Unavailable
from tandem.records import record

_ANSWER_LIMIT = 512 * 1024  # a page of calls
# The operator names the carrier's address, not a customer: it may be a simulator on this machine.
ANYWHERE = egress.networks("0.0.0.0/0, ::/0")


@record
class Account:
    """One account at Twilio. Requests of its are signed with the token, or a shared key; we sign on with the API key,
    where there is one. That, and the application, make tokens for browsers."""

    account_sid: str
    auth_token: str
    api_key_sid: str = ""
    api_key_secret: str = ""
    application_sid: str = ""
    shared_key_id: str = ""
    shared_key_secret: str = ""
    base_url: str = "https://api.twilio.com"


class Rest:
    """The account's resources."""

    def __init__(self, account: Account, patience: float) -> None:
        self._account = account
        self._patience = patience  # seconds for a whole exchange

    def url(self, path: str) -> str:
        """Where a resource of the account is."""
        base = self._account.base_url.rstrip("/")
        return f"{base}/2010-04-01/Accounts/{quote(self._account.account_sid, safe='')}/{path}"

    def headers(self) -> dict[str, str]:
        """Our credentials, for Twilio's own address alone."""
        account = self._account
        pair = (account.account_sid, account.auth_token)
        if account.api_key_sid and account.api_key_secret:
            pair = (account.api_key_sid, account.api_key_secret)
        return {"Authorization": f"Basic {b64encode(':'.join(pair).encode()).decode()}", "User-Agent": "Tandem/1.0"}

    def ask(self, method: str, path: str, form: Sequence[tuple[str, str]] = ()) -> egress.Response:
        """One exchange. Raises egress.ExchangeFailed."""
        headers = {**self.headers(), "Accept": "application/json"}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return egress.request(
            method,
            self.url(path),
            headers=headers,
            body=urlencode(form).encode(),
            deadline=self._patience,
            limit=_ANSWER_LIMIT,
            allow=ANYWHERE,
        )

    def read(self, path: str) -> dict[str, Any] | None:
        """A resource; None where there is none. Raises Unavailable."""
        try:
            response = self.ask("GET", path)
            answer = json.loads(response.body) if response.status == 200 else None
        except (egress.ExchangeFailed, ValueError, RecursionError) as failure:
            raise Unavailable("The carrier cannot be asked at present.", code="CARRIER_ERROR") from failure
        if response.status == 404:
            return None
        if not isinstance(answer, dict):
            raise Unavailable(f"The carrier answered {response.status} when asked.", code="CARRIER_ERROR")
        return answer

    def change(self, path: str, form: Sequence[tuple[str, str]]) -> bool:
        """Change a resource; False where it is gone or its state does not allow it. Raises Unavailable."""
        try:
            response = self.ask("POST", path, form)
        except egress.ExchangeFailed as failure:
            raise Unavailable("The carrier cannot be asked at present.", code="CARRIER_ERROR") from failure
        if response.status in (200, 201):
            return True
        if response.status in (400, 404):
            return False
        raise Unavailable(f"The carrier answered {response.status}.", code="CARRIER_ERROR")


def problem(response: egress.Response) -> tuple[int | None, str]:
    """An error's code and its sentence, in either of the two forms that Twilio has (its own, and RFC 9457)."""
    try:
        answer = json.loads(response.body)
        code, text = answer.get("code"), answer.get("message") or answer.get("detail") or answer.get("title")
    except (ValueError, AttributeError, RecursionError):
        code, text = None, response.body.decode("utf-8", "replace")
    sentence = "".join(filter(str.isprintable, str(text or "")))[:200].strip()
    known = code if isinstance(code, int) and not isinstance(code, bool) else None
    return known, f"{known or response.status} {sentence}".rstrip()

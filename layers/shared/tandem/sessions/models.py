"""Sessions: how fast passwords may be tried, and the form of a refresh token. Pure."""

import hashlib
import secrets

from tandem.records import record

REQUESTS_AN_HOUR = 5_000
"""Of one session."""

LIVES = 30 * 86400
"""Seconds after which a person logs in anew: Cognito's refresh token lives as long."""

GRACE = 30
"""Seconds in which the refresh token before the last one is taken too: its answer may have been lost."""

EASY_TRIES = {"email": 5, "address": 50}
"""Logins that may fail before the next one has to wait; behind one address there may be a whole office."""

REMEMBERED = 15 * 60
"""Seconds after which failures are forgotten."""

_FIRST_WAIT, _LONGEST_WAIT = 30, 15 * 60


@record
class Tries:
    """Logins tried and not succeeded, of one e-mail address or from one network address. Unix seconds."""

    failures: int
    open_at: int
    """No login is tried before."""
    forgotten_at: int


def one_more(before: Tries | None, now: int, easy: int) -> Tries:
    """The tries with one more, which counts as failed until it has succeeded."""
    failures = before.failures + 1 if before and before.forgotten_at > now else 1
    wait = 0 if failures < easy else min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(failures - easy, 10))
    return Tries(failures, now + wait, now + max(REMEMBERED, wait))


def waiting(tries: Tries | None, now: int) -> int:
    """Seconds until a login may be tried; 0 for now."""
    return max(0, tries.open_at - now) if tries else 0


@record
class RefreshToken:
    """What renews a session: which login, a secret of ours that is good once, and Cognito's token."""

    login: str
    secret: str
    inner: str

    @classmethod
    def renewing(cls, login: str, inner: str) -> "RefreshToken":
        """One with a new secret."""
        return cls(login, secrets.token_urlsafe(24), inner)

    @classmethod
    def parse(cls, text: str) -> "RefreshToken | None":
        """The parts of a token as it was handed out, or None."""
        parts = text.split("~")
        return cls(*parts) if len(parts) == 3 and all(parts) and len(parts[0]) == 64 and text.isascii() else None

    def __str__(self) -> str:
        return f"{self.login}~{self.secret}~{self.inner}"


def digest(text: str) -> str:
    """What is stored in a secret's place."""
    return hashlib.sha256(text.encode()).hexdigest()

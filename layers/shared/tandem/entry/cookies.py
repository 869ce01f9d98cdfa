"""A browser's session: a cookie that no script can read, and one with the CSRF token that our own page reads."""

from typing import TYPE_CHECKING

from tandem.config import settings
from tandem.entry.answer import WithCookies
from tandem.sessions.models import LIVES

if TYPE_CHECKING:  # every guard asks for the cookie's name: it shall not import the shapes of a login
    from tandem.sessions.shapes import LoginView, LogoutView, TokensView


def session_cookie() -> str:
    """The name of the cookie with the access token."""
    return _name("session")


def logged_in(view: "LoginView") -> "WithCookies[LoginView]":
    """The answer to a login, with both cookies."""
    # The CSRF token is worth nothing without the session, so that it may outlast the access token.
    return WithCookies(view, [_session(view), _cookie(_name("csrf"), view.csrf_token, LIVES, secret=False)])


def refreshed(view: "TokensView") -> "WithCookies[TokensView]":
    """The answer to a refresh, with the new session cookie."""
    return WithCookies(view, [_session(view)])


def logged_out(view: "LogoutView") -> "WithCookies[LogoutView]":
    """The answer to a logout: both cookies go."""
    return WithCookies(view, [_cookie(_name(one), "", 0, secret=True) for one in ("session", "csrf")])


def _session(view: "TokensView") -> str:
    return _cookie(session_cookie(), view.access_token, view.expires_in, secret=True)


def _cookie(name: str, value: str, seconds: int, *, secret: bool) -> str:
    http_only = "HttpOnly; " if secret else ""
    return f"{name}={value}; Path=/; Max-Age={seconds}; {http_only}Secure; SameSite=Lax"


def _name(what: str) -> str:
    # The prefix makes browsers take it from this host alone, over TLS; which a local stack does not have.
    return f"tandem_{what}" if settings().is_local else f"__Host-tandem_{what}"

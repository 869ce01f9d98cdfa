"""POST /api/auth/logout — end the session."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from tandem.entry import Caller, endpoint, session
from tandem.entry.answer import WithCookies
from tandem.entry.cookies import logged_out
from tandem.entry.dialects import platform
from tandem.sessions.service import log_out
from tandem.sessions.shapes import LogoutRequest, LogoutView


@endpoint("POST", "/api/auth/logout", platform, guard=session())
def handler(caller: Caller, body: Annotated[LogoutRequest | None, Body()] = None) -> WithCookies[LogoutView]:
    """From now on neither the access token nor the refresh token opens anything."""
    log_out(caller.login, body.refresh_token if body else None)
    return logged_out(LogoutView())

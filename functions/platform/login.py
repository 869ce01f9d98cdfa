"""POST /api/auth/login — log in with an e-mail address and a password."""

from tandem.entry import endpoint, public
from tandem.entry.answer import WithCookies
from tandem.entry.cookies import logged_in
from tandem.entry.dialects import platform
from tandem.entry.request import Request
from tandem.sessions.service import log_in
from tandem.sessions.shapes import LoginRequest, LoginView


@endpoint("POST", "/api/auth/login", platform, guard=public(because="whoever logs in has no session yet"))
def handler(request: Request, body: LoginRequest) -> WithCookies[LoginView]:
    """Answers tokens, and sets the cookies of a browser. A temporary password is answered with 403
    `PASSWORD_CHANGE_REQUIRED` and a `session`: log in again with it and a `newPassword`. After five failures in a row
    logins are slowed down: 429."""
    return logged_in(log_in(body, request.source_ip))

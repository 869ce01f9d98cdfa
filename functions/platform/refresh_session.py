"""POST /api/auth/refresh — new tokens for a refresh token."""

from tandem.entry import endpoint, public
from tandem.entry.answer import WithCookies
from tandem.entry.cookies import refreshed
from tandem.entry.dialects import platform
from tandem.sessions.service import refresh
from tandem.sessions.shapes import RefreshRequest, TokensView


@endpoint("POST", "/api/auth/refresh", platform, guard=public(because="the refresh token is the credential"))
def handler(body: RefreshRequest) -> WithCookies[TokensView]:
    """A refresh token is good once: the answer brings the next one. One that is used again ends the session."""
    return refreshed(refresh(body.refresh_token))

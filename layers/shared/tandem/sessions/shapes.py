"""Logging in, in requests and answers. Pure."""

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from tandem.shapes import Body, View
from tandem.users.models import Role
from tandem.users.shapes import Email

Secret = Annotated[str, StringConstraints(min_length=1, max_length=4096)]
Password = Annotated[str, StringConstraints(min_length=1, max_length=256), Field(examples=["correct horse Battery 1"])]


class LoginRequest(Body):
    """An e-mail address with its password; or, after a temporary password, with `newPassword` and `session`."""

    email: Email
    password: Password | None = None
    new_password: Password | None = None
    session: Secret | None = None

    @model_validator(mode="after")
    def _complete(self) -> "LoginRequest":
        if (self.new_password is None) != (self.session is None):
            raise ValueError("newPassword and session go together")
        if self.password is None and self.new_password is None:
            raise ValueError("password is needed")
        return self


class RefreshRequest(Body):
    """The refresh token of the last login or refresh; it is good once."""

    refresh_token: Secret


class LogoutRequest(Body):
    """With the refresh token, Cognito is told as well."""

    refresh_token: Secret | None = None


class PersonView(View):
    """Who has logged in."""

    id: str
    email: str
    name: str | None


class BelongingView(View):
    """An organization and what the person is there."""

    id: str
    name: str
    role: Role


class TokensView(View):
    """`accessToken` goes into `Authorization: Bearer …` for `expiresIn` seconds; `token` is the same."""

    token: str
    access_token: str
    refresh_token: str
    expires_in: int


class LoginView(TokensView):
    """`csrfToken` goes into `X-CSRF-Token` with writes of a browser that sends the cookie instead."""

    csrf_token: str
    user: PersonView
    organizations: list[BelongingView]


class MeView(View):
    """Who is asking, where, and what they may do there."""

    user: PersonView
    organization: BelongingView
    organizations: list[BelongingView]
    permissions: list[str]


class LogoutView(View):
    """The session is over."""

    logged_out: bool = True

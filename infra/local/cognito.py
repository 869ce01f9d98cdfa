"""What moto's Cognito lacks: the platform's clock, invitations that arrive, tokens that are revoked, sealed lips."""

import secrets
from types import SimpleNamespace
from typing import Any

from infra.local import corrections

INVITATIONS: dict[str, str] = {}
"""The temporary password that was last sent to each address. Nothing leaves this machine: this is the letter box."""

_installed = False


def install() -> None:
    """Apply the corrections, once; moto's Cognito is only imported where a template has a pool."""
    global _installed
    if _installed:
        return
    _installed = True
    from moto.cognitoidp import models, responses

    models.time = SimpleNamespace(time=corrections.now)  # type: ignore[assignment]
    _invite(models.CognitoIdpBackend)
    _tell_nobody_who_exists(models)
    _revoke(responses.CognitoIdpResponse, models)


def _invite(backend: Any) -> None:
    """A temporary password is made where none is given; RESEND makes another one for the same person."""
    original = backend.admin_create_user

    def admin_create_user(
        self: Any, pool_id: str, username: str, action: str, temporary_password: str, attributes: Any
    ) -> Any:
        password = temporary_password or f"Aa1{secrets.token_urlsafe(9)}"
        if action == "RESEND":
            user = self.admin_get_user(pool_id, username)
            user.password = password
        else:
            user = original(self, pool_id, username, action, password, attributes)
        if action != "SUPPRESS":
            INVITATIONS[username] = password
        return user

    backend.admin_create_user = admin_create_user


def _tell_nobody_who_exists(models: Any) -> None:
    """With PreventUserExistenceErrors an unknown person is refused like a wrong password; so is an unknown session."""
    backend = models.CognitoIdpBackend
    for name in ("admin_initiate_auth", "respond_to_auth_challenge"):
        setattr(backend, name, _refusing(getattr(backend, name), models))


def _refusing(original: Any, models: Any) -> Any:
    def ask(self: Any, *given: Any) -> Any:
        try:
            return original(self, *given)
        except (models.UserNotFoundError, models.ResourceNotFoundError) as unknown:
            raise models.NotAuthorizedError("Incorrect username or password.") from unknown

    return ask


def _revoke(response: Any, models: Any) -> None:
    """RevokeToken: the refresh token holds no longer."""
    from moto.core.responses import ActionResult

    def revoke_token(self: Any) -> Any:
        token = self._get_param("Token")
        # The request is not signed: it names neither account nor region.
        for regions in models.cognitoidp_backends.values():
            for pool in (pool for backend in regions.values() for pool in backend.user_pools.values()):
                if token in pool.refresh_tokens:
                    pool.refresh_tokens[token] = None
        return ActionResult({})

    response.revoke_token = revoke_token

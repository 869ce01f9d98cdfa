"""Amazon Cognito: people's passwords, and the tokens that it signs for them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from botocore.httpsession import URLLib3Session

from tandem.aws.clients import cognito_idp
from tandem.config import settings
from tandem.errors import Unavailable
from tandem.records import record

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp.type_defs import AdminInitiateAuthResponseTypeDef, AuthenticationResultTypeTypeDef


class PasswordRefused(Exception):
    """No such person, not this password, or a person who may not log in now: never said which."""


class PasswordTooWeak(Exception):
    """The new password does not meet the pool's policy."""


class NewPasswordNeeded(Exception):
    """The password was right and temporary; `session` goes with the new one."""

    def __init__(self, session: str) -> None:
        super().__init__("a new password is needed")
        self.session = session


class AddressRefused(Exception):
    """Nobody can be invited at this address."""


class TokenRevoked(Exception):
    """The refresh token holds no longer."""


@record
class Tokens:
    """What Cognito signs for a person who has logged in; `expires_in` in seconds."""

    access: str
    refresh: str
    expires_in: int


def log_in(email: str, password: str) -> Tokens:
    """Check a password. Raises PasswordRefused, NewPasswordNeeded or Unavailable."""
    with _refusals(PasswordRefused):
        answer = cognito_idp().admin_initiate_auth(
            **_pool_and_client(),
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
    return _tokens(answer)


def set_first_password(email: str, password: str, session: str) -> Tokens:
    """Replace a temporary password. Raises PasswordRefused, PasswordTooWeak or Unavailable."""
    with _refusals(PasswordRefused):
        answer: Any = cognito_idp().admin_respond_to_auth_challenge(
            **_pool_and_client(),
            ChallengeName="NEW_PASSWORD_REQUIRED",
            ChallengeResponses={"USERNAME": email, "NEW_PASSWORD": password},
            Session=session,
        )
    return _tokens(answer)


def refresh(token: str) -> Tokens:
    """A new access token. Raises TokenRevoked or Unavailable."""
    with _refusals(TokenRevoked):
        answer = cognito_idp().admin_initiate_auth(
            **_pool_and_client(), AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": token}
        )
    return _tokens(answer, token)


def revoke(token: str) -> None:
    """Let a refresh token hold no longer; one that does not hold already stays so. Raises Unavailable."""
    try:
        with _refusals(TokenRevoked):
            cognito_idp().revoke_token(Token=token, ClientId=settings().user_pool_client)
    except TokenRevoked:
        return


def add_person(email: str, *, password: str | None = None) -> str:
    """The id of the person of this address, who is invited by e-mail with a temporary password, again if they have not
    come yet. With a password of their own there is no invitation. Raises AddressRefused or Unavailable."""
    with _refusals(AddressRefused):
        user_id = _created(email, {"MessageAction": "SUPPRESS"} if password else {}) or _known(
            email, invite=not password
        )
        if password:
            cognito_idp().admin_set_user_password(
                UserPoolId=settings().user_pool, Username=email, Password=password, Permanent=True
            )
    return user_id


def published_keys() -> list[dict[str, Any]]:
    """The public keys that Cognito signs tokens with, as JWKs. Raises Unavailable."""
    host = settings().aws_endpoint or f"https://cognito-idp.{settings().region}.amazonaws.com"
    request = AWSRequest("GET", f"{host}/{settings().user_pool}/.well-known/jwks.json").prepare()
    try:
        answer = URLLib3Session(timeout=3).send(request)
        keys: list[dict[str, Any]] = json.loads(answer.content)["keys"]
    except (BotoCoreError, ValueError, KeyError, TypeError) as error:
        raise Unavailable("The keys that sessions are signed with cannot be had.") from error
    return keys


def issuer() -> str:
    """Who signs our people's tokens."""
    return f"https://cognito-idp.{settings().region}.amazonaws.com/{settings().user_pool}"


def _created(email: str, also: Any) -> str | None:
    """The new person's id, or None where there is one of this address."""
    attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
    try:
        user = cognito_idp().admin_create_user(
            UserPoolId=settings().user_pool,
            Username=email,
            UserAttributes=attributes,  # type: ignore[arg-type]
            DesiredDeliveryMediums=["EMAIL"],
            **also,
        )["User"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "UsernameExistsException":
            return None
        raise
    return _subject(user["Attributes"])


def _known(email: str, *, invite: bool) -> str:
    found = cognito_idp().admin_get_user(UserPoolId=settings().user_pool, Username=email)
    if invite and found["UserStatus"] == "FORCE_CHANGE_PASSWORD":
        cognito_idp().admin_create_user(
            UserPoolId=settings().user_pool, Username=email, MessageAction="RESEND", DesiredDeliveryMediums=["EMAIL"]
        )
    return _subject(found["UserAttributes"])


def _subject(attributes: Any) -> str:
    return next(str(attribute["Value"]) for attribute in attributes if attribute["Name"] == "sub")


def _pool_and_client() -> Any:
    return {"UserPoolId": settings().user_pool, "ClientId": settings().user_pool_client}


def _tokens(answer: "AdminInitiateAuthResponseTypeDef", refresh_token: str = "") -> Tokens:
    if answer.get("ChallengeName") == "NEW_PASSWORD_REQUIRED":
        raise NewPasswordNeeded(answer["Session"])
    result: AuthenticationResultTypeTypeDef | None = answer.get("AuthenticationResult")
    if result is None:
        raise PasswordRefused(f"a challenge that is not served: {answer.get('ChallengeName')}")
    return Tokens(result["AccessToken"], result.get("RefreshToken", refresh_token), result["ExpiresIn"])


@contextmanager
def _refusals(refused: type[Exception]) -> Iterator[None]:
    """Cognito's errors by what they mean here: a refusal is about the person, the rest is about Cognito."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _ABOUT_THE_PERSON:
            raise refused(code) from error
        if code == "InvalidPasswordException":
            raise PasswordTooWeak(code) from error
        raise Unavailable("Logging in is not possible now. Try again shortly.") from error
    except ParamValidationError as error:  # a session or a token too short or too long to be one of Cognito's
        raise refused("not of Cognito's form") from error
    except BotoCoreError as error:
        raise Unavailable("Logging in is not possible now. Try again shortly.") from error


_ABOUT_THE_PERSON = (
    "CodeMismatchException",
    "ExpiredCodeException",
    "InvalidParameterException",
    "NotAuthorizedException",
    "PasswordResetRequiredException",
    "RefreshTokenReuseException",
    "UserNotConfirmedException",
    "UserNotFoundException",
)

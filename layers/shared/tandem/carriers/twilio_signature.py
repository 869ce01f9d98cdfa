"""Whether a request is Twilio's: X-Twilio-Signature, as Twilio's own library checks it. Pure."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterator, Mapping
from urllib.parse import SplitResult, parse_qsl, urlsplit

from tandem.carriers.base import CarrierRequest
from tandem.records import record

FORM_LIMIT = 64 * 1024
_PORTS = {"https": 443, "http": 80}
_HASHES = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}


@record
class Secrets:
    """What requests may be signed with: the account's primary token or, named in a header, a shared key."""

    auth_token: str
    shared_key_id: str = ""
    shared_key_secret: str = ""


def signed(url: str, form: list[tuple[str, str]], secret: str, digest: str = "sha1") -> str:
    """The signature of a request: of its whole URL, and of its form by name, each value once."""
    text = url + "".join(name + value for name, value in sorted(set(form)))
    return b64encode(hmac.digest(secret.encode(), text.encode("utf-8", "replace"), digest)).decode()


def is_genuine(request: CarrierRequest, secrets: Secrets) -> bool:
    """Whether the request is signed with one of the secrets, and its body is covered by that."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    given = headers.get("x-twilio-signature", "").encode("utf-8", "replace")
    key = _key(headers, secrets)
    form = _covered(request, headers)
    if key is None or form is None or not given:
        return False
    secret, digest = key
    # Every candidate is compared: which one it is must not show in the time that it takes.
    matches = [hmac.compare_digest(given, signed(url, form, secret, digest).encode()) for url in _urls(request.url)]
    return any(matches)


def fields(body: bytes) -> list[tuple[str, str]]:
    """The form, with its empty values; an overlong one is none."""
    if len(body) > FORM_LIMIT:
        return []
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)


def _key(headers: Mapping[str, str], secrets: Secrets) -> tuple[str, str] | None:
    settings = headers.get("x-twilio-webhooks-signature-settings")
    if settings is None:
        return (secrets.auth_token, "sha1") if secrets.auth_token else None
    named = dict(part.strip().partition("=")[::2] for part in settings.split(","))
    digest = _HASHES.get(named.get("algorithm", ""))
    known = secrets.shared_key_id and named.get("key") == secrets.shared_key_id
    return (secrets.shared_key_secret, digest) if known and secrets.shared_key_secret and digest else None


def _covered(request: CarrierRequest, headers: Mapping[str, str]) -> list[tuple[str, str]] | None:
    """The form that the signature covers; None where something of the body would be covered by nothing."""
    if not request.body:
        return []
    if headers.get("content-type", "").partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
        return fields(request.body) or None
    claimed = dict(parse_qsl(urlsplit(request.url).query)).get("bodySHA256", "")
    actual = hashlib.sha256(request.body).hexdigest()
    return [] if hmac.compare_digest(claimed.lower().encode("utf-8", "replace"), actual.encode()) else None


def _urls(url: str) -> Iterator[str]:
    """The URL without its fragment, with a port and without: Twilio is known to sign either."""
    url = url.partition("#")[0]
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return
    yield url
    bare = parts.netloc if parts.port is None else parts.netloc.rpartition(":")[0]
    for netloc in {bare, f"{bare}:{port}"} - {parts.netloc}:
        yield SplitResult(parts.scheme, netloc, parts.path, parts.query, "").geturl()

"""The carriers' accounts of the local stage: from the environment of whoever starts it, else made up."""

import hashlib
import json
import secrets
from base64 import b64encode
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infra.local.stack import Stack

# What the environment says of an account's fields: `AFRICASTALKING_BASE_URL` is both addresses of that carrier.
_AFRICAS_TALKING = {
    "username": "USERNAME", "api_key": "API_KEY", "token": "TOKEN", "voice_url": "BASE_URL", "webrtc_url": "BASE_URL",
}  # fmt: skip
_ELEVENLABS = {"api_key": "API_KEY", "webhook_secret": "WEBHOOK_SECRET", "base_url": "BASE_URL"}
_TWILIO = {
    "account_sid": "ACCOUNT_SID", "auth_token": "AUTH_TOKEN", "api_key_sid": "API_KEY_SID",
    "api_key_secret": "API_KEY_SECRET", "application_sid": "APPLICATION_SID", "base_url": "BASE_URL",
}  # fmt: skip
_TELNYX = {
    "api_key": "API_KEY", "public_key": "PUBLIC_KEY", "connection_id": "CONNECTION_ID",
    "credential_connection_id": "CREDENTIAL_CONNECTION_ID", "assistant_id": "ASSISTANT_ID", "base_url": "BASE_URL",
}  # fmt: skip


def accounts(environment: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The account at each carrier, by field. What the environment leaves out is made up: such an account lets nobody
    in at the real carrier, but what is to be called back here is guarded by a secret of its own."""
    return {
        "africas_talking": {
            "username": "sandbox",
            "api_key": "none",
            "token": secrets.token_urlsafe(32),
            **_given(environment, "AFRICASTALKING", _AFRICAS_TALKING),
        },
        "elevenlabs": {
            "api_key": "none",
            "webhook_secret": f"wsec_{secrets.token_hex(32)}",
            **_given(environment, "ELEVENLABS", _ELEVENLABS),
        },
        "telnyx": _telnyx(environment),
        "twilio": {
            "account_sid": "AC" + "0" * 32,
            "auth_token": secrets.token_hex(16),
            "api_key_sid": "SK" + "0" * 32,
            "api_key_secret": secrets.token_hex(16),
            "application_sid": "AP" + "0" * 32,
            **_given(environment, "TWILIO", _TWILIO),
        },
        "sandbox": {"token": secrets.token_urlsafe(32)},
    }


def store(stack: Stack, known: Mapping[str, Mapping[str, str]]) -> None:
    """Put accounts where the product reads them."""
    for name, account in known.items():
        stack.client("ssm").put_parameter(
            Name=f"/tandem/local/carriers/{name}", Value=json.dumps(account), Type="SecureString", Overwrite=True
        )


def described(base_url: str, known: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Where each carrier finds us, and what proves that it is the carrier: what `.local/stack.json` says."""
    return {
        "africas_talking": {"webhook_url": f"{base_url}/voice/events", "token": known["africas_talking"]["token"]},
        "elevenlabs": {
            "webhook_url": f"{base_url}/api/webhooks/elevenlabs",
            "secret": known["elevenlabs"]["webhook_secret"],
        },
        "twilio": {"webhook_url": f"{base_url}/api/webhooks/twilio/voice", "secret": known["twilio"]["auth_token"]},
        "telnyx": {"webhook_url": f"{base_url}/api/webhooks/telnyx/voice", **_signing(known["telnyx"])},
        "sandbox": {"webhook_url": f"{base_url}/api/telephony/calls/incoming", "token": known["sandbox"]["token"]},
    }


def _given(environment: Mapping[str, str], prefix: str, fields: Mapping[str, str]) -> dict[str, str]:
    named = {field: environment.get(f"{prefix}_{name}") for field, name in fields.items()}
    return {field: value for field, value in named.items() if value}


def _telnyx(environment: Mapping[str, str]) -> dict[str, str]:
    """Where no public key is given, the private one belongs to the API key: whoever reads `.local/stack.json` can sign
    as the carrier does."""
    api_key = environment.get("TELNYX_API_KEY") or f"KEY{secrets.token_hex(16)}"
    return {
        "api_key": api_key,
        "public_key": b64encode(_made_up(api_key).public_key().public_bytes_raw()).decode(),
        "connection_id": "1" + "0" * 18,
        "credential_connection_id": "2" + "0" * 18,
        **_given(environment, "TELNYX", _TELNYX),
    }


def _signing(account: Mapping[str, str]) -> dict[str, str]:
    """What a webhook is checked with, and where we made it up, what it is signed with: base64 of 32 bytes each."""
    made_up = _made_up(account["api_key"])
    public = account["public_key"]
    if public != b64encode(made_up.public_key().public_bytes_raw()).decode():
        return {"public_key": public}
    return {"public_key": public, "private_key": b64encode(made_up.private_bytes_raw()).decode()}


def _made_up(api_key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"telnyx {api_key}".encode()).digest())

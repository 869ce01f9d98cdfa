"""The carriers' accounts of the local stage."""

from base64 import b64decode, b64encode
from dataclasses import fields

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infra.local.accounts import accounts, described
from tandem.carriers import africas_talking, elevenlabs, telnyx, telnyx_signature, twilio


def test_an_account_is_made_up_where_the_environment_says_nothing() -> None:
    one, two = accounts({}), accounts({})
    assert africas_talking.Account(**one["africas_talking"]).voice_url == "https://voice.africastalking.com"
    assert twilio.Account(**one["twilio"]).base_url == "https://api.twilio.com"
    assert telnyx.Account(**one["telnyx"]).base_url == "https://api.telnyx.com/v2"
    assert elevenlabs.Account(**one["elevenlabs"]).base_url == "https://api.elevenlabs.io"
    secret = {
        "africas_talking": "token",
        "elevenlabs": "webhook_secret",
        "telnyx": "public_key",
        "twilio": "auth_token",
        "sandbox": "token",
    }
    assert all(one[name][field] != two[name][field] for name, field in secret.items())


def test_the_environment_says_where_a_carrier_is_and_who_we_are_there() -> None:
    url = "http://127.0.0.1:9999"
    known = accounts(
        {
            "AFRICASTALKING_BASE_URL": url, "AFRICASTALKING_USERNAME": "acme", "AFRICASTALKING_API_KEY": "k",
            "ELEVENLABS_BASE_URL": url, "ELEVENLABS_API_KEY": "xi", "ELEVENLABS_WEBHOOK_SECRET": "wsec_1",
            "TWILIO_BASE_URL": url, "TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t", "TWILIO_API_KEY_SID": "",
        }
    )  # fmt: skip
    african = africas_talking.Account(**known["africas_talking"])
    assert (african.username, african.api_key, african.voice_url, african.webrtc_url) == ("acme", "k", url, url)
    talking = elevenlabs.Account(**known["elevenlabs"])
    assert (talking.api_key, talking.webhook_secret, talking.base_url) == ("xi", "wsec_1", url)
    american = twilio.Account(**known["twilio"])
    assert (american.account_sid, american.auth_token, american.base_url) == ("AC1", "t", url)
    assert american.api_key_sid, "an empty variable says nothing"
    assert set(known["twilio"]) <= {field.name for field in fields(twilio.Account)}


def test_each_carrier_is_told_where_we_are_and_what_proves_it() -> None:
    known = accounts({"TWILIO_AUTH_TOKEN": "t"})
    told = described("http://localhost:3001", known)
    assert told["twilio"] == {"webhook_url": "http://localhost:3001/api/webhooks/twilio/voice", "secret": "t"}
    assert told["elevenlabs"] == {
        "webhook_url": "http://localhost:3001/api/webhooks/elevenlabs",
        "secret": known["elevenlabs"]["webhook_secret"],
    }
    assert told["sandbox"]["token"] == known["sandbox"]["token"]
    assert set(told) == set(known)


def test_whoever_reads_what_is_told_can_sign_as_telnyx_unless_the_key_is_their_own() -> None:
    told = described("http://localhost:3001", accounts({}))["telnyx"]
    key = Ed25519PrivateKey.from_private_bytes(b64decode(told["private_key"]))
    headers = {"Telnyx-Timestamp": "1", "Telnyx-Signature-Ed25519": b64encode(key.sign(b"1|{}")).decode()}
    assert telnyx_signature.is_genuine(headers, b"{}", told["public_key"], 1.0)
    own = described("http://localhost:3001", accounts({"TELNYX_PUBLIC_KEY": told["public_key"]}))["telnyx"]
    assert own == {
        "webhook_url": "http://localhost:3001/api/webhooks/telnyx/voice",
        "public_key": told["public_key"],
    }

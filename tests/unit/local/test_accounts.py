"""The carriers' accounts of the local stage."""

from dataclasses import fields

from infra.local.accounts import accounts, described
from tandem.carriers import africas_talking, elevenlabs, twilio


def test_an_account_is_made_up_where_the_environment_says_nothing() -> None:
    one, two = accounts({}), accounts({})
    assert africas_talking.Account(**one["africas_talking"]).voice_url == "https://voice.africastalking.com"
    assert twilio.Account(**one["twilio"]).base_url == "https://api.twilio.com"
    assert elevenlabs.Account(**one["elevenlabs"]).base_url == "https://api.elevenlabs.io"
    secret = {
        "africas_talking": "token", "elevenlabs": "webhook_secret", "twilio": "auth_token", "sandbox": "token"
    }  # fmt: skip
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

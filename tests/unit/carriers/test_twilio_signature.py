"""Twilio's signature: the vectors that its own library gives, and one test per way that a signature can be wrong."""

import hashlib
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from tandem.carriers.base import CarrierRequest
from tandem.carriers.twilio_signature import FORM_LIMIT, Secrets, is_genuine, signed

TOKEN = "test-auth-token-not-real-000001"
SECRETS = Secrets(TOKEN, "SHARED1", TOKEN)
URL = "https://hooks.example.test/twilio/voice?tenant=acme"
FORM = [
    ("AccountSid", "AC" + "a" * 32),
    ("CallSid", "CA" + "1" * 32),
    ("CallStatus", "in-progress"),
    ("Digits", "12"),
    ("From", "+254711000111"),
    ("To", "+254730000222"),
]
SIGNATURE = "IN8c/xN31cmxsp3oqPEF26lp0Bo="
WITH_PORT = "qK+8pAqQznxgy8A3WNFzjyXXGtE="
SHA256 = "VpV1uPJiS3CeH+QRFNM7PMrGWe4zAKPIkH3r72Ee6m8="
JSON = b'{"hello":"world"}'
JSON_HASH = "93a23971a914e5eacbf0a8d25154cda309c3c1c72fbb9914d47c60f3cb681588"
JSON_URL = f"https://hooks.example.test/twilio/json?bodySHA256={JSON_HASH}"
JSON_SIGNATURE = "mpHa+FGNciVR+71gjoifBLiTSns="
SHARED = {"X-Twilio-Webhooks-Signature-Settings": "key=SHARED1,algorithm=HMAC_SHA256"}


def _request(
    signature: str, url: str = URL, form: list[tuple[str, str]] = FORM, **headers: Mapping[str, str]
) -> CarrierRequest:
    sent = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    for more in headers.values():
        sent |= more
    return CarrierRequest(url, sent, urlencode(form).encode())


def _json(url: str, body: bytes, signature: str = JSON_SIGNATURE) -> CarrierRequest:
    return CarrierRequest(url, {"x-twilio-signature": signature, "content-type": "application/json"}, body)


@pytest.mark.parametrize(
    ("url", "form", "digest", "expected"),
    [
        (URL, FORM, "sha1", SIGNATURE),
        (URL.replace(".test/", ".test:443/"), FORM, "sha1", WITH_PORT),
        (URL, FORM, "sha256", SHA256),
        ("https://hooks.example.test/g?CallSid=CA1&Digits=5", [], "sha1", "1QLz9gVqbFTt+hj679yD6/iLwy0="),
        ("https://hooks.example.test/m", [("A", "2"), ("A", "1"), ("A", "2"), ("B", "x")], "sha1",
         "6S+YosM3Wdjy+li7UJ9ADFF5Bmo="),
        (JSON_URL, [], "sha1", JSON_SIGNATURE),
    ],
)  # fmt: skip
def test_the_published_vectors_are_met(url: str, form: list[tuple[str, str]], digest: str, expected: str) -> None:
    assert signed(url, form, TOKEN, digest) == expected


@pytest.mark.parametrize(
    "request_",
    [
        _request(SIGNATURE),
        _request(WITH_PORT),
        _request(SIGNATURE, URL.replace(".test/", ".test:443/")),
        _request(SIGNATURE, URL.replace(".test/", ".test:8443/")),
        _request(SIGNATURE, f"{URL}#rc=3"),
        _request(SIGNATURE, form=FORM[::-1]),
        _request(SHA256, more=SHARED),
        CarrierRequest("https://hooks.example.test/g?CallSid=CA1&Digits=5",
                       {"x-twilio-signature": "1QLz9gVqbFTt+hj679yD6/iLwy0="}, b""),
        _json(JSON_URL, JSON),
    ],
)  # fmt: skip
def test_a_genuine_request_is_known(request_: CarrierRequest) -> None:
    assert is_genuine(request_, SECRETS)


@pytest.mark.parametrize(
    "request_",
    [
        _request(""),
        _request(SIGNATURE[:-2]),
        _request(SIGNATURE.lower()),
        _request(f" {SIGNATURE}"),
        _request("\ud800é"),
        _request(SIGNATURE, URL + "x"),
        _request(SIGNATURE, URL.replace("https", "http")),
        _request(SIGNATURE, URL.replace(".test/", ".test:x/")),
        _request(SIGNATURE, form=FORM[1:]),
        _request(SIGNATURE, form=[*FORM, ("Digits", "13")]),
        _request(SIGNATURE, form=[*FORM, ("Empty", "")]),
        _request(SIGNATURE, form=[]),
        _request(SHA256),
        _request(SIGNATURE, more=SHARED),
        _request(SHA256, more={"X-Twilio-Webhooks-Signature-Settings": "key=OTHER,algorithm=HMAC_SHA256"}),
        _request(SHA256, more={"X-Twilio-Webhooks-Signature-Settings": "key=SHARED1,algorithm=NONE"}),
        _request(SHA256, more={"X-Twilio-Webhooks-Signature-Settings": ""}),
        _json(JSON_URL, JSON + b" "),
        _json(JSON_URL.partition("?")[0], JSON, "dCGmnGRsExKG5WBa3Mxwse3xDsg="),
        _json(JSON_URL.replace("93a", "93b"), JSON),
        CarrierRequest(JSON_URL, {"x-twilio-signature": JSON_SIGNATURE}, JSON[:-1]),
    ],
)
def test_any_other_request_is_forged(request_: CarrierRequest) -> None:
    assert not is_genuine(request_, SECRETS)


def test_an_account_without_secrets_knows_nobody() -> None:
    assert not is_genuine(_request(signed(URL, FORM, "")), Secrets(""))
    shared = {"X-Twilio-Webhooks-Signature-Settings": "key=,algorithm=HMAC_SHA256"}
    assert not is_genuine(_request(signed(URL, FORM, "", "sha256"), more=shared), Secrets(TOKEN))


def test_a_form_beyond_the_limit_is_forged_however_it_is_signed() -> None:
    form = [("A", "x" * FORM_LIMIT)]
    assert not is_genuine(_request(signed(URL, form, TOKEN), form=form), SECRETS)


def test_a_body_that_a_signature_over_the_url_does_not_cover_is_forged() -> None:
    url = JSON_URL.partition("?")[0]
    assert not is_genuine(_json(url, JSON, signed(url, [], TOKEN)), SECRETS)
    assert is_genuine(_json(url, b"", signed(url, [], TOKEN)), SECRETS)


_names = st.text("ABab ü+&=é", min_size=1, max_size=5)


@given(form=st.dictionaries(_names, st.text(max_size=8).filter(str.isprintable), min_size=1, max_size=6),
       path=st.text("abc/", max_size=5), port=st.sampled_from(["", ":443", ":8443"]))  # fmt: skip
def test_our_signatures_and_the_official_librarys_are_the_same(form: dict[str, str], path: str, port: str) -> None:
    url = f"https://hooks.example.test{port}/{path}?tenant=acme"
    official = RequestValidator(TOKEN)
    ours = signed(url, [*form.items()], TOKEN)
    assert ours == official.compute_signature(url, form)
    assert official.validate(url, form, ours)
    assert is_genuine(_request(official.compute_signature(url, form), url, [*form.items()]), SECRETS)


def test_the_hash_of_a_json_body_is_the_official_one() -> None:
    assert hashlib.sha256(JSON).hexdigest() == JSON_HASH
    assert RequestValidator(TOKEN).validate(JSON_URL, JSON.decode(), JSON_SIGNATURE)

"""Telnyx's signature: a vector that its own library takes, and a test per way that a signature can be wrong."""

from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tandem.carriers.telnyx_signature import TOLERANCE, is_genuine

SEED = bytes(range(32))
PUBLIC_KEY = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
TIME = 1767225600
BODY = b'{"data":{"event_type":"call.initiated","id":"11111111-1111-4111-8111-111111111111"}}'
SIGNATURE = "vvwa4bfISExq208maqKNcjWRKrnFGkzOWHMr+yq8UE+r3bQ4+DJhI5sxfHPKnPv6jCBTDOxXTveSW4ipljrgCg=="
HEADERS = {"Telnyx-Signature-Ed25519": SIGNATURE, "Telnyx-Timestamp": str(TIME)}


def _genuine(body: bytes = BODY, key: str = PUBLIC_KEY, now: float = TIME, **changed: str) -> bool:
    return is_genuine(HEADERS | {name.replace("_", "-"): value for name, value in changed.items()}, body, key, now)


def test_the_published_vector_is_genuine_whatever_the_case_of_its_headers() -> None:
    assert _genuine()
    assert is_genuine({name.upper(): value for name, value in HEADERS.items()}, BODY, PUBLIC_KEY, TIME)


@pytest.mark.parametrize("distance", [-301, -300, -1, 0, 1, 300, 300.9, 301, 10**6])
def test_a_signature_is_good_for_five_minutes_either_way(distance: float) -> None:
    assert _genuine(now=TIME + distance) is (abs(int(distance)) <= TOLERANCE)


@pytest.mark.parametrize(
    "time", ["", "now", f" {TIME}", f"{TIME} ", f"+{TIME}", f"-{TIME}", f"{TIME}.0", "١٧٦٧٢٢٥٦٠٠", "9" * 30, f"0{TIME}"]
)
def test_a_time_that_was_not_signed_as_it_stands_is_refused(time: str) -> None:
    assert not _genuine(Telnyx_Timestamp=time)


@pytest.mark.parametrize("signature", ["", "x", SIGNATURE[:-4], SIGNATURE + "AAAA", SIGNATURE.swapcase(), "é" * 88])
def test_a_signature_that_is_none_is_refused(signature: str) -> None:
    assert not _genuine(Telnyx_Signature_Ed25519=signature)


@pytest.mark.parametrize(
    "key", ["", "x", PUBLIC_KEY[:-4], b64encode(bytes(32)).decode(), b64encode(b"\xff" * 32).decode()]
)
def test_another_key_proves_nothing(key: str) -> None:
    assert not _genuine(key=key)


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_a_body_with_any_byte_changed_is_refused(at: int, difference: int) -> None:
    changed = bytearray(BODY)
    changed[at] ^= difference
    assert not _genuine(bytes(changed))


@given(st.binary(max_size=200), st.integers(0, 2**33))
def test_what_the_key_signed_is_genuine_and_nothing_beside_it(body: bytes, now: int) -> None:
    signature = Ed25519PrivateKey.from_private_bytes(SEED).sign(f"{now}|".encode() + body)
    headers = {"telnyx-signature-ed25519": b64encode(signature).decode(), "telnyx-timestamp": str(now)}
    assert is_genuine(headers, body, PUBLIC_KEY, now)
    assert not is_genuine(headers, body + b"|", PUBLIC_KEY, now)
    assert not is_genuine({**headers, "telnyx-timestamp": str(now + 1)}, body, PUBLIC_KEY, now)
    assert len(b64decode(headers["telnyx-signature-ed25519"])) == 64

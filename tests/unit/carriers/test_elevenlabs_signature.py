"""ElevenLabs-Signature: what passes, and each way in which it can be wrong."""

import pytest

from tandem.carriers.elevenlabs_signature import is_genuine, signed

SECRET = "wsec_test_not_real_0001"
BODY = b'{"type":"post_call_transcription","event_timestamp":1767225600,"data":{"conversation_id":"conv_1"}}'
AT = 1767225600
DIGEST = "dafeffa4e3447129984989e4102bcf624dc7eb6b7a6099ce9dd548df225fdadb"
HEADER = f"t={AT},v0={DIGEST}"


def judged(header: str | None, body: bytes = BODY, secret: str = SECRET, now: float = AT) -> bool:
    return is_genuine({} if header is None else {"ElevenLabs-Signature": header}, body, secret, now)


def test_the_vector_of_their_own_library_passes_and_is_what_we_write() -> None:
    assert judged(HEADER)
    assert signed(BODY, SECRET, AT) == HEADER


@pytest.mark.parametrize("name", ["elevenlabs-signature", "ELEVENLABS-SIGNATURE"])
def test_the_headers_name_is_read_in_any_case(name: str) -> None:
    assert is_genuine({name: HEADER}, BODY, SECRET, AT)


@pytest.mark.parametrize(
    "header",
    [f"t={AT}, v0={DIGEST}", f"v0={DIGEST},t={AT}", f"{HEADER},v1=of-the-future", f"t={AT},v0=stale,v0={DIGEST}"],
)
def test_spaces_order_other_versions_and_several_digests_are_read(header: str) -> None:
    assert judged(header)


@pytest.mark.parametrize(("age", "passes"), [(0, True), (1800, True), (1801, False), (-300, True), (-301, False)])
def test_a_signature_is_good_for_half_an_hour_and_five_minutes_ahead(age: int, passes: bool) -> None:
    assert judged(HEADER, now=AT + age) is passes


@pytest.mark.parametrize(
    "header",
    [
        None, "", "=", ",", DIGEST, f"t={AT}", f"v0={DIGEST}", f"t=,v0={DIGEST}", f"t=soon,v0={DIGEST}",
        f"t=-{AT},v0={DIGEST}", f"t={AT}.0,v0={DIGEST}", f"t={AT + 1},v0={DIGEST}", f"t={AT},t={AT},v0={DIGEST}",
        f"t={AT},v0={DIGEST.upper()}", f"t={AT},v0={DIGEST[:-1]}", f"t={AT},v1={DIGEST}", f"t=١٧٦٧,v0={DIGEST}",
        f"t={'9' * 5000},v0={DIGEST}", f"t={AT},v0=é\ud800",
    ],
)  # fmt: skip
def test_anything_else_is_refused(header: str | None) -> None:
    assert not judged(header)


def test_another_body_or_secret_is_refused_and_no_secret_opens_nothing() -> None:
    assert not judged(HEADER, body=BODY + b" ")
    assert not judged(HEADER, secret="wsec_other")
    assert not judged(signed(BODY, "", AT), secret="")

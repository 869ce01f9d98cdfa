"""Log lines without secrets and without people in them."""

import pytest

from tandem.observability import masked
from tandem.sessions.models import RefreshToken

JWT = "eyJraWQiOiJkdW1teSIsImFsZyI6IlJTMjU2In0.eyJpc3MiOiJodHRwczovL2NvZ25pdG8ifQ.FB8WmnlIvfGqnUnqxPKdXgu6"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("key sk_live_abcdefghijkl refused", "key [secret] refused"),
        ("sk_test_abcdefghijkl", "[secret]"),
        ("va_abcdefghijkl", "[secret]"),
        ("whsec_c2VjcmV0c2VjcmV0+/=", "[secret]"),
        (f"Bearer {JWT}", "Bearer [secret]"),
        (f"tandem_session={JWT}; x", "tandem_session=[secret]; x"),
        (f'"{RefreshToken("a" * 64, "secret", JWT)}"', '"[secret]"'),
        ("/voice/events?token=abc&x=1", "/voice/events?token=[secret]&x=1"),
        ("?X-Amz-Signature=abc&y", "?[secret]&y"),
        ("dialled +2348012345678", "dialled +…78"),
        ("?phone=%2B254711000001", "?phone=+…01"),
        ("grace.hopper+x@acme.example is invited", "…@… is invited"),
        ("email=grace%40acme.example", "email=…@…"),
        ('{"ms":"12","requestId":"XB5jlU8mSCqBdUi="}', '{"ms":"12","requestId":"XB5jlU8mSCqBdUi="}'),
    ],
)
def test_a_line_tells_neither_secrets_nor_people(text: str, line: str) -> None:
    assert masked(text) == line


def test_a_long_line_of_nothing_is_masked_quickly() -> None:
    assert masked("a." * 20_000) == "a." * 20_000

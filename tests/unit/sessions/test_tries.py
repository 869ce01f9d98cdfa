"""How fast passwords may be tried."""

import pytest

from tandem.sessions.models import EASY_TRIES, REMEMBERED, RefreshToken, Tries, digest, one_more, waiting

NOW = 1_800_000_000


def failed(times: int, easy: int = 5, apart: int = 0) -> Tries:
    tries, now = None, NOW
    for _ in range(times):
        tries = one_more(tries, now, easy)
        now += apart
    assert tries is not None
    return tries


@pytest.mark.parametrize(
    ("times", "wait"),
    [(1, 0), (4, 0), (5, 30), (6, 60), (7, 120), (8, 240), (9, 480), (10, 900), (11, 900), (200, 900)],
)
def test_after_the_easy_tries_each_failure_doubles_the_wait_up_to_a_quarter_of_an_hour(times: int, wait: int) -> None:
    tries = failed(times)
    assert (tries.failures, waiting(tries, NOW)) == (times, wait)
    assert waiting(tries, NOW + wait) == 0
    assert wait == 0 or waiting(tries, NOW + wait - 1) == 1


def test_an_address_of_many_people_has_more_easy_tries() -> None:
    assert waiting(failed(49, EASY_TRIES["address"]), NOW) == 0
    assert waiting(failed(50, EASY_TRIES["address"]), NOW) == 30


def test_failures_are_forgotten_after_a_while_without_any_but_never_while_one_waits() -> None:
    tries = failed(4)
    assert one_more(tries, NOW + REMEMBERED - 1, 5).failures == 5
    assert one_more(tries, NOW + REMEMBERED, 5).failures == 1
    slow = failed(12)
    assert slow.forgotten_at >= slow.open_at
    assert slow.forgotten_at >= NOW + REMEMBERED


def test_who_keeps_failing_slowly_is_not_forgotten() -> None:
    assert failed(8, apart=REMEMBERED - 1).failures == 8


def test_nobody_waits_before_the_first_try() -> None:
    assert waiting(None, NOW) == 0


def test_a_refresh_token_is_read_as_it_was_written() -> None:
    token = RefreshToken.renewing(digest("login"), "eyJ.inner-token_of.cognito")
    assert RefreshToken.parse(str(token)) == token
    assert RefreshToken.renewing(token.login, token.inner).secret != token.secret
    assert len(token.secret) >= 32


@pytest.mark.parametrize("text", ["", "~~", "a~b~c", f"{'a' * 64}~~c", f"{'a' * 64}~b~c~d", f"{'a' * 64}~b~ü"])
def test_what_is_no_refresh_token_is_told_by_its_form(text: str) -> None:
    assert RefreshToken.parse(text) is None

"""When the secret of an API key has to be replaced, and whether a key is live."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tandem.keys.models import AGENTS, LIVE, TEST, digest, new_key
from tandem.keys.records import ApiKey, Environment, RotationPolicy, Status, Step, new_record

MADE = datetime(2026, 1, 1, tzinfo=UTC)


def record(prefix: str = LIVE) -> ApiKey:
    return new_record(
        new_key(prefix), "key-1", "tenant-1", name="ci", plan="starter", permissions=["read:calls"], moment=MADE
    )


OLD = replace(record(), policy=RotationPolicy(30, 7))


def day(number: int) -> datetime:
    return MADE + timedelta(days=number)


@pytest.mark.parametrize(
    ("key", "step"),
    [
        (record(), None),
        (OLD, (Step.NOTICE, day(23))),
        (replace(OLD, noticed=True), (Step.LAPSE, day(30))),
        (replace(OLD, policy=RotationPolicy(30, 0)), (Step.LAPSE, day(30))),
        (replace(OLD, noticed=True, secret_until=day(31)), None),
        (replace(OLD, status=Status.INACTIVE), None),
        (replace(OLD, status=Status.REVOKED), None),
        (replace(OLD, rotated_at=day(10)), (Step.NOTICE, day(33))),
    ],
)
def test_the_next_step_follows_from_the_policy_and_what_was_done(
    key: ApiKey, step: tuple[Step, datetime] | None
) -> None:
    assert key.next_step() == step


@pytest.mark.parametrize(
    ("key", "live"),
    [
        (record(), True),
        (replace(record(), valid_until=day(1)), False),
        (replace(record(), valid_until=day(2)), True),
        (replace(record(), secret_until=day(1), valid_until=day(9)), False),
        (replace(record(), status=Status.INACTIVE), False),
        (replace(record(), status=Status.REVOKED, valid_until=day(9)), False),
    ],
)
def test_a_key_is_live_until_the_first_of_its_ends(key: ApiKey, live: bool) -> None:
    assert key.is_live(day(1)) is live


def test_a_new_record_has_the_limits_of_its_plan_and_no_secret() -> None:
    secret = new_key(TEST)
    made = new_record(secret, "k", "t", name="ci", plan="premium", permissions=["b", "a", "b"], moment=MADE)
    assert (made.rate_limit, made.window_seconds, made.monthly_quota) == (5_000, 3600, 1_000_000)
    assert (made.permissions, made.digest) == (("a", "b"), digest(secret))
    assert secret not in repr(made)
    assert made.shown_prefix == "sk_test_"
    assert made.environment is Environment.STAGING
    assert record(AGENTS).environment is Environment.PRODUCTION
    assert len(record(AGENTS).shown_prefix) == 8

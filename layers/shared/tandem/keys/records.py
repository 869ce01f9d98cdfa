"""An API key as it is kept, and when its secret is due to be replaced. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from tandem.keys.models import MONTHLY_QUOTAS, TEST, digest, limit_of, locator_of, prefix_of
from tandem.records import record

MOST_KEYS = 100
"""Of one workspace, the revoked ones included: a list of them is read whole."""

OVERLAP_HOURS = 24
"""In which a secret that was replaced is still taken, unless told otherwise."""


class Status(StrEnum):
    """What somebody decided about a key; whether it has expired is told by its dates."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    REVOKED = "revoked"
    """For good."""


class Environment(StrEnum):
    """Where a key may be used: `staging` means the sandbox carrier."""

    PRODUCTION = "production"
    STAGING = "staging"


class Step(StrEnum):
    """What the schedule does about a secret that grows old."""

    NOTICE = "notice"
    """Tell that it will have to be replaced."""
    LAPSE = "lapse"
    """Give it a last day."""


@record
class RotationPolicy:
    """How often a key's secret is replaced, and how long before that is announced."""

    interval_days: int = 90
    notify_days_before: int = 7


@record
class ApiKey:
    """A key without its secret. Moments are aware; counts are those of all its secrets together."""

    key_id: str
    tenant_id: str
    prefix: str
    locator: str
    name: str
    permissions: tuple[str, ...]
    digest: str
    rate_limit: int
    window_seconds: int
    monthly_quota: int
    created_at: datetime
    updated_at: datetime
    rotated_at: datetime
    """When its secret was made."""
    status: Status = Status.ACTIVE
    valid_until: datetime | None = None
    secret_until: datetime | None = None
    """The last moment of a secret that was not replaced in time."""
    previous: str | None = None
    previous_until: datetime | None = None
    networks: tuple[str, ...] = ()
    policy: RotationPolicy | None = None
    noticed: bool = False
    """Whether it was told that this secret is to be replaced."""
    last_used_at: datetime | None = None
    uses: int = 0
    month_uses: int = 0
    """Requests of the present UTC month."""
    version: int = 1

    @property
    def environment(self) -> Environment:
        """Where it may be used."""
        return Environment.STAGING if self.prefix == TEST else Environment.PRODUCTION

    @property
    def shown_prefix(self) -> str:
        """The first 8 characters of the key."""
        return (self.prefix + self.locator)[:8]

    @property
    def deadline(self) -> datetime | None:
        """When its secret is to be replaced by its policy."""
        return self.rotated_at + timedelta(days=self.policy.interval_days) if self.policy else None

    def is_live(self, moment: datetime) -> bool:
        """Whether it opens anything at this moment."""
        ends = [end for end in (self.valid_until, self.secret_until) if end]
        return self.status is Status.ACTIVE and all(end > moment for end in ends)

    def next_step(self) -> tuple[Step, datetime] | None:
        """What the schedule has to do about its secret next, and when."""
        if self.policy is None or self.deadline is None or self.status is not Status.ACTIVE or self.secret_until:
            return None
        if not self.noticed and self.policy.notify_days_before:
            return Step.NOTICE, self.deadline - timedelta(days=self.policy.notify_days_before)
        return Step.LAPSE, self.deadline


def new_record(
    key: str, key_id: str, tenant_id: str, *, name: str, plan: str, permissions: Iterable[str], moment: datetime
) -> ApiKey:
    """The record of a new key, with the limits of its plan."""
    prefix = prefix_of(key) or ""
    limit, seconds = limit_of(prefix, plan)
    return ApiKey(
        key_id=key_id,
        tenant_id=tenant_id,
        prefix=prefix,
        locator=locator_of(key),
        name=name,
        permissions=tuple(sorted(set(permissions))),
        digest=digest(key),
        rate_limit=limit,
        window_seconds=seconds,
        monthly_quota=MONTHLY_QUOTAS[plan],
        created_at=moment,
        updated_at=moment,
        rotated_at=moment,
    )

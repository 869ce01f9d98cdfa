"""API keys in requests and answers, in camelCase and in snake_case. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from ipaddress import ip_network
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, StrictBool, WithJsonSchema, model_validator

from tandem import clock
from tandem.keys.models import AGENTS, ALL_PERMISSIONS, LIVE, PERMISSIONS, TEST
from tandem.keys.records import OVERLAP_HOURS, ApiKey, Environment, RotationPolicy
from tandem.shapes import Body, DayOrMoment, Name, SnakeBody, SnakeView, View

WINDOWS = {"1m": 60, "1h": 3600}


def _known(permission: str) -> str:
    if permission not in PERMISSIONS:
        raise ValueError(f"must be one of {', '.join(PERMISSIONS)}")
    return permission


def _network(text: str) -> str:
    try:
        return str(ip_network(text.strip(), strict=False))
    except ValueError as error:
        raise ValueError("must be an IPv4 or IPv6 address or network (CIDR)") from error


Permission = Annotated[
    str,
    AfterValidator(_known),
    WithJsonSchema({"type": "string", "enum": list(PERMISSIONS), "examples": ["read:calls"]}),
]
Permissions = Annotated[list[Permission], Field(min_length=1, max_length=len(PERMISSIONS))]
Network = Annotated[str, Field(max_length=64, examples=["203.0.113.0/24"]), AfterValidator(_network)]
Networks = Annotated[list[Network], Field(max_length=50), AfterValidator(lambda found: list(dict.fromkeys(found)))]
"""Addresses and networks, in canonical form; none means anywhere."""


class RateLimit(SnakeBody):
    """So many requests in each minute or hour: the same in both families."""

    requests: Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
    window: Literal["1m", "1h"] = "1h"

    @property
    def seconds(self) -> int:
        """The window's length."""
        return WINDOWS[self.window]


class _PolicyFields(BaseModel):
    enabled: StrictBool = True
    interval_days: Annotated[int, Field(strict=True, ge=1, le=730)] = 90
    notify_days_before: Annotated[int, Field(strict=True, ge=0, le=90)] = 7

    @model_validator(mode="after")
    def _in_time(self) -> Self:
        if self.notify_days_before >= self.interval_days:
            raise ValueError("the notice must come within the interval")
        return self

    @property
    def policy(self) -> RotationPolicy | None:
        """The policy where it is enabled."""
        return RotationPolicy(self.interval_days, self.notify_days_before) if self.enabled else None


class RotationPolicyBody(_PolicyFields, Body):
    """How often the secret is to be replaced, and how many days before that is announced."""


class AgentsRotationPolicyBody(_PolicyFields, SnakeBody):
    """How often the secret is to be replaced, and how many days before that is announced."""


class ApiKeyRequest(Body):
    """A new key. `rateLimit` can only be stricter than the plan's."""

    name: Name
    environment: Environment = Environment.PRODUCTION
    permissions: Permissions
    expires_at: DayOrMoment | None = None
    rotation_policy: RotationPolicyBody | None = None
    rate_limit: RateLimit | None = None
    ip_whitelist: Annotated[Networks, Field(default_factory=list)]

    @property
    def prefix(self) -> str:
        """The kind of key."""
        return TEST if self.environment is Environment.STAGING else LIVE


class AgentsKeyRequest(SnakeBody):
    """A new `va_` key, with all permissions unless told otherwise."""

    name: Name
    permissions: Annotated[Permissions, Field(default_factory=lambda: list(ALL_PERMISSIONS))]
    expires_at: DayOrMoment | None = None
    rotation_policy: AgentsRotationPolicyBody | None = None
    rate_limit: RateLimit | None = None
    ip_whitelist: Annotated[Networks, Field(default_factory=list)]

    @property
    def prefix(self) -> str:
        """The kind of key."""
        return AGENTS


class ApiKeyChange(Body):
    """What shall be different; null takes away `expiresAt`, `rotationPolicy`, and the key's own `rateLimit`."""

    name: Name | None = None
    permissions: Permissions | None = None
    is_active: StrictBool | None = None
    expires_at: DayOrMoment | None = None
    rotation_policy: RotationPolicyBody | None = None
    rate_limit: RateLimit | None = None
    ip_whitelist: Networks | None = None

    @model_validator(mode="after")
    def _not_null(self) -> Self:
        for field in ("name", "permissions", "is_active"):
            if field in self.model_fields_set and getattr(self, field) is None:
                raise ValueError(f"{field} cannot be null")
        return self


Overlap = Annotated[int, Field(strict=True, ge=0, le=168, description="Hours in which both keys hold.")]


class RotationRequest(Body):
    """How long the key that is replaced still holds."""

    overlap_hours: Overlap = OVERLAP_HOURS


class AgentsRotationRequest(SnakeBody):
    """How long the key that is replaced still holds."""

    overlap_hours: Overlap = OVERLAP_HOURS


class RateLimitView(BaseModel):
    """So many requests in each window."""

    requests: int
    window: str


class _PolicyViewFields(BaseModel):
    enabled: bool
    interval_days: int
    notify_days_before: int


class RotationPolicyView(_PolicyViewFields, View):
    """How often the secret is to be replaced."""


class AgentsRotationPolicyView(_PolicyViewFields, SnakeView):
    """How often the secret is to be replaced."""


class _KeyFields(BaseModel):
    name: str
    key_prefix: str
    environment: Environment
    permissions: list[str]
    is_active: bool
    """Whether it opens anything now."""
    status: Literal["active", "inactive", "revoked", "expired"]
    expires_at: str | None
    last_used_at: str | None
    usage_count: int
    current_month_requests: int
    rate_limit: RateLimitView
    ip_whitelist: list[str]
    rotated_at: str
    rotation_due_at: str | None
    """When the secret is to be replaced by the rotation policy."""
    previous_key_expires_at: str | None
    """Until when the key that was replaced still holds."""
    created_at: str
    updated_at: str


class ApiKeyView(_KeyFields, View):
    """An API key, without its secret."""

    id: str = Field(serialization_alias="_id")
    rotation_policy: RotationPolicyView

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        """The key at present."""
        return cls(id=key.key_id, rotation_policy=RotationPolicyView(**_policy(key)), **_fields(key))


class NewApiKeyView(ApiKeyView):
    """A key with its secret, which is seen here and never again."""

    key: str

    @classmethod
    def issued(cls, key: ApiKey, secret: str) -> Self:
        """The key and the whole text of it."""
        policy = RotationPolicyView(**_policy(key))
        return cls(id=key.key_id, rotation_policy=policy, key=secret, **_fields(key))


class AgentsKeyView(_KeyFields, SnakeView):
    """An API key, without its secret."""

    id: str
    rotation_policy: AgentsRotationPolicyView

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        """The key at present."""
        return cls(id=key.key_id, rotation_policy=AgentsRotationPolicyView(**_policy(key)), **_fields(key))


class NewAgentsKeyView(AgentsKeyView):
    """A key with its secret, which is seen here and never again."""

    key: str

    @classmethod
    def issued(cls, key: ApiKey, secret: str) -> Self:
        """The key and the whole text of it."""
        policy = AgentsRotationPolicyView(**_policy(key))
        return cls(id=key.key_id, rotation_policy=policy, key=secret, **_fields(key))


class ApiKeyPage(View):
    """A page of keys, the newest first."""

    keys: list[ApiKeyView]
    total: int
    page: int
    limit: int
    total_pages: int

    @classmethod
    def of(cls, keys: list[ApiKey], total: int, *, page: int, limit: int) -> Self:
        """These keys of so many."""
        shown = [ApiKeyView.of(key) for key in keys]
        return cls(keys=shown, total=total, page=page, limit=limit, total_pages=-(-total // limit))


def end_of(wanted: date) -> datetime:
    """The moment that an expiry names: a day is good to its end, in UTC."""
    if isinstance(wanted, datetime):
        return wanted.astimezone(UTC).replace(microsecond=0)
    return datetime.combine(wanted, time(), UTC) + timedelta(days=1)


def _policy(key: ApiKey) -> dict[str, Any]:
    shown = key.policy or RotationPolicy()
    return {
        "enabled": key.policy is not None,
        "interval_days": shown.interval_days,
        "notify_days_before": shown.notify_days_before,
    }


def _fields(key: ApiKey) -> dict[str, Any]:
    now = clock.now()
    live = key.is_live(now)
    overlaps = key.previous_until is not None and key.previous_until > now
    ends = [end for end in (key.valid_until, key.secret_until) if end]
    return {
        "name": key.name,
        "key_prefix": key.shown_prefix,
        "environment": key.environment,
        "permissions": list(key.permissions),
        "is_active": live,
        "status": "expired" if key.status == "active" and not live else str(key.status),
        "expires_at": _iso(min(ends) if ends else None),
        "last_used_at": _iso(key.last_used_at),
        "usage_count": key.uses,
        "current_month_requests": key.month_uses,
        "rate_limit": RateLimitView(
            requests=key.rate_limit,
            window=next(name for name, seconds in WINDOWS.items() if seconds == key.window_seconds),
        ),
        "ip_whitelist": list(key.networks),
        "rotated_at": _iso(key.rotated_at),
        "rotation_due_at": _iso(key.deadline),
        "previous_key_expires_at": _iso(key.previous_until) if overlaps else None,
        "created_at": _iso(key.created_at),
        "updated_at": _iso(key.updated_at),
    }


def _iso(moment: datetime | None) -> str | None:
    return clock.iso(moment) if moment else None

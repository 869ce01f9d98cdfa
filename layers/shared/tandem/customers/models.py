"""Customers: what they are, and what requests and answers say of them. Pure."""

import json
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, StringConstraints

from tandem.records import record
from tandem.shapes import E164, Body, Tags, View

Tier = Literal["bronze", "silver", "gold", "platinum"]
CustomerStatus = Literal["active", "inactive", "archived"]

LARGEST_CUSTOM_FIELDS = 16_384
"""Bytes of all custom fields of a customer as JSON."""

_IDENTIFYING = ("first_name", "last_name", "email", "phone", "company")


@record
class Profile:
    """Who a customer is."""

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    company: str | None = None
    job_title: str | None = None

    @property
    def is_nobody(self) -> bool:
        """Whether there is nothing by which one could tell who this is."""
        return not any(getattr(self, name) for name in _IDENTIFYING)


@record
class Customer:
    """Somebody a workspace deals with. `version` grows with every write."""

    tenant_id: str
    customer_id: str
    profile: Profile
    created_at: datetime
    updated_at: datetime
    tier: Tier = "bronze"
    status: CustomerStatus = "active"
    tags: list[str] = field(default_factory=list)
    custom_fields: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1


def json_size(fields: Mapping[str, Any]) -> int:
    """Bytes of these fields as JSON. Raises ValueError for what JSON cannot say."""
    return len(json.dumps(fields, ensure_ascii=False, allow_nan=False).encode())


def _storable(fields: dict[str, Any]) -> dict[str, Any]:
    if json_size(fields) > LARGEST_CUSTOM_FIELDS:
        raise ValueError(f"larger than {LARGEST_CUSTOM_FIELDS} bytes")
    return fields


ShortLine = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Email = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+\.[^@\s\x00-\x1f\x7f]+$")
]


def _joined(tags: object) -> object:
    return ",".join(tags) if isinstance(tags, list) else tags


TagList = Annotated[
    str,
    BeforeValidator(_joined),
    StringConstraints(pattern=r"^[^\x00-\x1f\x7f,]{1,50}(,[^\x00-\x1f\x7f,]{1,50}){0,19}$"),
]
"""Tags in a query: separated by commas, or the parameter repeated."""

CustomFields = Annotated[
    dict[Annotated[str, StringConstraints(min_length=1, max_length=64)], JsonValue],
    Field(max_length=50),
    AfterValidator(_storable),
]


class ProfileBody(Body):
    """A profile in a request; null takes a value away."""

    first_name: Annotated[ShortLine | None, Field(examples=["Ada"])] = None
    last_name: Annotated[ShortLine | None, Field(examples=["Obi"])] = None
    email: Annotated[Email | None, Field(examples=["ada@example.com"])] = None
    phone: Annotated[E164 | None, Field(examples=["+2348012345678"])] = None
    company: ShortLine | None = None
    job_title: ShortLine | None = None


class CustomerRequest(Body):
    """A customer to make: something by which one can tell who it is, at least."""

    profile: ProfileBody
    tier: Tier = "bronze"
    status: CustomerStatus = "active"
    tags: Tags = Field(default_factory=list)
    custom_fields: CustomFields = Field(default_factory=dict)


class CustomerChange(Body):
    """What to change; what is left out stays. `profile` and `customFields` change by field, where null takes a field
    away; `tags` are replaced."""

    profile: ProfileBody | None = None
    tier: Tier | None = None
    status: CustomerStatus | None = None
    tags: Tags | None = None
    custom_fields: CustomFields | None = None


class ProfileView(View):
    """A profile as it is shown."""

    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    company: str | None
    job_title: str | None


class CustomerView(View):
    """A customer as it is shown, and sent in `customer.*` events."""

    id: str = Field(serialization_alias="_id")
    profile: ProfileView
    tier: Tier
    status: CustomerStatus
    tags: list[str]
    custom_fields: dict[str, JsonValue]
    created_at: str
    updated_at: str


@record
class CustomerFilter:
    """Which customers of a tenant: with all of these properties."""

    search: str | None = None
    tier: Tier | None = None
    status: CustomerStatus | None = None
    tags: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, search: str | None, tier: Tier | None, status: CustomerStatus | None, *tags: str | None
    ) -> "CustomerFilter":
        """The filter that a query asks for; `tags` as in TagList."""
        return cls(search, tier, status, tuple(tag for some in tags if some for tag in some.split(",")))

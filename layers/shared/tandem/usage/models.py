"""How API keys were used in a month, and how fast they were answered: counters that add up. Pure.

Times go into buckets that grow by a factor: a percentile is told as the value between its bucket's ends from which
neither is further away than 5 % (the bound of DDSketch), for anything from 1 ms to 15 minutes.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from tandem.records import record

ERROR = 0.05
"""By how much a percentile may be wrong, relative to the true one."""

MOST_MONTHS = 24
"""That are kept."""

_GROWTH = (1 + ERROR) / (1 - ERROR)
_LARGEST = 900_000
"""Milliseconds, the longest that a function may run."""

_ROUTE, _BUCKET, _CLASS, _SPENT = "r:", "h", "c", "ms"


def bucket(milliseconds: float) -> int:
    """The bucket of a time: 0 up to 1 ms, then (γ^(n-1), γ^n]."""
    return max(0, math.ceil(math.log(min(max(milliseconds, 1.0), _LARGEST), _GROWTH)))


def middle(number: int) -> float:
    """The milliseconds that stand for a bucket."""
    return 2 * _GROWTH**number / (_GROWTH + 1)


def counters(route: str, status: int, milliseconds: float) -> dict[str, int]:
    """What one answered request adds, by counter. `route`: `GET /api/v1/customers`."""
    spent = max(0, round(milliseconds))
    return {f"{_ROUTE}{route}": 1, f"{_CLASS}{status // 100}": 1, f"{_BUCKET}{bucket(milliseconds)}": 1, _SPENT: spent}


@record
class Usage:
    """What was counted in a UTC month."""

    month: str
    counts: Mapping[str, int]

    @classmethod
    def of(cls, month: str, items: Iterable[Mapping[str, object]]) -> "Usage":
        """The sum of counters; other attributes are passed over."""
        counts: Counter[str] = Counter()
        for item in items:
            counts.update({name: value for name, value in item.items() if isinstance(value, int) and _counts(name)})
        return cls(month, counts)

    @property
    def by_route(self) -> dict[str, int]:
        """Requests by method and path, the most frequent first."""
        found = [(name[len(_ROUTE) :], n) for name, n in self.counts.items() if name.startswith(_ROUTE)]
        return dict(sorted(found, key=lambda entry: (-entry[1], entry[0])))

    @property
    def by_method(self) -> dict[str, int]:
        """Requests by HTTP method, the most frequent first."""
        found: Counter[str] = Counter()
        for route, number in self.by_route.items():
            found[route.partition(" ")[0]] += number
        return dict(found.most_common())

    @property
    def total(self) -> int:
        """All requests."""
        return sum(self.by_route.values())

    @property
    def successful(self) -> int:
        """Requests answered 2xx."""
        return self.counts.get(f"{_CLASS}2", 0)

    @property
    def failed(self) -> int:
        """Requests answered 4xx or 5xx."""
        return self.counts.get(f"{_CLASS}4", 0) + self.counts.get(f"{_CLASS}5", 0)

    @property
    def average(self) -> float:
        """The mean time of an answer in ms; 0 where there was none."""
        return self.counts.get(_SPENT, 0) / self.total if self.total else 0.0

    def percentile(self, share: float) -> float:
        """The time in ms within which this share of the requests (0 to 1) was answered; 0 where there was none."""
        buckets = sorted((int(name[1:]), n) for name, n in self.counts.items() if _is_bucket(name))
        wanted = max(1, math.ceil(share * sum(number for _, number in buckets)))
        for number, count in buckets:
            wanted -= count
            if wanted <= 0:
                return middle(number)
        return 0.0


def months(latest: datetime, number: int) -> Iterator[str]:
    """The names of so many months, the latest first: `2026-11`."""
    year, month = latest.year, latest.month
    for _ in range(number):
        yield f"{year:04d}-{month:02d}"
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)


def forgotten_at(latest: datetime) -> datetime:
    """When what is counted in the month of a moment is forgotten: the first moment past the 24 months that are kept."""
    beyond = latest.year * 12 + latest.month - 1 + MOST_MONTHS
    return latest.replace(year=beyond // 12, month=beyond % 12 + 1, day=1, hour=0, minute=0, second=0, microsecond=0)


def _counts(name: str) -> bool:
    return name == _SPENT or name.startswith(_ROUTE) or _is_bucket(name) or (name[0] == _CLASS and name[1:].isdigit())


def _is_bucket(name: str) -> bool:
    return name[0] == _BUCKET and name[1:].isdigit()

"""Figures as the voice analytics family shows them. Pure."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from tandem.analytics.rollup import Figures
from tandem.shapes import SnakeView

Rate = Annotated[float, Field(ge=0, le=1, examples=[0.95])]
"""A share between 0 and 1, to four decimals; 0 of nothing."""

Seconds = Annotated[float, Field(ge=0, examples=[245.5])]
"""A mean of seconds, to one decimal; 0 of nothing."""

BucketName = Literal["day", "hour"]


class Metrics(SnakeView):
    """How many calls there were, and what became of them. `total_calls` = `completed_calls` + `incomplete_calls`."""

    total_calls: int = Field(examples=[150])
    completed_calls: int = Field(examples=[142], description="Answered, and over.")
    incomplete_calls: int = Field(examples=[8], description="All others: under way, missed, failed.")
    avg_duration_seconds: Seconds = Field(description="Of talk, over completed calls whose end was told.")
    recording_availability_rate: Rate = Field(description="Completed calls whose recording can be fetched, of all.")

    @classmethod
    def of(cls, figures: Figures) -> "Metrics":
        """The figures as they are shown."""
        return cls(**_overview(figures))


class Sentiments(SnakeView):
    """How many calls were of which mood, of those of which it is known."""

    positive: int = Field(examples=[85])
    neutral: int = Field(examples=[45])
    negative: int = Field(examples=[20])


class DetailedMetrics(Metrics):
    """The overview, and how tools and people fared."""

    tool_call_success_rate: Rate = Field(examples=[0.92], description="Tool calls that succeeded, of all tried.")
    sentiment_distribution: Sentiments

    @classmethod
    def of(cls, figures: Figures) -> "DetailedMetrics":
        """The figures as they are shown."""
        moods = {name: figures.sentiment[name] for name in Sentiments.model_fields}
        return cls(
            **_overview(figures),
            tool_call_success_rate=_rate(figures.tools_succeeded, figures.tools),
            sentiment_distribution=Sentiments(**moods),
        )


class OverviewView(SnakeView):
    """What GET /api/voice/analytics/overview answers."""

    metrics: Metrics


class DetailsView(SnakeView):
    """What GET /api/voice/analytics/detailed answers."""

    metrics: DetailedMetrics


class Bucket(SnakeView):
    """The calls of a day or an hour."""

    bucket: str = Field(description="When it begins, in UTC.", examples=["2025-01-15T00:00:00Z"])
    call_count: int = Field(examples=[12])
    avg_duration_seconds: Seconds = Field(examples=[230.5])

    @classmethod
    def of(cls, start: datetime, figures: Figures) -> "Bucket":
        """A bucket as it is shown."""
        name = start.strftime("%Y-%m-%dT%H:%M:%SZ")
        return cls(bucket=name, call_count=figures.calls, avg_duration_seconds=_mean(figures))


class TimelineView(SnakeView):
    """What GET /api/voice/analytics/timeline answers: every bucket of the span, in order, also without calls."""

    timeline: list[Bucket]


def _overview(figures: Figures) -> dict[str, Any]:
    return {
        "total_calls": figures.calls,
        "completed_calls": figures.completed,
        "incomplete_calls": figures.calls - figures.completed,
        "avg_duration_seconds": _mean(figures),
        "recording_availability_rate": _rate(figures.recordings, figures.completed),
    }


def _mean(figures: Figures) -> float:
    return round(figures.seconds / figures.timed, 1) if figures.timed else 0.0


def _rate(some: int, all_: int) -> float:
    return round(some / all_, 4) if all_ else 0.0

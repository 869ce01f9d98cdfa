"""GET /api/voice/analytics/timeline — calls by day or hour."""

from tandem.analytics.metrics import timeline
from tandem.analytics.shapes import BucketName, TimelineView
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_analytics
from tandem.entry.pages import EndDate, StartDate


@endpoint(
    "GET",
    "/api/voice/analytics/timeline",
    voice_analytics,
    guard=key_or_session("read:analytics", limit="analytics"),
    kept=300,
)
def handler(
    caller: Caller, start_date: StartDate = None, end_date: EndDate = None, bucket: BucketName = "day"
) -> TimelineView:
    """Every UTC day or hour that the span touches, in order, those without calls as well: at most 1,000. Where the span
    cuts a bucket, only its own calls are counted. Without an end it reaches to now, or as far as there may be buckets;
    without a start it has the last 30 days, or 24 hours."""
    return timeline(caller.tenant_id, start_date, end_date, bucket)

"""GET /api/voice/analytics/detailed — the overview, with tool calls and moods."""

from tandem.analytics.metrics import details
from tandem.analytics.shapes import DetailsView
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_analytics
from tandem.entry.pages import EndDate, StartDate


@endpoint(
    "GET",
    "/api/voice/analytics/detailed",
    voice_analytics,
    guard=key_or_session("read:analytics", limit="analytics"),
    kept=60,
)
def handler(caller: Caller, start_date: StartDate = None, end_date: EndDate = None) -> DetailsView:
    """The figures of the overview, over the same span, and from transcripts: how many of the tool calls succeeded, and
    how many calls were of which mood."""
    return details(caller.tenant_id, start_date, end_date)

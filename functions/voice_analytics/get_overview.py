"""GET /api/voice/analytics/overview — how many calls there were, and what became of them."""

from tandem.analytics.metrics import overview
from tandem.analytics.shapes import OverviewView
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_analytics
from tandem.entry.pages import EndDate, StartDate


@endpoint(
    "GET",
    "/api/voice/analytics/overview",
    voice_analytics,
    guard=key_or_session("read:analytics", limit="analytics"),
    kept=60,
)
def handler(caller: Caller, start_date: StartDate = None, end_date: EndDate = None) -> OverviewView:
    """Figures of the calls begun between two dates; without them, of all calls. Means are told to one decimal, rates to
    four; of nothing they are 0."""
    return overview(caller.tenant_id, start_date, end_date)

"""Where the API is found from outside."""

from functools import cache

from tandem.aws.parameters import parameter
from tandem.config import settings


def api_url() -> str:
    """The public address of the API, without a slash at the end.

    A function of the API cannot be told it by the template: the API refers to its functions already. It is the stage's
    own address where one is configured, else the parameter that the stack wrote.
    """
    return settings().api_url or _deployed(settings().credentials)


@cache
def _deployed(credentials: str) -> str:
    return parameter(settings().api_url_parameter).rstrip("/")

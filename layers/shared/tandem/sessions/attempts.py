"""Passwords are tried slowly: each try is counted before the password is looked at, and taken back if it was right."""

from ipaddress import ip_address, ip_network

from tandem import clock
from tandem.aws.table import TransactionCancelled
from tandem.errors import TooManyRequests, Unavailable
from tandem.records import record
from tandem.sessions import store
from tandem.sessions.models import EASY_TRIES, digest, one_more, waiting

_ROUNDS = 4
"""Tries at writing a try down that another one was quicker than."""


@record
class Attempt:
    """A try that is counted."""

    email: store.Subject
    address: store.Subject

    def succeeded(self) -> None:
        """Take it back, and all that failed before it for this e-mail address."""
        store.forget_tries(self.email, self.address)


def begin(email: str, source_ip: str) -> Attempt:
    """Count a try. Raises TooManyRequests when it is too early for one, Unavailable when it cannot be counted."""
    attempt = Attempt(("email", digest(email)), ("address", digest(_network(source_ip))))
    subjects = (attempt.email, attempt.address)
    for _ in range(_ROUNDS):
        now = int(clock.timestamp())
        found = store.tries(subjects)
        if wait := max(waiting(tries, now) for tries in found):
            raise TooManyRequests("Too many logins failed. Try again later.", retry_after=wait)
        changes = [
            (subject, before, one_more(before, now, EASY_TRIES[subject[0]]))
            for subject, before in zip(subjects, found, strict=True)
        ]
        try:
            store.replace_tries(changes)
        except TransactionCancelled:
            continue
        return attempt
    raise Unavailable("Too many logins at once. Try again shortly.", retry_after=1)


def _network(source_ip: str) -> str:
    """Where a try comes from: an IPv4 address, or the /64 that one customer of an IPv6 network has."""
    address = ip_address(source_ip)
    return str(address) if address.version == 4 else str(ip_network((address, 64), strict=False))

"""$default — any path or method that is not served, in the shape of the family it would belong to."""

from tandem.entry.cold_start import ready
from tandem.entry.unknown import unknown

handler = ready(unknown, uses_table=False)

"""$default — any path or method that is not served, in the shape of the family it would belong to."""

from tandem.entry.unknown import unknown

handler = unknown

"""Dialects: how a family writes its answers and errors."""

from tandem.entry.dialects.base import Dialect, Failure
from tandem.entry.dialects.coded import platform, telephony
from tandem.entry.dialects.simple import africas_talking, bare

__all__ = ["Dialect", "Failure", "africas_talking", "bare", "platform", "telephony"]

"""Dialects: how a family writes its answers and errors."""

from tandem.entry.dialects.base import Dialect, Failure, Success
from tandem.entry.dialects.coded import platform, telephony, telephony_bare
from tandem.entry.dialects.simple import africas_talking, bare
from tandem.entry.dialects.voice_agents import voice_agents
from tandem.entry.dialects.voice_analytics import voice_analytics

__all__ = [
    "Dialect",
    "Failure",
    "Success",
    "africas_talking",
    "bare",
    "platform",
    "telephony",
    "telephony_bare",
    "voice_agents",
    "voice_analytics",
]

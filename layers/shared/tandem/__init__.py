"""Tandem: a telephony and AI-voice platform for one's own AWS account."""

import gc

from tandem.config import in_lambda

if in_lambda():
    # What is imported stays for ever; looking through it for garbage is a sixth of a cold start. `ready` ends this.
    gc.disable()

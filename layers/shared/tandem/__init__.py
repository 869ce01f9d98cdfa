"""Tandem: a telephony and AI-voice platform for one's own AWS account."""

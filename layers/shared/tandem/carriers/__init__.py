"""Carriers: the ways into the telephone network."""

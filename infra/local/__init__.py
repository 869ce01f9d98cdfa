"""Runs template.yaml on this machine: a transform, a strict deployer, moto behind a guard, and the event loops."""

"""Runs: what a command computed, kept with a manifest from which it can be done again."""

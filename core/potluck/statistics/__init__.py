"""Intervals, tests, power and sequential decisions. Nothing here knows what was measured."""

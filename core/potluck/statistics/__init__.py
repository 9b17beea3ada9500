"""Intervals, tests, power and sequential decisions. Nothing here depends on what was measured."""

"""Pairs of values of the same questions, for tests of statistics."""

from __future__ import annotations

from hypothesis import strategies as st

SHARES = st.floats(0, 1).map(lambda x: round(x, 3))

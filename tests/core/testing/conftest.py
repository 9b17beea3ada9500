"""The small model on which rules of tuners are tried, once a module."""

from __future__ import annotations

from support.written_tuner import tiny

__all__ = ["tiny"]

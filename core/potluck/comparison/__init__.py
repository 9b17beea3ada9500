"""Comparing: the same questions with one thing changed, what came of it, whether it is real, and why."""

"""Comparing: the same questions with one thing changed; what differs, whether it is real, and why."""

"""What is installed and what is wrong with it, found out safely.

``packages`` reads metadata only. ``probe`` imports one plugin, in a process of its own; ``examine`` starts those
processes, each with a limit of time.
"""

RESULT = "result.json"
"""The file in which a process says what it found."""

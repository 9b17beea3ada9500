"""What ``potluck compare --gate`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from potluck.amounts import many
from potluck.cli.terminal import echo, print_json

if TYPE_CHECKING:
    from potluck.comparison.gate import GateReport

_STATUS = {"passed": 0, "failed": 1, "undecided": 3}


def report(found: GateReport, as_json: bool) -> int:
    """Print what was decided, and return the exit status."""
    if as_json:
        print_json(found.as_json())
    else:
        questions = many(found.questions, "question")
        for one in found.decisions:
            echo(f"{one.name}: {one.verdict} after {one.asked:,} of {questions}. {one.sentence}")
        for note in found.notes:
            echo(note, fg="yellow", err=True)
        echo(f"{found.condition}: {found.verdict}")
    return _STATUS[found.verdict]

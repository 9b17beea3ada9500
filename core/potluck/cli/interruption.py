"""How far an interrupted command had come, and how to resume it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from potluck.cli.terminal import shell_word
from potluck.hookspecs import StageEvent
from potluck.redaction import redact


class Interruption:
    """Watches a command, and knows where it was interrupted."""

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self._stages: list[StageEvent] = []

    def potluck_stage_failed(self, event: StageEvent, error: BaseException) -> None:
        """Keep the stages that an interruption ends, the innermost first."""
        if isinstance(error, KeyboardInterrupt):
            self._stages.append(event)

    def words(self) -> str:
        """Where it was, and how much of that is kept: ``tune (37 of 200 steps done, kept up to step 20)``.

        Empty if it was in no stage but the command as a whole.
        """
        return ", ".join(f"{event.stage}{_progress(event)}" for event in reversed(self._stages[:-1]))


def _progress(event: StageEvent) -> str:
    said = list(_counts(event))
    if event.message:
        said.append(event.message)
    return f" ({', '.join(said)})" if said else ""


def _counts(event: StageEvent) -> Iterator[str]:
    if event.total is None or not event.unit:
        return
    yield f"{event.done:,} of {event.total:,} {event.unit} done"
    if event.saved is not None and event.saved < event.done:
        one = event.unit.removesuffix("s")
        yield f"kept up to {one} {event.saved:,}" if event.saved else f"none of these {event.unit} is kept"


def interruption_sentences(notes: Sequence[str], arguments: Sequence[str]) -> Iterator[str]:
    """The messages about an interrupted command; ``notes`` are the words of its observers."""
    where = f" in {notes[0]}" if notes else ""
    yield f"interrupted{where}; what was finished is kept"
    if not notes:
        return
    command = shell_words(arguments)
    if "--fresh" in arguments:
        yield "with --fresh the same command asks everything again; without it, kept results are used"
    elif command != redact(command):
        yield "to resume, run the same command again"
    else:
        yield f"to resume: {command}"


def shell_words(arguments: Sequence[str]) -> str:
    """The command with these arguments, as a shell takes it."""
    return " ".join(["potluck", *map(shell_word, arguments)])

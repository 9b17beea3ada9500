"""Everything that a command prints goes through here: made visible, and with an error by name if it cannot be written.

Styles are put around text that holds no control characters any more, so whatever the terminal obeys is ours.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from potluck.cli.folding import fold_lines
from potluck.errors import OutputClosed, OutputFailed
from potluck.redaction import redact
from potluck.visible import visible, visible_json

if TYPE_CHECKING:
    import logging

    from _typeshed import DataclassInstance

    from potluck.documents import Json
    from potluck.terminal_tables import TerminalTable

T = TypeVar("T")

_before_output: list[Callable[[], None]] = []


def echo(
    text: str = "", *, err: bool = False, nl: bool = True, fg: str | None = None, bold: bool = False, dim: bool = False
) -> None:
    """Print text, with a newline unless ``nl`` is false.

    What goes to standard error is a message, in which passwords within addresses are starred. On a terminal lines are
    broken between words.

    Raises ``OutputFailed``, or ``OutputClosed`` if the reader has gone. Standard error that cannot be written is no
    error: there is nowhere to say so.
    """
    shown = visible(redact(text) if err else text)
    if nl and is_terminal(err=err):
        shown = fold_lines(shown, terminal_width())
    if fg or bold or dim:
        shown = click.style(shown, fg=fg, bold=bold or None, dim=dim or None)
    write(lambda: click.echo(shown, err=err, nl=nl), err=err)


def print_json(value: Mapping[str, Json] | Sequence[Json], indent: int | None = 2) -> None:
    """Print one JSON document."""
    write(lambda: click.echo(visible_json(value, indent)))


def print_result(result: DataclassInstance) -> None:
    """Print a result of ``potluck.results`` as one JSON document."""
    from potluck.json_values import as_json

    print_json(as_json(result))


def error_json(error: Exception) -> dict[str, Json]:
    """What a command prints in place of its result; passwords within addresses are starred."""
    return {"error": type(error).__name__, "message": redact(str(error))}


@contextlib.contextmanager
def tell_of_output(observe: Callable[[], None]) -> Iterator[None]:
    """Within this context ``observe`` is called before anything is printed."""
    _before_output.append(observe)
    try:
        yield
    finally:
        _before_output.remove(observe)


def begin_output() -> None:
    """Say that something is about to be printed, or to be typed."""
    for observe in _before_output:
        observe()


def draw(sheet: TerminalTable, file_width: int = 160, *, wide: bool = False) -> None:
    """Print a table on standard output: ``file_width`` columns if that is a file, all that it needs if ``wide``."""
    from rich.console import Console

    width = terminal_width() if is_terminal() else file_width
    console = Console(width=max(width, sheet.width) if wide else width, highlight=False)
    write(lambda: console.print(sheet))


def shell_word(text: str) -> str:
    """A name as a shell takes it: in quotes if it has to be."""
    return text if re.fullmatch(r"[\w@%+=:,./-]+", text) else shlex.quote(text)


def is_terminal(*, err: bool = False) -> bool:
    """Whether a person is watching standard output, or standard error."""
    stream = sys.stderr if err else sys.stdout
    return stream is not None and stream.isatty()


def terminal_width() -> int:
    """The columns of the terminal."""
    return max(20, shutil.get_terminal_size().columns)


def prepare_streams() -> None:
    """Make the process safe to print from where a stream is closed or unbuffered, or its encoding lacks letters.

    What is typed is read as arguments are: bytes that are not text become surrogates.
    """
    wrong_letters = {"stdin": "surrogateescape", "stdout": "backslashreplace", "stderr": "backslashreplace"}
    for name, errors in wrong_letters.items():
        stream = getattr(sys, name)
        if stream is None:  # the next file that is opened, a database, would be what is read or printed into
            os.open(os.devnull, os.O_RDWR)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)
    if isinstance(sys.stdout, io.TextIOWrapper) and isinstance(sys.stdout.buffer, io.RawIOBase):
        # With PYTHONUNBUFFERED what a pipe or a disk took only half of is lost without an error.
        encoding = sys.stdout.encoding
        whole = io.BufferedWriter(sys.stdout.detach())
        sys.stdout = io.TextIOWrapper(whole, encoding, "backslashreplace", line_buffering=True)


def guard_messages() -> None:
    """Make visible what libraries log or warn of from now on: it holds names from models and documents as well."""
    import logging
    import warnings

    logging.setLogRecordFactory(_record_factory(logging))
    warnings.formatwarning = _visible_warnings(warnings.formatwarning)


def abandon(stream: TextIO | None) -> None:
    """Discard what is still to be written to a failed stream, at exit too."""
    if stream is None:
        return
    with contextlib.suppress(OSError, ValueError):  # no file behind it, or closed
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def write(write: Callable[[], T], *, err: bool = False) -> T | None:
    """Do what writes to standard output, or to standard error, and nothing else. Raises as ``echo`` does."""
    begin_output()
    if sys.stdout is None and not err:
        raise OutputFailed("standard output is closed, so nothing could be printed; what was computed is kept")
    try:
        return write()
    except OSError as error:
        abandon(sys.stderr if err else sys.stdout)
        if err:
            return None
        if isinstance(error, BrokenPipeError):
            raise OutputClosed("the program that read standard output has ended") from error
        raise OutputFailed(
            f"standard output cannot be written ({error.strerror or error}), and the output is incomplete: "
            "make room or print elsewhere, and run the same command again"
        ) from error


def _record_factory(module: Any) -> type[logging.LogRecord]:
    class VisibleRecord(module.LogRecord):  # type: ignore[misc]
        """A message of a log, whoever wrote it."""

        def getMessage(self) -> str:  # noqa: N802
            """The message, made visible."""
            return visible(redact(super().getMessage()))

    return VisibleRecord


def _visible_warnings(form: Callable[..., str]) -> Callable[..., str]:
    def format_visibly(*arguments: Any, **named: Any) -> str:
        return visible(redact(form(*arguments, **named)))

    return format_visibly

"""The fields of a task's prompt on the command line: given by ``--field``, typed, or read from standard input."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence

import click

from potluck.cli.terminal import echo
from potluck.errors import PotluckError
from potluck.suggestions import did_you_mean

field_option = click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="NAME=TEXT",
    help="A field of the prompt of a recipe that names a task. --set changes the recipe, --field what it is asked.",
)


def given_fields(names: Sequence[str], written: Sequence[str], question: str | None) -> dict[str, str]:
    """The fields that a command line gives; ``question`` is the one that ``written`` leaves out.

    Raises ``PotluckError`` for a field that the prompt does not have, or a question for which no field is left.
    """
    found: dict[str, str] = {}
    for one in written:
        name, is_given, text = one.partition("=")
        if not is_given:
            raise PotluckError(f"--field {one}: expected NAME=TEXT")
        if name not in names:
            raise PotluckError(
                f"--field {one}: the recipe's prompt has no field {name!r}{did_you_mean(name, names)}; it has "
                f"{', '.join(names)}"
            )
        found[name] = text
    missing = [name for name in names if name not in found]
    if question is None:
        return found
    if len(missing) != 1:
        raise PotluckError(
            f"which field is {question!r}? The recipe's prompt has {', '.join(names)}: {_usage(names)}"
            if missing
            else f"there is no field left for {question!r}: --field gives all of them"
        )
    return {**found, missing[0]: question}


def typed_fields(names: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """All fields: those given, and the others as somebody types them. Raises ``PotluckError`` off a terminal."""
    missing = [name for name in names if name not in given]
    if missing and (sys.stdin is None or not sys.stdin.isatty()):
        raise PotluckError(f"the recipe's prompt needs {', '.join(missing)}: {_usage(missing)}")
    return {**given, **{name: read_line(f"{name}> ") for name in missing}}


def next_fields(names: Sequence[str], prompt: bool) -> dict[str, str] | None:
    """The fields of the next turn of a chat; None if input ends, or with an empty line.

    A line is the only field, or an object of JSON with all of them; on a terminal each field has a line of its own.
    """
    if prompt and sys.stdin is not None and sys.stdin.isatty():
        first = read_line(f"{names[0]}> " if len(names) > 1 else "> ")
        return {names[0]: first, **{name: read_line(f"{name}> ") for name in names[1:]}} if first else None
    line = read_line("")
    if not line:
        return None
    return {names[0]: line} if len(names) == 1 else _object(line, names)


def read_line(prompt: str) -> str:
    """A line of standard input without the blanks around it; empty at its end."""
    if sys.stdin is None:
        raise PotluckError("standard input is closed, so no question can be read from it")
    try:
        echo(prompt, nl=False)
        return sys.stdin.readline().strip()
    except OSError as error:
        raise PotluckError(f"no question can be read from standard input ({error.strerror or error})") from error


def _object(line: str, names: Sequence[str]) -> dict[str, str]:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not {*names} <= found.keys():
        example = json.dumps(dict.fromkeys(names, "…"), ensure_ascii=False)
        raise FieldsUnreadable(f"expected a line such as {example}")
    return {name: str(found[name]) for name in names}


class FieldsUnreadable(PotluckError):
    """A line of a chat that does not hold the fields of the prompt."""


def _usage(names: Sequence[str]) -> str:
    return "give " + " ".join(f"--field {name}=..." for name in names)

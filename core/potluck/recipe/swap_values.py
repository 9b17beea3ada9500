"""The values that a command line names: ``one,two``, ``{use: faiss},exact``, ``@short.txt,@long.txt``.

A value is written as in YAML. ``@FILE`` stands for the text of a file. Commas divide the values, but for those within
quotes or brackets, and those in the name of a file that is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from potluck.documents import Json
from potluck.errors import Problem, RecipeError
from potluck.recipe.messages import format_value
from potluck.recipe.nodes import Node
from potluck.recipe.paths import file_problem
from potluck.recipe.yaml_reader import parse_value

_FILE = "@"
_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"\\]|\\.)*\"""", re.DOTALL)
_NOT_YAML = "the value is not YAML; put quotes around it"


@dataclass(frozen=True, slots=True)
class SwapValue:
    """A value that a command line names. ``file`` is the file whose text it is, as it was written; empty for none."""

    value: Json
    file: str = ""


def read_values(text: str, folder: Path, label: str, *, are_texts: bool) -> list[SwapValue]:
    """The values between the commas. ``folder`` is where paths start; ``are_texts``: what has no quotes is a text.

    Raises ``RecipeError`` at ``label`` for what is not YAML, and for a file that cannot be read.
    """
    pieces = list(_split(text, label))
    if not pieces[-1].strip():
        pieces.pop()
    return [_value(piece.strip(), folder, label, are_texts) for piece in _join_names(pieces, folder)]


def read_text_file(written: str, folder: Path, label: str) -> str:
    """The text of a file in ``folder``, or else in the current folder. Raises ``RecipeError`` at ``label``."""
    here = next((base for base in (folder, Path.cwd()) if (base / written).expanduser().is_file()), folder)
    if (problem := file_problem(here, written)) is not None:
        raise RecipeError([Problem.without_place(label, f"{problem} in {folder}")])
    try:
        return (here / Path(written).expanduser()).read_text(encoding="utf-8-sig").rstrip("\n")
    except UnicodeDecodeError:
        raise RecipeError([Problem.without_place(label, f"{format_value(written)} is not UTF-8")]) from None
    except OSError as error:
        raise RecipeError([Problem.without_place(label, f"{format_value(written)}: {error.strerror}")]) from None


def file_of(text: str) -> str | None:
    """The name of the file whose text a value is; None for a value that stands there itself."""
    return text.strip()[1:].strip() or None if text.strip().startswith(_FILE) else None


def split_file_overrides(
    overrides: Sequence[str], folder: Path
) -> tuple[tuple[str, ...], tuple[tuple[str, Json, str], ...]]:
    """The overrides ``KEY=VALUE`` with a value of their own, and those of a file: key, text, and place.

    The text is read once, here, so that a recipe that is read again says the same.
    """
    own, texts = list[str](), list[tuple[str, Json, str]]()
    for override in overrides:
        key, _, value = override.partition("=")
        if (name := file_of(value)) is None:
            own.append(override)
        else:
            label = f"--set {override}"
            texts.append((key.strip(), read_text_file(name, folder, label), label))
    return tuple(own), tuple(texts)


def _value(piece: str, folder: Path, label: str, is_text: bool) -> SwapValue:
    if (name := file_of(piece)) is not None:
        return SwapValue(read_text_file(name, folder, label), name)
    if not piece:
        raise RecipeError([Problem.without_place(label, "a value is missing between two commas")])
    if piece[0] in "'\"" or (piece[0] in "[{" and not is_text):
        return SwapValue(parse_value(piece, label).plain())
    node = _plain(piece)
    return SwapValue(piece if node is None or (is_text and node.value is not None) else _own_words(piece, node))


def _plain(piece: str) -> Node | None:
    """YAML's reading of a text without quotes; None if it could only be a text, such as ``*.txt``."""
    try:
        return parse_value(piece, "")
    except RecipeError:
        return None


def _own_words(piece: str, node: Node) -> Json:
    """A text is all that was written: here nothing begins a comment."""
    return piece if isinstance(node.value, str) else node.plain()


def _split(text: str, label: str) -> Iterator[str]:
    """The pieces between commas outside quotes and brackets. Raises ``RecipeError`` for one that is not closed."""
    start = place = depth = 0
    while place < len(text):
        sign = text[place]
        if sign in "'\"" and (depth or not text[start:place].strip()):
            quoted = _QUOTED.match(text, place)
            place = quoted.end() - 1 if quoted else len(text)
            depth += quoted is None
        elif sign == "," and not depth:
            yield text[start:place]
            start = place + 1
        depth += (sign in "[{") - (sign in "]}" and depth > 0)
        place += 1
    if depth:
        raise RecipeError([Problem.without_place(label, _NOT_YAML)])
    yield text[start:]


def _join_names(pieces: Sequence[str], folder: Path) -> Iterator[str]:
    """The pieces, those together that are the name of one file or folder with commas in it."""
    first = 0
    while first < len(pieces):
        ends = range(first + 1, len(pieces) + 1)
        last = next((end for end in ends if _is_there(",".join(pieces[first:end]), folder)), first + 1)
        yield ",".join(pieces[first:last])
        first = last


def _is_there(written: str, folder: Path) -> bool:
    name = written.strip().removeprefix(_FILE)
    try:
        return bool(name) and (folder / Path(name).expanduser()).exists()
    except (OSError, ValueError, RuntimeError):
        return False

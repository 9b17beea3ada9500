"""Reading YAML with the place of every key and value, and with nothing in it but plain data."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from potluck.errors import Problem, RecipeError
from potluck.recipe.messages import format_value
from potluck.recipe.nodes import Findings, Node, Place
from potluck.suggestions import nearest_names, suggest

if TYPE_CHECKING:
    from ruamel.yaml.events import AliasEvent, Event, MappingStartEvent, ScalarEvent, SequenceStartEvent

MAX_BYTES = 1 << 20
_LARGEST = (1 << 53) - 1
"""The largest whole number that every reader of JSON takes for itself (RFC 8259, section 6), and sizes add up below."""
MAX_DEPTH = 32
MAX_VALUES = 10_000

_NULL = re.compile(r"|~|null|Null|NULL")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]{1,400}|0o[0-7]{1,400}|0x[0-9a-fA-F]{1,400}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"([-+]?)\.(inf|nan)", re.IGNORECASE)
"""YAML 1.2's core schema (yaml.org/spec/1.2.2, 10.3.2): ``yes`` is text, ``2e-4`` a number, ``010`` is ten."""


def read_text(path: Path) -> str:
    """The text of a recipe file. Raises ``RecipeError`` for one that is missing, too large, or not UTF-8."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RecipeError([Problem.without_place(str(path), f"cannot be read: {reason}{_near(path)}")]) from error
    if len(content) > MAX_BYTES:
        raise RecipeError([Problem.without_place(str(path), "is larger than 1 MiB; that is not a recipe")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecipeError([_not_utf8(str(path), content, error.start)]) from error


def normalize_newlines(text: str) -> str:
    """The text with newlines only, without a byte order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def parse_yaml(text: str, findings: Findings) -> Node:
    """Read a recipe's text, as ``normalize_newlines`` returns it. What plain data does not need is noted as a problem.

    Raises ``RecipeError`` with all that was found where the text is not YAML or not a mapping.
    """
    node = _compose(text, findings, None)
    if node is None:
        findings.note(Place(findings.name, 1, 1), "is empty; the smallest recipe is: documents: notes/*.txt")
    elif not isinstance(node.value, dict):
        from potluck.recipe.yaml_messages import typing_slip

        hint = typing_slip(text.split("\n")[node.place.line - 1])
        findings.note(node.place, f"a recipe is a mapping of keys, such as: documents: notes/*.txt{hint}")
    if node is None or not isinstance(node.value, dict):
        raise RecipeError(findings.problems())
    return node


def parse_value(text: str, label: str) -> Node:
    """Read the value of a ``--set``. Every node's place says ``label``. Raises ``RecipeError``."""
    findings, place = Findings(label, ""), Place(label)
    try:
        node = _compose(normalize_newlines(text), findings, place)
    except RecipeError:
        raise RecipeError([Problem.without_place(label, "the value is not YAML; put quotes around it")]) from None
    if findings:
        raise RecipeError(findings.problems())
    return Node(None, place) if node is None else node


def _compose(text: str, findings: Findings, fixed: Place | None) -> Node | None:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    from potluck.recipe.yaml_messages import explain_syntax_error, place_of_character

    composer = _Composer(text, findings, fixed)
    try:
        return composer.document(YAML(typ="safe", pure=True).parse(text))
    except _Stopped:
        pass
    except MarkedYAMLError as error:
        findings.note(*explain_syntax_error(error, text, findings.name, composer.last_quoted))
    except Exception as error:  # damaged text makes the library fail in ways of which it has no list
        place = place_of_character(findings.name, text, getattr(error, "position", 0))
        character = getattr(error, "character", None)
        what = f"the character U+{character:04X} cannot stand in it" if character is not None else "it cannot be read"
        findings.note(place, f"not YAML: {what}")
    raise RecipeError(findings.problems()) from None


class _Stopped(Exception):
    """A problem after which reading on is of no use."""


class _Composer:
    """Makes nodes of the YAML library's events, one by one, so that a bomb is refused before it is read."""

    def __init__(self, text: str, findings: Findings, fixed: Place | None) -> None:
        self.last_quoted: tuple[Place, int] | None = None
        """The last text in quotation marks, and the line where it ended."""
        self._lines = text.split("\n")
        self._findings = findings
        self._fixed = fixed
        self._values = 0
        self._events: Iterator[Event] = iter(())

    def document(self, events: Iterator[Event]) -> Node | None:
        """The only document; None if there is none."""
        from ruamel.yaml.events import DocumentStartEvent, StreamEndEvent

        self._events = events
        next(events)
        start = next(events)
        if not isinstance(start, DocumentStartEvent):
            return None
        self._refuse_directives(start)
        node = self._node(next(events), 0, None)
        next(events)
        more = next(events)
        if not isinstance(more, StreamEndEvent):
            self._findings.note(self._place(more), "a second document begins here; a recipe is one document")
        return node

    def _node(self, event: Event, depth: int, key: Place | None) -> Node:
        from ruamel.yaml.events import AliasEvent, MappingStartEvent, ScalarEvent, SequenceStartEvent

        place = self._place(event)
        self._values += 1
        if depth > MAX_DEPTH:
            self._stop(place, f"is nested more than {MAX_DEPTH} deep")
        if self._values > MAX_VALUES:
            self._stop(place, f"has more than {MAX_VALUES:,} values; that is not a recipe")
        if isinstance(event, AliasEvent):
            return self._alias(event, place)
        assert isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent), "a value begins here"
        self._refuse_tags(event, place)
        if isinstance(event, ScalarEvent):
            return self._scalar(event, place, key)
        if isinstance(event, SequenceStartEvent):
            return Node(list(self._items(depth)), place)
        return self._read_mapping(place, depth)

    def _items(self, depth: int) -> Iterator[Node]:
        from ruamel.yaml.events import SequenceEndEvent

        while not isinstance(event := next(self._events), SequenceEndEvent):
            yield self._node(event, depth + 1, None)

    def _read_mapping(self, place: Place, depth: int) -> Node:
        from ruamel.yaml.events import MappingEndEvent

        values: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            at = self._place(event)
            key = self._key(event, depth, keys)
            node = self._node(next(self._events), depth + 1, at)
            if key is not None:
                keys[key], values[key] = at, node
        return Node(values, place, keys)

    def _key(self, event: Event, depth: int, keys: dict[str, Place]) -> str | None:
        """The key, or None for one that is refused."""
        from ruamel.yaml.events import ScalarEvent

        place = self._place(event)
        self._node(event, depth + 1, None)
        if not isinstance(event, ScalarEvent):
            self._refuse(place, "a key is a name")
        elif not event.value:
            self._refuse(place, "a key is missing before ':'")
        elif event.value == "<<":
            self._refuse(place, "merge keys (<<) are not used in recipes; write the keys out")
        elif event.value in keys:
            line = keys[event.value].line
            first = f" (first in line {line})" if line else ""
            self._refuse(place, f"the key {format_value(event.value)} is given twice{first}")
        else:
            return str(event.value)
        return None

    def _scalar(self, event: ScalarEvent, place: Place, key: Place | None) -> Node:
        start, end = event.start_mark, event.end_mark
        width = end.index - start.index if start.line == end.line else 0
        if event.style in ("'", '"'):
            self.last_quoted = (place, end.line + 1)
            # The library goes on over lines that are not indented, where YAML (8.1, 7.3) does not.
            if any(line[:1] not in ("", " ") for line in self._lines[start.line + 1 : end.line + 1]):
                self._refuse(place, f"not YAML: this quotation mark is closed only in line {end.line + 1}")
        if event.style is not None or event.ctag is not None:
            return Node(event.value, place, width=width)
        value = _parse_scalar(event.value)
        if isinstance(value, int) and not -_LARGEST <= value <= _LARGEST:
            self._refuse(place, f"a whole number of {len(event.value)} digits is larger than any setting can be")
            value = None
        # The library places an empty value at whatever comes next.
        return Node(value, place if event.value or key is None else key, width=width)

    def _alias(self, event: AliasEvent, place: Place) -> Node:
        written = f"*{event.anchor}"
        if re.search(r"[./?*]", written[1:]):
            message = f"a text that begins with '*' needs quotes: '{written}'"
        else:
            message = "aliases (*) are not used in recipes; write the value out, or quotes around it if it is text"
        self._refuse(place, message)
        return Node(written, place)

    def _refuse_tags(self, event: ScalarEvent | SequenceStartEvent | MappingStartEvent, place: Place) -> None:
        if event.anchor is not None:
            self._refuse(place, "anchors (&) are not used in recipes; write quotes around it if it is text")
        if event.ctag is not None:
            self._refuse(place, "tags (!) are not used in recipes; write quotes around it if it is text")

    def _refuse_directives(self, start: Event) -> None:
        for number, line in enumerate(self._lines[: start.start_mark.line], 1):
            if line.startswith("%"):
                place = self._fixed or Place(self._findings.name, number, 1)
                self._refuse(place, "directives (%) are not used in recipes")

    def _refuse(self, place: Place, message: str) -> None:
        self._findings.note(place, message, final=True)

    def _stop(self, place: Place, message: str) -> NoReturn:
        self._findings.note(place, message)
        raise _Stopped

    def _place(self, event: Event) -> Place:
        mark = event.start_mark
        return self._fixed or Place(self._findings.name, mark.line + 1, mark.column + 1)


def _parse_scalar(text: str) -> str | int | float | bool | None:
    """A plain scalar as YAML 1.2 reads it."""
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if _INT.fullmatch(text):
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if _FLOAT.fullmatch(text):
        return float(text) if math.isfinite(float(text)) else text
    if found := _NOT_FINITE.fullmatch(text):
        return float("".join(found.groups()))
    return text


def _not_utf8(name: str, content: bytes, position: int) -> Problem:
    before = normalize_newlines(content[:position].decode("utf-8-sig"))
    place = Place(name, before.count("\n") + 1, len(before) - before.rfind("\n"))
    line = re.split(rb"[\r\n]", content[position:], maxsplit=1)[0].decode("utf-8", "replace")
    findings = Findings(name, before + line)
    findings.note(place, f"is not UTF-8 text{_guess_encoding(content)}; save it as UTF-8")
    return findings.problems()[0]


def _guess_encoding(content: bytes) -> str:
    """A guess at the encoding, for the message only."""
    marked = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("big5", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return f" (it may be {encoding})"
    return ""


def _near(path: Path) -> str:
    """Recipes that may be meant by a path that does not exist."""
    try:
        folder = path if path.is_dir() else path.parent
        names = [found.name for found in folder.iterdir() if found.suffix in (".yaml", ".yml")]
    except (OSError, ValueError):
        return ""
    near = names if folder == path else nearest_names(path.name, names)
    return suggest(str(folder / sorted(near)[0])) if near and not path.is_file() else ""

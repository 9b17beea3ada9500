"""The values of a recipe with their places, and the problems that are found at them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from potluck.documents import Json
from potluck.errors import Problem

_LIKELY_SECRET = re.compile(r"(?i)(api[_-]?key|password|secret|token)(['\"]?\s*[:=]\s*)(?!\s|\$\{)([^,}]+)")
"""What may be a secret in a recipe that cannot be understood, or under a misspelt key."""

_LONGEST_LINE = 400
"""Characters of a line that a message shows; a caret further right would help nobody."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place: ``line`` and ``column`` from 1. A ``--set`` has a ``file`` that says so, and line 0."""

    file: str
    line: int = 0
    column: int = 0


@dataclass(slots=True)
class Node:
    """A value of a recipe with its place. ``value`` is a scalar, a list of nodes, or a mapping of keys to nodes.

    ``width`` is the number of characters that a scalar takes in its first line.
    """

    value: str | int | float | bool | list[Node] | dict[str, Node] | None
    place: Place
    keys: dict[str, Place] = field(default_factory=dict)
    width: int = 0

    def children(self) -> dict[str, Node]:
        """The nodes of a mapping; none for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    def get(self, key: str) -> Node | None:
        """The node of a mapping's key; None if it is absent or null."""
        node = self.children().get(key)
        return None if node is None or node.value is None else node

    def plain(self) -> Json:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def find(self, path: tuple[str | int, ...], *, key: bool = False) -> Place:
        """The place of what lies at ``path``, or of the nearest thing that is there; of the last key, if asked."""
        node, place = self, self.place
        for part in path:
            if isinstance(node.value, dict) and str(part) in node.value:
                place = node.keys.get(str(part), node.place)
                node = node.value[str(part)]
            elif isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                place = node.place
            else:
                return place
        return place if key else node.place

    def leaves(self) -> Iterator[Node]:
        """All scalars within."""
        if isinstance(self.value, dict | list):
            for child in self.value.values() if isinstance(self.value, dict) else self.value:
                yield from child.leaves()
        else:
            yield self

    def places(self) -> set[Place]:
        """The places of all keys and values within."""
        found = {self.place, *self.keys.values()}
        for child in self.value if isinstance(self.value, list) else self.children().values():
            found |= child.places()
        return found


def node_of(value: Json, place: Place) -> Node:
    """The node of a plain value, all of it at one place."""
    if isinstance(value, dict):
        children = {key: node_of(child, place) for key, child in value.items()}
        return Node(children, place, dict.fromkeys(children, place))
    if isinstance(value, list):
        return Node([node_of(child, place) for child in value], place)
    return Node(value, place)


class Findings:
    """The problems of one recipe. Each is shown with its line, in which secrets are covered."""

    def __init__(self, name: str, text: str) -> None:
        """``name`` is what messages call the file, ``text`` its content."""
        self.name = name
        self._lines = text.split("\n")
        self._found: dict[tuple[Place, str], None] = {}
        self._final: set[Place] = set()
        self._covered: dict[Place, int] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[tuple[Place, str]]:
        return iter(self._found)

    def note(self, place: Place, message: str, *, final: bool = False) -> None:
        """Add a problem. After a ``final`` one nothing more is reported at its place: the rest follows from it."""
        if place in self._final:
            return
        self._found[place, message] = None
        if final:
            self._final.add(place)

    def mask_secret(self, node: Node) -> None:
        """Show stars in place of a secret that is written out."""
        self._covered[node.place] = node.width

    def fork(self) -> Findings:
        """An empty list of problems about the same text."""
        fork = Findings(self.name, "")
        fork._lines, fork._covered, fork._final = self._lines, self._covered, set(self._final)
        return fork

    def problems(self) -> list[Problem]:
        """The problems in the order of the file; those of ``--set`` come last."""
        found = sorted(self._found, key=lambda one: (one[0].line == 0, one[0].line, one[0].column))
        return [self._problem(place, message) for place, message in found]

    def _problem(self, place: Place, message: str) -> Problem:
        if place.file != self.name or not 0 < place.line <= len(self._lines):
            hidden = place in self._covered or _LIKELY_SECRET.search(place.file)
            name = place.file.partition("=")[0] + "=***" if hidden else place.file
            return Problem(name, place.line, place.column, message)
        line = _printable(self._lines[place.line - 1])
        for secret, width in self._covered.items():
            if secret.line == place.line and secret.file == self.name:
                line = _star_out(line, secret.column - 1, width)
        for found in _LIKELY_SECRET.finditer(line):
            line = _star_out(line, found.start(3), len(found[3]))
        shown = line[:_LONGEST_LINE] if place.column <= _LONGEST_LINE else ""
        return Problem(self.name, place.line, place.column, message, shown)


def _printable(line: str) -> str:
    """The line made harmless to a terminal, and as wide as before."""
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c != "\t" else c for c in line)


def _star_out(line: str, start: int, width: int) -> str:
    end = start + width if width else len(line)
    return line[:start] + "".join(_star(c) for c in line[start:end]) + line[end:]


def _star(character: str) -> str:
    return "＊" if unicodedata.east_asian_width(character) in ("W", "F") else "*"


def without(root: Node, key: str) -> Node:
    """A mapping without one key."""
    return Node({k: v for k, v in root.children().items() if k != key}, root.place, root.keys)


def replace_at(root: Node, path: list[str], value: Node, key: Place) -> Node:
    """The tree with another value at a path. Mappings on the way are made; ``key`` is where their keys stand."""
    if not path:
        return value
    place = root.place if isinstance(root.value, dict) else value.place
    child = root.children().get(path[0], Node(None, value.place))
    children = {**root.children(), path[0]: replace_at(child, path[1:], value, key)}
    return Node(children, place, {path[0]: key, **root.keys})


def join_path(path: Iterable[str | int]) -> str:
    """A path as messages write it: ``documents.path.2`` counts from 1."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path)

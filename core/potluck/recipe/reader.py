"""Reading YAML with the place of every key and value, and with nothing in it but plain data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from potluck.documents import Json
from potluck.errors import Problem, RecipeError

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node as YamlNode

MAX_BYTES = 1 << 20
MAX_DEPTH = 32

_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str", "seq", "map", "timestamp")}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: ``line`` and ``column`` from 1. A ``--set`` has a ``file`` that says so, and line 0."""

    file: str
    line: int = 0
    column: int = 0


@dataclass(slots=True)
class Node:
    """A value of a recipe with its place. ``value`` is a scalar, a list of nodes, or a mapping of keys to nodes."""

    value: str | int | float | bool | list[Node] | dict[str, Node] | None
    place: Place
    keys: dict[str, Place] = field(default_factory=dict)

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


class Source:
    """The text of a recipe, for messages: makes a ``Problem`` with the line that it is about."""

    def __init__(self, name: str, text: str) -> None:
        """``name`` is what messages call the file."""
        self.name = name
        self._lines = text.splitlines()

    def problem(self, place: Place, message: str) -> Problem:
        """A problem at a place."""
        in_file = place.file == self.name and 0 < place.line <= len(self._lines)
        line = self._lines[place.line - 1] if in_file else ""
        return Problem(place.file, place.line, place.column, message, line)


def read_text(path: Path) -> str:
    """The text of a recipe file. Raises ``RecipeError`` for one that is missing, too large, or not UTF-8."""
    try:
        content = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except OSError as error:
        raise RecipeError([Problem(str(path), 0, 0, f"cannot be read: {error.strerror}{_near(path)}")]) from error
    if content is None:
        raise RecipeError([Problem(str(path), 0, 0, "is larger than 1 MiB; that is not a recipe")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RecipeError(
            [Problem(str(path), line, 1, f"is not UTF-8 text{_written_in(content)}; save it as UTF-8")]
        ) from error


def parse(text: str, name: str) -> tuple[Node, list[Problem]]:
    """Read a recipe's text. Raises ``RecipeError`` where it is not YAML; returns what can be understood otherwise."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    source = Source(name, text)
    problems: list[Problem] = []
    try:
        composed = YAML(typ="safe", pure=True).compose(_without_carriage_returns(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name, 1, 1)
        what = ", ".join(part for part in (error.context, error.problem) if part)
        raise RecipeError([source.problem(place, f"not YAML: {what}")]) from error
    except (YAMLError, ValueError, RecursionError) as error:
        place = _place_of_character(name, text, getattr(error, "position", 0))
        reason = getattr(error, "reason", "") or "it cannot be read"
        raise RecipeError([source.problem(place, f"not YAML: {reason}")]) from error
    if composed is None:
        raise RecipeError([Problem(name, 1, 1, "is empty; the least recipe is: documents: notes/*.txt")])
    node = _Converter(source, problems).convert(composed, 0)
    if not isinstance(node.value, dict):
        raise RecipeError(
            [source.problem(node.place, "a recipe is a mapping of keys, such as: documents: notes/*.txt")]
        )
    return node, problems


def parse_value(text: str, label: str) -> Node:
    """Read the value of a ``--set``. Every node's place says ``label``. Raises ``RecipeError``."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        composed = YAML(typ="safe", pure=True).compose(text)
    except (YAMLError, ValueError, RecursionError):
        raise RecipeError([Problem(label, 0, 0, f"{text!r} is not a YAML value; put quotes around it")]) from None
    if composed is None:
        return Node(None, Place(label))
    problems: list[Problem] = []
    node = _Converter(Source(label, ""), problems, fixed=Place(label)).convert(composed, 0)
    if problems:
        raise RecipeError(problems)
    return node


class _Converter:
    """Turns the nodes of the YAML library into ours, and refuses what plain data does not need."""

    def __init__(self, source: Source, problems: list[Problem], fixed: Place | None = None) -> None:
        self._source = source
        self._problems = problems
        self._fixed = fixed
        self._seen: set[int] = set()

    def convert(self, node: YamlNode, depth: int) -> Node:
        place = self._place(node)
        if depth > MAX_DEPTH:
            return self._refuse(place, f"is nested more than {MAX_DEPTH} deep")
        if id(node) in self._seen or node.anchor:
            return self._refuse(place, "anchors and aliases (& and *) are not used in recipes; write the value out")
        self._seen.add(id(node))
        tag = str(node.tag)
        if tag == "tag:yaml.org,2002:merge":
            return self._refuse(place, "merge keys (<<) are not used in recipes; write the keys out")
        if tag not in _TAGS:
            return self._refuse(place, f"the tag {tag} is not used in recipes")
        if isinstance(node.value, str):
            return Node(_scalar(node.value, tag.rpartition(":")[2]), place)
        if tag.endswith("seq"):
            return Node([self.convert(item, depth + 1) for item in node.value], place)
        return self._mapping(node, place, depth)

    def _mapping(self, node: YamlNode, place: Place, depth: int) -> Node:
        values: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        for key_node, value_node in node.value:
            at = self._place(key_node)
            if not isinstance(key_node.value, str):
                self._refuse(at, "a key is a name")
                continue
            key = key_node.value
            if key == "<<":
                self._refuse(at, "merge keys (<<) are not used in recipes; write the keys out")
            elif key in values:
                first = f" (first in line {keys[key].line})" if keys[key].line else ""
                self._refuse(at, f"the key {key!r} is given twice{first}")
            else:
                keys[key] = at
                values[key] = self.convert(value_node, depth + 1)
        return Node(values, place, keys)

    def _refuse(self, place: Place, message: str) -> Node:
        self._problems.append(self._source.problem(place, message))
        return Node(None, place)

    def _place(self, node: YamlNode) -> Place:
        if self._fixed is not None:
            return self._fixed
        return Place(self._source.name, node.start_mark.line + 1, node.start_mark.column + 1)


def _scalar(text: str, kind: str) -> str | int | float | bool | None:
    """A plain value as YAML 1.2 reads it; what is not quite a number is text."""
    plain = text.replace("_", "")
    try:
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind == "int":
            base = {"0o": 8, "0x": 16, "0b": 2}.get(plain.lstrip("+-")[:2].lower(), 10)
            return int(plain, base)
        if kind == "float":
            return float(plain.lower().replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        pass
    return text


def _without_carriage_returns(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _place_of_character(name: str, text: str, position: int) -> Place:
    before = text[:position]
    return Place(name, before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1)


def _written_in(content: bytes) -> str:
    """A guess at the encoding, for the message only."""
    for encoding in ("utf-16", "big5", "gb18030"):
        if encoding == "utf-16" and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return f" (it may be {encoding})"
    return ""


def _near(path: Path) -> str:
    import difflib

    if path.exists() or not path.parent.is_dir():
        return ""
    near = difflib.get_close_matches(path.name, [found.name for found in _yaml_files(path.parent)], n=1)
    return f" (did you mean {str(path.with_name(near[0]))!r}?)" if near else ""


def _yaml_files(folder: Path) -> Iterator[Path]:
    yield from (path for path in folder.iterdir() if path.suffix in (".yaml", ".yml"))

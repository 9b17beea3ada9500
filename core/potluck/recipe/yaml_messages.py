"""Why a text is not YAML, in plain words, at the place that a person has to change."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from potluck.recipe.nodes import Place

if TYPE_CHECKING:
    from ruamel.yaml.error import MarkedYAMLError

_KEY = re.compile(r"\s*(- )?[^\s#'\"\[{][^#]*?:(\s|$)")
_OPENER = re.compile(r"[^#]*:\s*(#.*)?$")
_NO_SPACE = re.compile(r"\s*[A-Za-z_][\w.-]*:[^\s/]")
_FULL_WIDTH = {"：": "':' and a space", "　": "spaces", "“": "'\"'", "”": "'\"'", "，": "','"}
"""Signs of Chinese typing, and what YAML has in their place."""
_INDENTED = ("<block mapping start>", "<block sequence start>", "?", "-", "<block end>")
"""The tokens that the library finds unexpected if lines that belong together are not indented alike."""


def explain_syntax_error(
    error: MarkedYAMLError, text: str, name: str, quoted: tuple[Place, int] | None
) -> tuple[Place, str]:
    """The place and the message. ``quoted`` is the last text in quotation marks, and the line where it ended."""
    lines = text.split("\n")
    mark = error.problem_mark or error.context_mark
    place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name, 1, 1)
    if quoted is not None and quoted[0].line < quoted[1] == place.line:
        return quoted[0], f"not YAML: this quotation mark is closed only in line {place.line}"
    begun = error.context_mark and Place(name, error.context_mark.line + 1, error.context_mark.column + 1)
    place, message = _place_and_message(error, lines, place, begun or place)
    return place, f"not YAML: {message}{typing_slip(lines[place.line - 1])}"


def typing_slip(line: str) -> str:
    """A hint at a full-width sign where YAML has an ASCII one, or at a missing space."""
    for sign, plain in _FULL_WIDTH.items():
        if sign in line:
            return f"; there is a full-width '{sign}', YAML wants {plain}"
    return "; a space is missing after ':'" if _NO_SPACE.match(line) else ""


def place_of_character(name: str, text: str, position: int) -> Place:
    """The place of the character at an index of the text."""
    before = text[:position]
    return Place(name, before.count("\n") + 1, position - before.rfind("\n"))


def _place_and_message(error: MarkedYAMLError, lines: list[str], place: Place, begun: Place) -> tuple[Place, str]:
    problem, context = str(error.problem or ""), str(error.context or "")
    if "quoted scalar" in context and "end of stream" in problem:
        return begun, "this quotation mark is never closed"
    if "quoted scalar" in context and "escape" in problem + context:
        return place, "'\\' in double quotes begins an escape; use single quotes, or write '\\\\'"
    if "'\\t'" in problem:
        return place, "there is a tab; YAML wants spaces"
    if found := re.search(r"character '(.)' that cannot start", problem):
        return place, f"a text that begins with '{found[1]}' needs quotes"
    if "alias" in context or "anchor" in context or "tag" in context:
        return begun, "a text that begins with '*', '&' or '!' needs quotes"
    if "simple key" in context:
        return begun, "expected 'key: value'"
    if "mapping values" in problem:
        return _unexpected_colon(lines, place)
    if "flow sequence" in context or "flow mapping" in context:
        return _open_bracket(place, begun, "[" if "sequence" in context else "{")
    return _unexpected_token(problem, lines, place)


def _unexpected_colon(lines: list[str], place: Place) -> tuple[Place, str]:
    """A misplaced ``:``: within a value, in a line indented too far, or after a line that lacks one."""
    if _KEY.match(lines[place.line - 1][: place.column - 1]):
        return place, "a text with ': ' in it needs quotes"
    before = _content(lines, place.line - 1, -1)
    if before is not None and not _KEY.match(lines[before]):
        return _start(lines, before, place.file), "expected 'key: value'"
    return _indentation(lines, place)


def _open_bracket(place: Place, begun: Place, bracket: str) -> tuple[Place, str]:
    closing = "]" if bracket == "[" else "}"
    if place.line > begun.line:
        return begun, f"this '{bracket}' is not closed, or a comma is missing before line {place.line}"
    return place, f"expected ',' or '{closing}'"


def _unexpected_token(problem: str, lines: list[str], place: Place) -> tuple[Place, str]:
    found = re.search(r"(?:found|got) (?:'(.+)'|\('(.+)',\))$", problem)
    token = (found[1] or found[2]) if found else ""
    if token in _INDENTED:
        return _indentation(lines, place)
    if token == "<scalar>":  # noqa: S105
        return place, "unexpected text; a text with quotation marks in it needs other ones around it"
    if token in ("<stream end>", "<document end>"):
        return place, "the text ends where a value is expected"
    if token in ("{", "["):
        return place, f"unexpected '{token}'; a text with brackets in it needs quotes"
    return place, f"unexpected '{token}'" if token and "<" not in token else problem


def _indentation(lines: list[str], place: Place) -> tuple[Place, str]:
    """The line that stands out. The library names the second of two that do not fit together, often the right one."""
    number = place.line - 1
    before = _content(lines, number, -1)
    if before is None:
        return place, "this line is not indented as it should be"
    wrong = before if _is_at_fault(lines, before, number) else number
    if _is_item(lines[before]) != _is_item(lines[number]):
        return _start(lines, wrong, place.file), "keys and a list ('- ') stand side by side"
    other = number if wrong == before else before
    message = f"this line is indented by {_indent(lines[wrong])}, line {other + 1} by {_indent(lines[other])}; "
    return _start(lines, wrong, place.file), message + "what belongs together begins in one column"


def _is_at_fault(lines: list[str], first: int, second: int) -> bool:
    """Whether the first of two neighbouring lines is the one that is indented wrongly."""
    one, two = lines[first], lines[second]
    before, after = _content(lines, first, -1), _content(lines, second, 1)
    if "　" in one[: len(one) - len(one.lstrip())]:
        return True
    opened = before is None or _OPENER.match(lines[before]) is not None
    above = -1 if before is None else _indent(lines[before])
    if _indent(two) > _indent(one) and ((opened and above >= _indent(one)) or above == _indent(two)):
        return True
    if not opened:
        return False
    if _is_item(one) != _is_item(two):
        return after is None or _is_item(lines[after]) == _is_item(two)
    deepest = _indent(two) if _OPENER.match(two) else max(_indent(one), _indent(two))
    while after is not None and _indent(lines[after]) > deepest:
        after = _content(lines, after, 1)
    if after is not None and _indent(lines[after]) in (_indent(one), _indent(two)):
        return _indent(lines[after]) == _indent(two)
    steps = _steps(lines)
    return steps[_indent(one) - max(above, 0)] - 1 < steps[_indent(two) - max(above, 0)]


def _steps(lines: list[str]) -> Counter[int]:
    """How much further the first line after a lone key is indented, and how often."""
    pairs = [(line, lines[below]) for n, line in enumerate(lines) if (below := _content(lines, n, 1)) is not None]
    return Counter(_indent(below) - _indent(line) for line, below in pairs if _OPENER.match(line))


def _content(lines: list[str], number: int, step: int) -> int | None:
    """The next line in a direction that is neither blank nor a comment."""
    number += step
    while 0 <= number < len(lines):
        if lines[number].strip() and not lines[number].lstrip().startswith("#"):
            return number
        number += step
    return None


def _start(lines: list[str], number: int, file: str) -> Place:
    return Place(file, number + 1, len(lines[number]) - len(lines[number].lstrip()) + 1)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _is_item(line: str) -> bool:
    return line.lstrip().startswith("- ")

r"""``EQ`` fields, the formulas and ruby of old Word documents: ``EQ \f(P,ρg)``, ``EQ \o\ad(\s\up 9(reading),base)``.

They hold no result: Word draws them from the instruction. Source: ECMA-376 part 1, 17.16.5.18.
"""

from __future__ import annotations

import re

from potluck_plugins.loaders._shared.equations import Fraction, Matrix, Node, Operator, Root, Row, Script, Text, linear

_MAX_DEPTH = 20
_SWITCH = re.compile(r"\\([a-zA-Z]+)\s*(\d*)")
_FORMATTING = re.compile(r'\\\*\s*(?:"[^"]*"|\S+)')
_INTEGRALS = {"su": "∑", "pr": "∏", "in": "∫"}
_LOWERED = "do"
_MOST_DIGITS = 9
_BRACKETS = ("lc", "rc", "bc")
_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0

    def sequence(self, depth: int, ends: str = "") -> Node:
        """The text up to one of the characters ``ends``."""
        nodes: list[Node] = []
        letters = ""
        while self._place < len(self._text) and self._text[self._place] not in ends:
            found = _SWITCH.match(self._text, self._place)
            if found is None or depth > _MAX_DEPTH:
                self._place += self._text[self._place] == "\\" and self._place + 1 < len(self._text)
                letters += self._text[self._place]
                self._place += 1
                continue
            if letters:
                nodes.append(Text(letters))
                letters = ""
            nodes.append(self._switch(depth))
        if letters:
            nodes.append(Text(letters))
        return nodes[0] if len(nodes) == 1 else Row(nodes)

    def _switch(self, depth: int) -> Node:
        """A switch with its options and its elements in brackets."""
        options: dict[str, str] = {}
        while found := _SWITCH.match(self._text, self._place):
            name = found[1].lower()
            self._place = found.end()
            options[name] = self._bracket() if name in _BRACKETS else found[2]
            self._skip_blanks()
        return _read(options, self._elements(depth))

    def _bracket(self) -> str:
        r"""The character that ``\lc``, ``\rc`` or ``\bc`` names behind a backslash."""
        if self._text[self._place : self._place + 1] != "\\":
            return ""
        self._place += 2
        return self._text[self._place - 1 : self._place]

    def _elements(self, depth: int) -> list[Node]:
        if self._text[self._place : self._place + 1] != "(":
            return []
        elements: list[Node] = []
        while self._place < len(self._text) and self._text[self._place] != ")":
            self._place += 1
            elements.append(self.sequence(depth + 1, ",;)"))
        self._place += 1
        return elements

    def _skip_blanks(self) -> None:
        while self._text[self._place : self._place + 1].isspace():
            self._place += 1


def read_eq(instruction: str) -> str:
    """The text of an ``EQ`` field, as one line."""
    text = _FORMATTING.sub("", instruction.strip())[2:].strip()
    return linear(_Parser(text).sequence(0)).strip()


def _read(options: dict[str, str], elements: list[Node]) -> Node:
    """The node of a switch, the first of the ``options``, whose value is their number or the bracket that they name."""
    name = next(iter(options))
    first = elements[0] if elements else Text("")
    second = _with_commas(elements[1:])
    if name == "f":
        return Fraction(first, second)
    if name == "r":
        return Root(second, first) if len(elements) > 1 else Root(first)
    if name == "s":
        return _read_script(options, elements)
    if name == "o":
        return _read_overstrike(elements)
    if name == "i":
        sign = next((_INTEGRALS[one] for one in options if one in _INTEGRALS), "∫")
        body = _with_commas(elements[2:])
        return Operator(Script(Text(sign), first, elements[1] if len(elements) > 1 else Text("")), body)
    if name == "a":
        columns = max(1, int(options.get("co", "")[:_MOST_DIGITS] or 1))
        return Matrix([elements[place : place + columns] for place in range(0, len(elements), columns)])
    if name == "b":
        return _read_brackets(options, elements)
    if name == "l":
        return _with_commas(elements)
    return Row(elements)


def _read_brackets(options: dict[str, str], elements: list[Node]) -> Node:
    """Elements in brackets: round ones, unless one or both sides are named; a side that is not named then has none."""
    if options.keys().isdisjoint(_BRACKETS):
        left, right = "(", ")"
    else:
        both = options.get("bc", "")
        left, right = options.get("lc") or both, options.get("rc") or _CLOSING.get(both, both)
    return Row([Text(left), *elements, Text(right)])


def _with_commas(elements: list[Node]) -> Node:
    """Elements with commas between them: also those that a switch has no place for."""
    return elements[0] if len(elements) == 1 else Row([part for one in elements for part in (Text(","), one)][1:])


def _read_script(options: dict[str, str], elements: list[Node]) -> Node:
    if len(elements) > 1:
        return Script(Text(""), _with_commas(elements[1:]), elements[0])
    first = elements[0] if elements else Text("")
    return Script(Text(""), first) if _LOWERED in options else Script(Text(""), None, first)


def _read_overstrike(elements: list[Node]) -> Node:
    """Characters above each other: a reading above its base, or a mark over a letter."""
    scripts = [one for one in elements if isinstance(one, Script) and one.upper is not None and one.lower is None]
    others = [one for one in elements if one not in scripts]
    if len(scripts) == 1 and len(others) == 1 and scripts[0].upper is not None:
        return Row([others[0], Text(f"({linear(scripts[0].upper)})")])
    return Row(elements)

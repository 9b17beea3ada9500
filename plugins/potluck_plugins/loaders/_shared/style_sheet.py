"""What the style sheets of a page say of its elements, written into their ``style`` attributes.

Only what decides whether and how text stands on its line is read: hidden, struck out, raised, the numbers of lists,
fonts of symbols.
Rules for a medium (``@media``) and selectors of states, attributes and siblings are passed over.
Source: CSS 2.2 (W3C), 5 (selectors) and 6 (cascade).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

_PROPERTIES = frozenset(
    {"display", "visibility", "position", "top", "bottom", "vertical-align", "font-size", "font-variant-position"}
    | {"text-decoration", "text-decoration-line", "list-style", "list-style-type", "font", "font-family"}
)
_SYMBOL_FONT = re.compile(r"\bsymbol\b|dings|marlett", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_MARK = re.compile(r"[{};]")
_COMPOUND = re.compile(r"(\*|[a-zA-Z][\w-]*)?((?:[.#][\w-]+)*)")
_PART = re.compile(r"([.#])([\w-]+)")
_IMPORTANT = re.compile(r"!\s*important\s*$", re.IGNORECASE)
_MOST_RULES_PER_KEY = 64
_ALWAYS_SHOWN = frozenset({"html", "body"})
"""Pages that scripts finish hide themselves until then."""

_Declarations: TypeAlias = dict[str, tuple[bool, str]]
"""By property: whether it is important, and its value."""


class _Compound(NamedTuple):
    """One element of a selector."""

    tag: str
    classes: frozenset[str]
    name: str

    @property
    def key(self) -> str:
        """What elements that it matches are looked up by."""
        return f"#{self.name}" if self.name else f".{min(self.classes)}" if self.classes else self.tag

    def matches(self, element: Any) -> bool:
        """Whether an element of a tree is meant."""
        return (
            (not self.tag or self.tag == _tag(element))
            and (not self.name or self.name == element.get("id"))
            and self.classes.issubset((element.get("class") or "").split())
        )


class _Rule(NamedTuple):
    """``path`` leads from the outermost element to the one that the rule is for."""

    specificity: tuple[int, int, int]
    order: int
    path: tuple[_Compound, ...]
    declarations: _Declarations

    def holds_for(self, element: Any) -> bool:
        """Whether the rule is for an element of a tree."""
        *outer, last = self.path
        if not last.matches(element):
            return False
        ancestors = element.iterancestors()
        return all(any(one.matches(ancestor) for ancestor in ancestors) for one in reversed(outer))


class StyleSheet:
    """The rules of all sheets of a page, in their order."""

    def __init__(self) -> None:
        """There are no rules yet."""
        self._rules: dict[str, list[_Rule]] = {}
        self._count = 0

    def add(self, css: str) -> None:
        """Add the rules of a sheet."""
        for selector, declarations in _rules(css):
            self._add_rule(selector, declarations)

    def apply(self, root: Any) -> None:
        """Write what the rules say into the ``style`` attribute of each element of an lxml tree that they are for."""
        rules_by_key = self._rules_that_may_hold(root) if self._rules else {}
        for element in root.iter() if rules_by_key else ():
            if isinstance(element.tag, str) and _tag(element) not in _ALWAYS_SHOWN:
                found = (
                    rule for key in _keys(element) for rule in rules_by_key.get(key, ()) if rule.holds_for(element)
                )
                rules = sorted(found, key=lambda rule: (rule.specificity, rule.order))
                if rules:
                    own = _declarations(element.get("style") or "")
                    element.set("style", _resolved([*(rule.declarations for rule in rules), own]))

    def _add_rule(self, selector: str, declarations: _Declarations) -> None:
        path = _path(selector)
        if not path:
            return
        specificity = (
            sum(bool(one.name) for one in path),
            sum(len(one.classes) for one in path),
            sum(bool(one.tag) for one in path),
        )
        self._count += 1
        self._rules.setdefault(path[-1].key, []).append(_Rule(specificity, self._count, path, declarations))

    def _rules_that_may_hold(self, root: Any) -> dict[str, list[_Rule]]:
        """The rules of which every part of the selector stands in a page, which are few: a sheet serves many pages."""
        present = {key for element in root.iter() for key in _keys(element)}
        kept = {
            key: [rule for rule in rules if all(one.key in present for one in rule.path)]
            for key, rules in self._rules.items()
            if key in present
        }
        return {key: rules[-_MOST_RULES_PER_KEY:] for key, rules in kept.items() if rules}


@lru_cache(maxsize=8)
def _rules(css: str) -> list[tuple[str, _Declarations]]:
    """Selectors and what they declare that is read; all chapters of a book share a sheet."""
    found = ((selectors, _declarations(body, only=_PROPERTIES)) for selectors, body in _blocks(_COMMENT.sub(" ", css)))
    return [(selector, said) for selectors, said in found if said for selector in selectors.split(",")]


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations of the rules that hold for every medium."""
    selectors, start, depth = "", 0, 0
    for mark in _MARK.finditer(css):
        if mark.group() == "{":
            depth += 1
            if depth == 1:
                selectors, start = css[start : mark.start()], mark.end()
        elif mark.group() == "}" and depth:
            depth -= 1
            if not depth:
                if not selectors.lstrip().startswith("@"):
                    yield selectors, css[start : mark.start()]
                start = mark.end()
        elif not depth:
            start = mark.end()


def _path(selector: str) -> tuple[_Compound, ...]:
    """The elements of a selector; none where it holds what is not read."""
    path: list[_Compound] = []
    for part in selector.split():
        found = _COMPOUND.fullmatch(part)
        if not found:
            return ()
        marks = _PART.findall(found.group(2))
        tag = (found.group(1) or "").lower()
        classes = frozenset(name for mark, name in marks if mark == ".")
        path.append(
            _Compound("" if tag == "*" else tag, classes, next((name for mark, name in marks if mark == "#"), ""))
        )
    return tuple(path)


def _declarations(body: str, only: frozenset[str] | None = None) -> _Declarations:
    found: _Declarations = {}
    for declaration in body.split(";"):
        name, colon, value = declaration.partition(":")
        name = name.strip().lower()
        if colon and (only is None or (name in only and not _is_other_font(name, value))):
            important = _IMPORTANT.search(value) is not None
            if important or not found.get(name, (False, ""))[0]:
                found[name] = (important, _IMPORTANT.sub("", value).strip())
    return found


def _is_other_font(name: str, value: str) -> bool:
    """Whether a declaration names a font that shows letters, as most do."""
    return name in ("font", "font-family") and not _SYMBOL_FONT.search(value)


def _resolved(sources: list[_Declarations]) -> str:
    """The ``style`` attribute that several sources come to, the strongest last."""
    result: dict[str, tuple[bool, str]] = {}
    for source in sources:
        for name, (important, value) in source.items():
            if important or not result.get(name, (False, ""))[0]:
                result[name] = (important, value)
    return "; ".join(f"{name}: {value}" for name, (_, value) in result.items())


def _keys(element: Any) -> set[str]:
    """What the rules for an element are looked up by."""
    if not isinstance(element.tag, str):
        return set()
    return {"", _tag(element), f"#{element.get('id')}", *(f".{one}" for one in (element.get("class") or "").split())}


def _tag(element: Any) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""

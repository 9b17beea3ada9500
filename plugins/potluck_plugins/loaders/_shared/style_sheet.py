"""The rules of a page's style sheets, written into the ``style`` attributes of its elements.

Only what decides whether and how text stands on its line is read: hidden, struck out, raised, the numbers of lists,
fonts of symbols. Rules for a medium (``@media``) and selectors of states and siblings are passed over. Source: CSS 2.2
(W3C), 5 (selectors) and 6 (cascade).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

_PROPERTIES = frozenset(
    {"display", "visibility", "position", "top", "bottom", "vertical-align", "font-size", "font-variant-position"}
    | {"text-decoration", "text-decoration-line", "list-style", "list-style-type", "font", "font-family"}
    | {"height", "max-height", "overflow", "overflow-y", "float", "mso-hide", "mso-text-raise"}
)
_SYMBOL_FONT = re.compile(r"\bsymbol\b|dings|marlett", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_MARK = re.compile(r"[{};]")
_ATTRIBUTE = r"\[\s*([\w-]+)\s*(?:([~|^$*]?=)\s*(?:\"([^\"]*)\"|'([^']*)'|([\w-]+))\s*)?\]"
_COMPOUND = re.compile(rf"(\*|[a-zA-Z][\w-]*)?((?:[.#][\w-]+|{_ATTRIBUTE})*)")
_PART = re.compile(rf"([.#])([\w-]+)|{_ATTRIBUTE}")
_COMBINATOR = re.compile(r"\s*(>)\s*|\s+")
_CLOAK = "cloak"
"""How the names of attributes end that hide a page until its scripts run."""

_IMPORTANT = re.compile(r"!\s*important\s*$", re.IGNORECASE)
_MOST_RULES_PER_KEY = 64
_ALWAYS_SHOWN = frozenset({"html", "body"})
"""Pages that scripts finish hide themselves until then."""

_Declarations: TypeAlias = dict[str, tuple[bool, str]]
"""By property: whether it is important, and its value."""


class _Attribute(NamedTuple):
    """A selector's condition on an attribute: that it is there, or how its value compares."""

    name: str
    comparison: str
    value: str

    def matches(self, element: Any) -> bool:
        """Whether an element of a tree has it."""
        value = element.get(self.name)
        return value is not None and _COMPARISONS[self.comparison](value, self.value)


_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "": lambda value, wanted: True,
    "=": lambda value, wanted: value == wanted,
    "~=": lambda value, wanted: wanted in value.split(),
    "|=": lambda value, wanted: value == wanted or value.startswith(f"{wanted}-"),
    "^=": lambda value, wanted: wanted != "" and value.startswith(wanted),
    "$=": lambda value, wanted: wanted != "" and value.endswith(wanted),
    "*=": lambda value, wanted: wanted != "" and wanted in value,
}


class _Compound(NamedTuple):
    """One element of a selector."""

    tag: str
    classes: frozenset[str]
    name: str
    attributes: tuple[_Attribute, ...]

    @property
    def key(self) -> str:
        """The key by which elements that it matches are looked up."""
        return f"#{self.name}" if self.name else f".{min(self.classes)}" if self.classes else self.tag

    def matches(self, element: Any) -> bool:
        """Whether an element of a tree is meant."""
        return (
            (not self.tag or self.tag == _tag(element))
            and (not self.name or self.name == element.get("id"))
            and self.classes.issubset((element.get("class") or "").split())
            and all(attribute.matches(element) for attribute in self.attributes)
        )


_Path: TypeAlias = tuple[tuple[_Compound, ...], ...]
"""From the outermost element to the one that a rule is for, in chains of which each next one is a child."""


class _Rule(NamedTuple):
    """The declarations for the elements that a path leads to."""

    specificity: tuple[int, int, int]
    order: int
    path: _Path
    declarations: _Declarations

    def holds_for(self, element: Any) -> bool:
        """Whether the rule is for an element of a tree."""
        *outer, last = self.path
        top = _top(last, element)
        for parents in reversed(outer):
            if top is None:
                return False
            tops = (_top(parents, ancestor) for ancestor in top.iterancestors())
            top = next((one for one in tops if one is not None), None)
        return top is not None


def _top(parents: Sequence[_Compound], element: Any) -> Any:
    """The outermost element of a chain that ends at an element of a tree; None if there is none."""
    top = None
    for compound in reversed(parents):
        if element is None or not compound.matches(element):
            return None
        top, element = element, element.getparent()
    return top


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
                    element.set("style", _resolve([*(rule.declarations for rule in rules), own]))

    def _add_rule(self, selector: str, declarations: _Declarations) -> None:
        path = _path(selector)
        if not path:
            return
        parts = list(chain.from_iterable(path))
        specificity = (
            sum(bool(one.name) for one in parts),
            sum(len(one.classes) + len(one.attributes) for one in parts),
            sum(bool(one.tag) for one in parts),
        )
        self._count += 1
        self._rules.setdefault(path[-1][-1].key, []).append(_Rule(specificity, self._count, path, declarations))

    def _rules_that_may_hold(self, root: Any) -> dict[str, list[_Rule]]:
        """The rules of which every part of the selector stands in a page, which are few: a sheet serves many pages."""
        present = {key for element in root.iter() for key in _keys(element)}
        kept = {
            key: [rule for rule in rules if all(one.key in present for one in chain.from_iterable(rule.path))]
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


def _path(selector: str) -> _Path:
    """The elements of a selector; none if it holds what is not read."""
    path: list[list[_Compound]] = []
    selector, at, is_child = selector.strip(), 0, False
    while at < len(selector):
        found = _COMPOUND.match(selector, at)
        if found is None or found.end() == at:
            return ()
        compound = _compound(found.group(1) or "", found.group(2))
        if any(one.name.endswith(_CLOAK) for one in compound.attributes):
            return ()
        if not is_child:
            path.append([])
        path[-1].append(compound)
        combinator = _COMBINATOR.match(selector, found.end())
        if combinator is None:
            return tuple(map(tuple, path)) if found.end() == len(selector) else ()
        at, is_child = combinator.end(), bool(combinator.group(1))
    return ()


def _compound(tag: str, marks: str) -> _Compound:
    found = list(_PART.finditer(marks))
    return _Compound(
        "" if tag == "*" else tag.lower(),
        frozenset(one[2] for one in found if one[1] == "."),
        next((one[2] for one in found if one[1] == "#"), ""),
        tuple(_Attribute(one[3].lower(), one[4] or "", one[5] or one[6] or one[7] or "") for one in found if one[3]),
    )


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


def _resolve(sources: list[_Declarations]) -> str:
    """The ``style`` attribute that several sources come to, the strongest last."""
    result: dict[str, tuple[bool, str]] = {}
    for source in sources:
        for name, (important, value) in source.items():
            if important or not result.get(name, (False, ""))[0]:
                result[name] = (important, value)
    return "; ".join(f"{name}: {value}" for name, (_, value) in result.items())


def _keys(element: Any) -> set[str]:
    """The keys by which the rules for an element are looked up."""
    if not isinstance(element.tag, str):
        return set()
    return {"", _tag(element), f"#{element.get('id')}", *(f".{one}" for one in (element.get("class") or "").split())}


def _tag(element: Any) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""

"""Numbers as a spreadsheet shows them: ``0.075`` with the format ``0.0%`` is ``7.5%``.

Source: ECMA-376 part 1, 18.8.31 (number formats). The libraries that do this on PyPI are not maintained.
What depends on the width of a column (padding, ``#####``) is left out; a number without a format keeps all digits of
an integer, where a narrow column would round it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import Literal, TypeAlias

from potluck_plugins.loaders._office.date_format import Calendar, locale_number, show_date
from potluck_plugins.loaders._office.han_numbers import han_digits, han_number

Kind: TypeAlias = Literal[
    "literal", "digit", "point", "comma", "percent", "exponent", "slash", "date", "text", "general"
]

_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)"? | [\\!](?P<escaped>.) | (?P<padding>[_*].?) | \[(?P<bracket>[^\]]*)\]
    | (?P<general>General|G/通用格式|G/標準|G/通用) | (?P<half>AM/PM|A/P|上午/下午) | (?P<exponent>E[+-])
    | (?P<fraction>(?<=s)\.0+|(?<=\])\.0+) | (?P<date>y+|m+|d+|h+|s+|e+|g+|b+|a{3,4})
    | (?P<digit>[0\#?]) | (?P<point>\.) | (?P<comma>,) | (?P<percent>%) | (?P<slash>/) | (?P<text>@) | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_NUMERALS = re.compile(r"DBNum([12])", re.IGNORECASE)
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_LONGEST_CODE = 512
_INTEGERS_IN_FULL = 1e15
_GENERAL_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a format: what it is, and its characters."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """One of the up to four formats of a code, with the condition under which it holds, if it names one."""

    tokens: tuple[Token, ...]
    condition: tuple[str, float] | None = None
    locale: int = 0
    numerals: int = 0
    """Of ``[DBNum1]`` and ``[DBNum2]`` the number, 0 for Arabic ones."""

    def has(self, kind: Kind) -> bool:
        """Whether a token of this kind is in it."""
        return any(token.kind == kind for token in self.tokens)

    def holds(self, value: float) -> bool:
        """Whether its condition holds for a value."""
        if self.condition is None:
            return True
        sign, limit = self.condition
        below, equal = value < limit, value == limit
        return {"<": below, "<=": below or equal, "=": equal, ">=": not below, ">": not (below or equal)}.get(
            sign, not equal
        )


def show_number(value: float, code: str, *, epoch_1904: bool = False) -> str:
    """A number as a cell with this format shows it.

    ``value`` is a serial number of days where the format is one of dates; ``epoch_1904`` counts them from 1904.
    """
    sections = parse(code)
    section, magnitude = _choose(sections, value)
    if section.has("date"):
        calendar = Calendar(epoch_1904, section.locale, section.numerals)
        shown = show_date(value, [(token.kind == "date", token.text) for token in section.tokens], calendar)
        return general(value) if shown is None else shown
    if section.has("general") or (not section.tokens and len(sections) == 1):
        shown = han_number(general(magnitude), section.numerals, section.locale)
        return "".join(shown if token.kind == "general" else token.text for token in section.tokens or (_GENERAL,))
    if not section.has("digit"):
        return "".join(general(magnitude) if t.kind == "text" else t.text for t in section.tokens).strip()
    shown = _number(Decimal(repr(magnitude)), section.tokens).strip()
    says_digits = any(token.kind == "literal" and any(map(str.isdecimal, token.text)) for token in section.tokens)
    return shown if says_digits else han_digits(shown, section.numerals, section.locale)


def show_text(text: str, code: str) -> str:
    """A text as a cell with this format shows it: the fourth section, or one that has an ``@``."""
    sections = parse(code)
    last = sections[-1]
    if len(sections) < 4 and not last.has("text"):
        return text
    return "".join(text if token.kind == "text" else token.text for token in last.tokens)


def general(value: float) -> str:
    """A number without a format: ten digits, and all of an integer's below a quadrillion."""
    if value == int(value) and abs(value) < _INTEGERS_IN_FULL:
        return str(int(value))
    mantissa, mark, exponent = f"{value:.{_GENERAL_DIGITS}g}".partition("e")
    return f"{mantissa}E{exponent}" if mark else mantissa


@lru_cache(maxsize=1024)
def parse(code: str) -> tuple[Section, ...]:
    """The sections of a format code, at least one."""
    builder = _Builder()
    for match in _TOKEN.finditer(code[:_LONGEST_CODE]):
        builder.add(match)
    return builder.finish()


_GENERAL = Token("general", "General")


@dataclass(slots=True)
class _Builder:
    """The sections of a code while it is read."""

    sections: list[Section] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    condition: tuple[str, float] | None = None
    locale: int = 0
    numerals: int = 0

    def add(self, match: re.Match[str]) -> None:
        kind, text = match.lastgroup, match.group(match.lastgroup or 0) or ""
        if kind in ("quoted", "escaped"):
            self.tokens.append(Token("literal", text))
        elif kind == "bracket":
            self._bracket(text)
        elif kind in ("half", "fraction"):
            self.tokens.append(Token("date", text))
        elif kind == "other" and text == ";":
            self._section()
        elif kind in ("digit", "point", "comma", "percent", "exponent", "slash", "date", "text", "general"):
            self.tokens.append(Token(kind, text))  # type: ignore[arg-type]  # narrowed by the line above
        elif kind == "other":
            self.tokens.append(Token("literal", text))

    def finish(self) -> tuple[Section, ...]:
        self._section()
        return tuple(self.sections[:4])

    def _section(self) -> None:
        tokens = self.tokens
        if any(token.kind == "date" for token in tokens):
            # Signs that mean something in numbers are plain characters in dates.
            tokens = [t if t.kind == "date" else Token("literal", t.text) for t in tokens]
        self.sections.append(Section(tuple(tokens), self.condition, self.locale, self.numerals))
        self.tokens, self.condition, self.locale, self.numerals = [], None, 0, 0

    def _bracket(self, text: str) -> None:
        if condition := _CONDITION.fullmatch(text):
            self.condition = condition.group(1), float(condition.group(2))
        elif text.startswith("$"):
            symbol, _, locale = text[1:].partition("-")
            if symbol:
                self.tokens.append(Token("literal", symbol))
            self.locale = locale_number(locale) or self.locale
        elif numerals := _NUMERALS.fullmatch(text):
            self.numerals = int(numerals.group(1))
        elif _ELAPSED.fullmatch(text):
            self.tokens.append(Token("date", f"[{text}]"))


def _choose(sections: tuple[Section, ...], value: float) -> tuple[Section, float]:
    """The section for a value, and the number that it shows: without a sign where the section stands for negatives."""
    numbers = _for_numbers(sections)
    if any(section.condition for section in numbers):
        for section in numbers:
            if section.holds(value):
                below = section.condition is not None and section.condition[0] in ("<", "<=") and value < 0
                return section, abs(value) if below else value
        last = numbers[-1]
        is_wording = all(token.kind == "literal" for token in last.tokens)
        return Section((_GENERAL,)) if is_wording else last, value  # the wording is of other numbers
    if value < 0 and len(numbers) > 1:
        return numbers[1], -value
    if value == 0 and len(numbers) > 2:
        return numbers[2], value
    return numbers[0], value


def _for_numbers(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """The sections without the one for texts: the fourth, or a last one that has an ``@``."""
    if 1 < len(sections) < 4 and sections[-1].has("text"):
        return sections[:-1]
    return sections[:3]


def _number(value: Decimal, tokens: tuple[Token, ...]) -> str:
    sign, value = ("-", -value) if value < 0 else ("", value)
    value = value.scaleb(2 * sum(token.kind == "percent" for token in tokens))
    kinds = [token.kind for token in tokens]
    if "slash" in kinds and _is_fraction(tokens):
        return sign + _fraction(value, tokens)
    if "exponent" in kinds:
        return sign + _scientific(value, tokens)
    return sign + _fill_digits(value, tokens)


def _fill_digits(value: Decimal, tokens: tuple[Token, ...]) -> str:
    """Fill the digits of a format from the point outwards."""
    point = next((i for i, token in enumerate(tokens) if token.kind == "point"), len(tokens))
    last = max(i for i, token in enumerate(tokens) if token.kind == "digit")
    scale = 0
    while last + 1 + scale < len(tokens) and tokens[last + 1 + scale].kind == "comma":
        scale += 1
    if last > point:  # commas that divide by a thousand may also stand before the point
        place = point - 1
        while place >= 0 and tokens[place].kind == "comma":
            place, scale = place - 1, scale + 1
    decimals = sum(token.kind == "digit" for token in tokens[point:])
    with localcontext(prec=400):
        rounded = value.scaleb(-3 * scale).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    whole, _, parts = f"{rounded:f}".partition(".")
    return _whole(whole.lstrip("0"), tokens[:point]) + _decimals(parts, tokens[point:])


def _whole(digits: str, tokens: tuple[Token, ...]) -> str:
    """The part before the point: digits from the right, literals between them where the format has them."""
    places = [i for i, token in enumerate(tokens) if token.kind == "digit"]
    if not places:  # ``.0`` shows 12.3 in full, and 0.3 without a zero
        return "".join(token.text for token in tokens if token.kind in ("literal", "percent")) + digits
    grouped = any(t.kind == "comma" and places and places[0] < i < places[-1] for i, t in enumerate(tokens))
    pieces: list[str] = []
    used = 0
    for index in range(len(tokens) - 1, -1, -1):
        token = tokens[index]
        if token.kind == "digit":
            left = digits[: len(digits) - used]
            if index == places[0]:  # the first place takes all digits that are left
                pieces.extend(_group_digits(left or ("0" if token.text == "0" else ""), used, grouped))
                used = len(digits)
            elif left:
                pieces.extend(_group_digits(left[-1], used, grouped))
                used += 1
            elif token.text == "0":
                pieces.extend(_group_digits("0", used, grouped))
                used, digits = used + 1, "0" + digits
        elif token.kind in ("literal", "percent", "slash"):
            pieces.append(token.text)
    return "".join(reversed(pieces))


def _group_digits(digits: str, used: int, grouped: bool) -> list[str]:
    """Digits from the right, with a comma before each third; ``used`` of them already stand to the right."""
    pieces: list[str] = []
    for digit in reversed(digits):
        if grouped and used and used % 3 == 0:
            pieces.append(",")
        pieces.append(digit)
        used += 1
    return pieces


def _decimals(digits: str, tokens: tuple[Token, ...]) -> str:
    """The part from the point on; ``#`` shows no zeros at the end."""
    optional = 0
    for token in reversed([token for token in tokens if token.kind == "digit"]):
        if token.text == "0" or not digits[: len(digits) - optional].endswith("0"):
            break
        optional += 1
    left = iter(digits[: len(digits) - optional])
    return "".join(next(left, "") if token.kind == "digit" else token.text for token in tokens if token.kind != "comma")


def _scientific(value: Decimal, tokens: tuple[Token, ...]) -> str:
    mark = next(i for i, token in enumerate(tokens) if token.kind == "exponent")
    mantissa, power = tokens[:mark], tokens[mark + 1 :]
    point = next((i for i, token in enumerate(mantissa) if token.kind == "point"), mark)
    step = max(1, sum(token.kind == "digit" for token in mantissa[:point]))
    decimals = sum(token.kind == "digit" for token in mantissa[point:])
    exponent = value.adjusted() // step * step if value else 0
    with localcontext(prec=400):
        if value.scaleb(-exponent).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) >= Decimal(10) ** step:
            exponent += step
        value = value.scaleb(-exponent)
    width = sum(token.text == "0" for token in power)
    sign = "-" if exponent < 0 else "+" if tokens[mark].text.endswith("+") else ""
    rest = "".join(token.text for token in power if token.kind in ("literal", "percent"))
    return f"{_fill_digits(value, mantissa)}E{sign}{abs(exponent):0{width}d}{rest}"


def _is_fraction(tokens: tuple[Token, ...]) -> bool:
    """Whether digits stand on both sides of the slash."""
    slash = next(i for i, token in enumerate(tokens) if token.kind == "slash")
    return any(t.kind == "digit" for t in tokens[:slash]) and any(
        t.text.isdigit() or t.kind == "digit" for t in tokens[slash:]
    )


def _fraction(value: Decimal, tokens: tuple[Token, ...]) -> str:
    slash = next(i for i, token in enumerate(tokens) if token.kind == "slash")
    below = "".join(token.text for token in tokens[slash + 1 :])
    fixed = re.match(r"\s*(\d*[1-9]\d*)", below)
    places = max(1, sum(token.kind == "digit" for token in tokens[slash + 1 :]))
    groups = re.findall(r"[0#?]+", "".join(token.text for token in tokens[:slash]))
    whole = int(value) if len(groups) > 1 else 0
    part = Fraction(value) - whole
    if fixed:
        denominator = int(fixed.group(1))
        numerator = round(part * denominator)
    else:
        near = part.limit_denominator(10 ** min(places, 4) - 1)
        numerator, denominator = near.numerator, near.denominator
    if len(groups) > 1 and numerator == denominator:
        whole, numerator = whole + 1, 0
    fraction = f"{numerator}/{denominator}" if numerator or len(groups) < 2 else ""
    return f"{whole} {fraction}".strip() if whole or not fraction else fraction

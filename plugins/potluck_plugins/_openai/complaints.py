"""Reading a service's error message, in whichever form it comes.

OpenAI's is ``{"error": {"message", "type", "param", "code"}}``. Others write ``{"error": "text"}``, ``{"detail": ...}``
with a text or a list of what is wrong where (FastAPI), ``{"object": "error", "message": "text"}`` (vLLM), or a page of
HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_QUOTED = 300
_TITLE = re.compile(r"<(title|h1)\b[^>]*>(.*?)</\1", re.IGNORECASE | re.DOTALL)
_MARKUP = re.compile(r"<[^>]*>")
_ENVELOPES = ("error", "detail", "errors")
_WORDS = ("message", "msg", "detail", "error_description", "title")


@dataclass(frozen=True, slots=True)
class Complaint:
    """The words, in one line; the codes and types; and the setting that it is about, if it says so."""

    words: str = ""
    codes: frozenset[str] = frozenset()
    setting: str = ""

    @property
    def status(self) -> int:
        """The HTTP status that a code is, or 0."""
        return next((int(code) for code in self.codes if re.fullmatch(r"[45]\d\d", code)), 0)

    def names(self, setting: str) -> bool:
        """Whether it is about a setting."""
        return setting == self.setting or re.search(rf"(?<!\w){re.escape(setting)}(?!\w)", self.words) is not None


def complaint(body: object) -> Complaint | None:
    """The complaint in a body, as parsed from JSON or as text; None if there is none."""
    if isinstance(body, str):
        return Complaint(one_line(body)) if body.strip() else None
    if isinstance(body, list):
        words = "; ".join(filter(None, map(_item, body)))
        return Complaint(one_line(words)) if words else None
    if not isinstance(body, Mapping):
        return None
    for name in _ENVELOPES:
        if isinstance(body.get(name), (Mapping, list, str)) and (inner := complaint(body[name])):
            return Complaint(inner.words, inner.codes | frozenset(_codes(body)), inner.setting)
    words = next((body[name] for name in _WORDS if isinstance(body.get(name), str)), "")
    codes = frozenset(_codes(body))
    setting = body.get("param")
    return Complaint(one_line(words), codes, setting if isinstance(setting, str) else "") if words or codes else None


def error_of(body: Mapping[str, object]) -> Complaint | None:
    """The complaint in an answer without choices and data; None if it holds none."""
    told = any(body.get(name) for name in _ENVELOPES) or body.get("object") == "error" or "choices" not in body
    found = complaint(body) if told else None
    return found if found is not None and found.words else None


def one_line(text: str) -> str:
    """A text in one line, with what no terminal shows spelled out; of a page its title."""
    if text.lstrip().startswith("<"):
        title = _TITLE.search(text)
        named = " ".join(_MARKUP.sub(" ", title.group(2)).split()) if title else ""
        text = f"a page of HTML ({named})" if named else "a page of HTML"
    line = "".join(map(_visible, " ".join(text.split())))
    return line if len(line) <= _QUOTED else f"{line[:_QUOTED]} ..."


def _visible(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


def _item(item: object) -> str:
    """One entry of a list: a text, or a problem with its place."""
    if isinstance(item, str):
        return item
    if not isinstance(item, Mapping):
        return ""
    words = next((str(item[name]) for name in _WORDS if item.get(name)), "")
    place = item.get("loc")
    where = ".".join(map(str, place)) if isinstance(place, list) else ""
    return f"{where}: {words}" if where and words else words


def _codes(body: Mapping[str, object]) -> Iterator[str]:
    for name in ("code", "type", "status"):
        value = body.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
            yield str(value)
    for name in ("innererror", "metadata"):
        inner = body.get(name)
        if isinstance(inner, Mapping):
            yield from _codes(inner)

"""From bytes to text: which encoding it is, and how sure that is.

charset-normalizer guesses worse, of short texts above all, and tells no doubt (``tests/benchmarks/encodings.py``).
"""

from __future__ import annotations

import codecs
import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, NamedTuple

from pydantic import AfterValidator

from potluck.amounts import many
from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._shared.plausible import likelihood, mean_likelihood

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_ANY_MARK = tuple(mark for mark, _ in _MARKS)
_ANY = ("chinese", "latin", "japanese", "korean")
_FAMILIES = (
    (("utf-8",), _ANY),
    (("big5", "cp950", "big5hkscs"), ("chinese",)),
    (("gb18030",), ("chinese",)),
    (("cp932",), ("japanese",)),
    (("euc_jp",), ("japanese",)),
    (("cp949",), ("korean",)),
    (("cp1252",), ("latin",)),
)
_WIDE = ((("utf-16-le",), _ANY[:3]), (("utf-16-be",), _ANY[:3]))
"""Encodings that may be meant, with the languages written in them; of a family the first that fits is taken."""

_MEANT = MappingProxyType(
    dict.fromkeys(("big5", "big5-hkscs", "cp950"), ("big5", "cp950", "big5hkscs"))
    | dict.fromkeys(("gb2312", "gbk", "gb18030", "hz-gb-2312"), ("gb18030",))
    | dict.fromkeys(("shift-jis", "sjis", "windows-31j"), ("cp932",))
    | dict.fromkeys(("euc-kr", "ks-c-5601-1987"), ("cp949",))
    | dict.fromkeys(("iso-8859-1", "latin1", "windows-1252"), ("cp1252", "latin-1"))
)
"""The real encodings behind declared ones: supersets, as in browsers, the first that fits."""

_LATIN = frozenset({"ascii", "iso8859-1", "iso8859-15", "cp1252"})
_LANGUAGES_OF = MappingProxyType(
    dict.fromkeys(_LATIN, ("latin",))
    | dict.fromkeys(("big5", "cp950", "big5hkscs", "gb18030", "gbk", "gb2312"), ("chinese",))
    | dict.fromkeys(("cp932", "shift_jis", "euc_jp"), ("japanese",))
    | dict.fromkeys(("cp949", "euc_kr"), ("korean",))
)
"""The languages of encodings, by Python's names, of which the model of characters knows how their text looks."""

_BY_CHANCE = frozenset({"tis-620", "cp874", "iso8859-11"})
_SEVERAL, _MANY = 3, 12
"""Words of other alphabets are never UTF-8 by chance, but a syllable of Thai may be, with two bytes behind the first
of their character; of Chinese characters one in seven may be, so that of a few the likelier reading is taken."""

REPLACEMENT = "\ufffd"
_FEW = 3
_CONTROL_SHARE = 0.05
_STRANGE_SHARE = 0.3
"""Shares from which it is not text: of control characters; of them and of private, unassigned and replaced ones."""

_SAMPLE = 1 << 14
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_ESCAPES = (b"\x1b$B", b"\x1b$@", b"\x1b(J")
_SURE = 8.0
"""Lead over the second best, as a logarithm, below which a guess is called a guess."""
_CERTAIN = 3 * _SURE
"""The lead from which on a guess is believed more than what the file says of itself."""
_STRANGE = MappingProxyType({"chinese": -10.0, "japanese": -10.0, "korean": -10.0, "latin": -7.0})
"""Mean likelihood of the characters beyond ASCII below which even the best guess is in doubt."""


def _check_name(name: str) -> str:
    try:
        b"text\xff".decode(name, "replace")
    except (LookupError, UnicodeError) as error:
        raise ValueError(f"there is no encoding {name!r}") from error
    return name


Encoding = Annotated[str, AfterValidator(_check_name)]
"""The name of an encoding in the settings of a loader."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text with its encoding; ``losses`` says what a user should know, and is empty if all is certain."""

    text: str
    encoding: str
    losses: tuple[str, ...] = ()


def decode(content: bytes, encoding: str | None = None) -> Decoded:
    """Decode bytes, by ``encoding`` or by what they look like.

    Line ends become newlines; a byte order mark and NULs are taken out. Never raises for any bytes: what does not
    fit is replaced by U+FFFD and reported.
    """
    if encoding is not None:
        return _read(content, encoding)
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _read(content[len(mark) :], name)
    if any(escape in content for escape in _ESCAPES) and content.isascii():
        return _read(content, "iso2022_jp")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return _guess(content)
    return _guess(content) if _CONTROLS.search(text) else _clean(text, "utf-8")


def decode_declared(content: bytes, declared: str | None) -> Decoded:
    """Decode bytes by the encoding that the file itself names; if that does not fit, by what they look like.

    It does not fit where bytes have no meaning in it, where they are UTF-8, which no other text is by chance, and where
    what it gives is not what anybody writes and another encoding gives what somebody does.
    """
    name = (declared or "").strip().lower().replace("_", "-")
    if not name or content.startswith(_ANY_MARK) or name.startswith(("utf-16", "utf-32", "unicode")):
        return decode(content)
    known = False
    for meant in _MEANT.get(name, (name,)):
        try:
            text = content.decode(meant)
        except UnicodeError:
            known = True
        except (LookupError, ValueError):  # no name of an encoding at all
            continue
        else:
            better = None if content.isascii() else _better(content, text, meant)
            return _clean(text, meant) if better is None else _not_as_declared(better, declared)
    guessed = decode(content)
    return _not_as_declared(guessed, declared) if known else guessed


def _not_as_declared(found: Decoded, declared: str | None) -> Decoded:
    loss = f"it says that it is {declared}, and is not; it was read as {found.encoding}"
    return Decoded(found.text, found.encoding, (loss, *found.losses))


def _better(content: bytes, text: str, declared: str) -> Decoded | None:
    """The evidence of the bytes against the declared encoding, in which they read ``text``; None if there is none."""
    name = codecs.lookup(declared).name
    if name == "utf-8" or _ESCAPES[0][:1] in content:
        return None
    own = _LANGUAGES_OF.get(name)
    if _is_utf8(content, text, name, own):
        return decode(content)
    if own is None:  # of other languages nothing is known here that would speak against it
        return None
    sample = _sample(content)
    best = max((_candidate(content, sample, *family) for family in _FAMILIES), key=lambda one: one.score)
    lead = best.score - likelihood(sample.decode(declared, "replace"), own)
    sure = lead > _CERTAIN and mean_likelihood(best.text, best.languages) > _STRANGE[best.languages[0]]
    return _read(content, best.name) if sure and _fits(content, best.name) else None


def _is_utf8(content: bytes, text: str, declared: str, languages: tuple[str, ...] | None) -> bool:
    """Whether bytes are UTF-8, and not by chance what is declared, as which they are ``text``."""
    try:
        read = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    behind = len(content) - len(read)
    if declared in _BY_CHANCE:
        return behind >= _SEVERAL
    return declared in _LATIN or languages is None or behind >= _MANY or likelihood(read) > likelihood(text, languages)


def refuse_binary(decoded: Decoded) -> None:
    """Raise ``UnreadableDocument`` for what is not text in any encoding."""
    counted = Counter(decoded.text)
    controls = sum(counted[character] for character in counted if _is_control(character))
    unread = sum(counted[character] for character in counted if unicodedata.category(character) in ("Cn", "Co"))
    strange, total = controls + unread + counted[REPLACEMENT], len(decoded.text)
    if controls > _FEW + _CONTROL_SHARE * total or strange > _FEW + _STRANGE_SHARE * total:
        raise UnreadableDocument(
            f"it is not text: read as {decoded.encoding}, a great part of it is not what anybody writes"
        )


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc" and character not in "\n\t\f\v\x1b"


def _guess(content: bytes) -> Decoded:
    sample = _sample(content)
    families = _FAMILIES if len(content) % 2 else _FAMILIES + _WIDE
    ranked = sorted((_candidate(content, sample, *family) for family in families), key=lambda one: -one.score)
    best = ranked[0]
    second = next((one for one in ranked if one.text != best.text), None)
    found = _read(content, best.name)
    lead = best.score - second.score if second else math.inf
    if lead >= _SURE and mean_likelihood(best.text, best.languages) > _STRANGE[best.languages[0]]:
        return found
    alternative = f" or {second.name}" if second and lead < _SURE else " or an encoding that is not known here"
    doubt = f"it may be {best.name}{alternative}, and was read as {best.name}; 'encoding' settles it"
    return Decoded(found.text, best.name, (doubt, *found.losses))


class _Candidate(NamedTuple):
    name: str
    languages: tuple[str, ...]
    text: str
    score: float


def _candidate(content: bytes, sample: bytes, names: tuple[str, ...], languages: tuple[str, ...]) -> _Candidate:
    name = next((name for name in names if _fits(content, name)), names[0])
    text = sample.decode(name, "replace")
    return _Candidate(name, languages, text, likelihood(text, languages))


def _fits(content: bytes, name: str) -> bool:
    try:
        content.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _sample(content: bytes) -> bytes:
    """A stretch about the first byte beyond ASCII; before it, any place is the beginning of a character."""
    first = next((match.start() for match in re.finditer(rb"[\x80-\xff\x00]", content)), 0)
    start = max(0, first - _SAMPLE // 2) // 2 * 2
    return content[start : start + _SAMPLE]


def _read(content: bytes, encoding: str) -> Decoded:
    try:
        return _clean(content.decode(encoding), encoding)
    except UnicodeDecodeError:
        found = _clean(content.decode(encoding, "replace"), encoding)
    loss = f"{found.text.count(REPLACEMENT)} bytes or characters are not {encoding} and were replaced by {REPLACEMENT}"
    return Decoded(found.text, encoding, (loss, *found.losses))


def _clean(text: str, encoding: str) -> Decoded:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    count = text.count("\0")
    losses = (f"{many(count, 'NUL character', 'was', 'were')} taken out",) if count else ()
    return Decoded(text.replace("\0", "").replace("\ufeff", ""), encoding, losses)

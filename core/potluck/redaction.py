"""Passwords and keys that stand in addresses, starred before anybody else reads them.

An address may hold a user with a password (RFC 3986, section 3.2.1), a key among its parameters, or be a connection
string of ``name=value`` pairs. Errors, logs and manifests quote addresses, and are passed on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from potluck.documents import Json

_STARS = "***"
_WORDS = r"key|token|secret|passw|pwd|credential|signature|\bsig\b|\bauth"
_USER = re.compile(r"(?<=://)(?!\*+@)[^\s/?#'\"<>`]{1,500}(?=@)")
_USER_WITH_MARKS = re.compile(
    r"(?<=://)(?!\*+@|[^\s/?#@:]*:\d{1,5}[/?#])[^\s/?#@:\['\"<>`]{0,100}:[^\s'\"<>`]{1,500}(?=@)"
)
"""A password with a raw ``/``, ``?`` or ``#``, which ends the host in an address; a port is none."""
_NUMBER = r"(?:\d{1,3}\.){3}\d|\[[\dA-Fa-f]*:[\dA-Fa-f:.]*\]|localhost\b"
_NAME = r"[\w-]*[A-Za-z][\w.-]*"
_BARE = r"(?<![\w.%+/-])(?!(?i:mailto):)[A-Za-z][\w.%+-]{0,60}:"
_BARE_USERS = (
    re.compile(rf"{_BARE}[^\s/'\"<>`]{{1,200}}(?=@{_NAME}/)", re.ASCII),
    re.compile(rf"{_BARE}(?![/\\])[^\s'\"<>`]{{1,200}}(?=@(?:{_NUMBER}|{_NAME}:\d{{1,5}}(?!\w)))", re.ASCII),
    re.compile(rf"^{_BARE}[^\s/'\"<>`]+(?=@{_NAME}$)", re.ASCII),
    re.compile(rf"(?:(?<=['\"=])|(?<=: )){_BARE}[^\s/'\"<>`]{{1,200}}(?=@{_NAME}(?:[\s'\",:}}]|$))", re.ASCII),
)
"""The same without a scheme. An e-mail address behind a word and a colon has no path, no port, and is not a value."""
_PARAMETER = re.compile(rf"(?i)([?&#;][\w.%-]{{0,40}}(?:{_WORDS})[\w.%-]{{0,40}}=)(?!\*)([^&;#\s'\"<>`]+)")
_PAIR = re.compile(r"(?i)(\b(?:password|passwd|pwd|api[_-]?key|access[_-]?token|secret)=)(?![\$*])([^\s&;,'\"<>`]+)")
_USERS = (_USER, _USER_WITH_MARKS, *_BARE_USERS)

_SECRET = re.compile(
    r"(?i)(^|[^a-z0-9])(password|passwd|pwd|secret|api[_-]?key|access[_-]?key|access[_-]?token|auth[_-]?token)$"
)
"""The name of a setting, alone or at the end of its path: ``api_key``, ``chat.api_key``, ``X-Api-Key``."""


def redact(text: str) -> str:
    """The text with the passwords and keys of addresses in it as ``***``."""
    if "@" not in text and "=" not in text:
        return text
    for pattern in _USERS:
        text = pattern.sub(_STARS, text)
    return _PAIR.sub(rf"\1{_STARS}", _PARAMETER.sub(rf"\1{_STARS}", text))


def redact_line(line: str) -> str:
    """The same with every character starred by itself, so that a caret below still points at its column."""
    for pattern in _USERS:
        line = pattern.sub(lambda found: "*" * len(found[0]), line)
    for pattern in (_PARAMETER, _PAIR):
        line = pattern.sub(lambda found: found[1] + "*" * len(found[2]), line)
    return line


def redact_mapping(values: Mapping[str, Json]) -> dict[str, Json]:
    """JSON with every text redacted; what is named as a password or a key is starred whole, unless ``${NAME}``."""
    return {
        key: _STARS if isinstance(value, str) and _SECRET.search(key) and "${" not in value else _redact_value(value)
        for key, value in values.items()
    }


def _redact_value(value: Json) -> Json:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return redact_mapping(value)
    return [_redact_value(inner) for inner in value] if isinstance(value, list) else value

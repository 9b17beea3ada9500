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
_PARAMETER = re.compile(rf"(?i)([?&#;][\w.%-]{{0,40}}(?:{_WORDS})[\w.%-]{{0,40}}=)(?!\*)([^&;#\s'\"<>`]+)")
_PAIR = re.compile(r"(?i)(\b(?:password|passwd|pwd|api[_-]?key|access[_-]?token|secret)=)(?![\$*])([^\s&;,'\"<>`]+)")

_SECRET = re.compile(r"(?i)(^|_)(password|passwd|pwd|secret|api_?key|access_?key|access_?token|auth_?token)$")


def redacted(text: str) -> str:
    """The text with the passwords and keys of addresses in it as ``***``."""
    if "://" not in text and "=" not in text:
        return text
    text = _USER.sub(_STARS, text)
    return _PAIR.sub(rf"\1{_STARS}", _PARAMETER.sub(rf"\1{_STARS}", text))


def redacted_line(line: str) -> str:
    """The same with every character starred by itself, so that a caret below still points at its column."""
    line = _USER.sub(lambda found: "*" * len(found[0]), line)
    for pattern in (_PARAMETER, _PAIR):
        line = pattern.sub(lambda found: found[1] + "*" * len(found[2]), line)
    return line


def redacted_mapping(values: Mapping[str, Json]) -> dict[str, Json]:
    """JSON with every text redacted; what is named as a password or a key is starred whole, unless ``${NAME}``."""
    return {
        key: _STARS if isinstance(value, str) and _SECRET.search(key) and "${" not in value else _redacted(value)
        for key, value in values.items()
    }


def _redacted(value: Json) -> Json:
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        return redacted_mapping(value)
    return [_redacted(inner) for inner in value] if isinstance(value, list) else value

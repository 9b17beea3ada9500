"""Appointments that are sent by e-mail, as lines. Source: RFC 5545 (iCalendar)."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAMES = {
    "SUMMARY": "Summary",
    "DTSTART": "Start",
    "DTEND": "End",
    "DUE": "Due",
    "LOCATION": "Location",
    "ORGANIZER": "Organizer",
    "STATUS": "Status",
    "RRULE": "Repeats",
    "DESCRIPTION": "Description",
}
_FOLDED = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r"""([A-Za-z-]+)((?:;[^:;=]+=(?:"[^"]*"|[^:;]*))*):(.*)""")
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?")
_ZONE = re.compile(r""";TZID="?([^;:"]+)""", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\\;,nN])")


def appointments(text: str) -> list[str]:
    """The appointments of a calendar, a line per property, with an empty line between two."""
    lines: list[str] = []
    for name, parameters, value in _properties(text):
        if name == "BEGIN" and value.upper() in ("VEVENT", "VTODO") and lines:
            lines.append("")
        elif name in _NAMES and value.strip():
            shown = _moment(value, parameters) if name in ("DTSTART", "DTEND", "DUE") else _unescaped(value)
            lines.append(f"{_NAMES[name]}: {shown.removeprefix('mailto:')}")
    return lines


def _properties(text: str) -> Iterator[tuple[str, str, str]]:
    inside = False
    for line in _FOLDED.sub("", text).splitlines():
        found = _LINE.fullmatch(line.strip())
        if found is None:
            continue
        name, value = found.group(1).upper(), found.group(3)
        if value.upper() in ("VEVENT", "VTODO"):
            inside = name == "BEGIN"
            yield name, "", value
        elif inside and name not in ("BEGIN", "END"):
            yield name, found.group(2), value


def _moment(value: str, parameters: str) -> str:
    found = _MOMENT.fullmatch(value.strip())
    if found is None:
        return value
    year, month, day, hour, minute, _, utc = found.groups()
    zone = _ZONE.search(parameters)
    place = " UTC" if utc else f" {zone.group(1)}" if zone else ""
    return f"{year}-{month}-{day}" + (f" {hour}:{minute}{place}" if hour else "")


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda found: " " if found.group(1) in "nN" else found.group(1), value)

"""Appointments that are sent by e-mail, as lines. Source: RFC 5545 (iCalendar)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from potluck.amounts import many

_NAMES = {
    "SUMMARY": "Summary",
    "DTSTART": "Start",
    "DTEND": "End",
    "DUE": "Due",
    "DURATION": "Duration",
    "LOCATION": "Location",
    "ORGANIZER": "Organizer",
    "ATTENDEE": "Attendee",
    "STATUS": "Status",
    "RRULE": "Repeats",
    "DESCRIPTION": "Description",
    "COMMENT": "Comment",
}
_FOLDED = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r"""([A-Za-z-]+)((?:;[^:;=]+=(?:"[^"]*"|[^:;]*))*):(.*)""")
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?")
_ZONE = re.compile(r""";TZID="?([^;:"]+)""", re.IGNORECASE)
_PARAMETER = re.compile(r""";([A-Za-z-]+)=("[^"]*"|[^;]+)""")
_DURATION = re.compile(r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_UNITS = ("week", "day", "hour", "minute", "second")
_ESCAPED = re.compile(r"\\([\\;,nN])")


def appointments(text: str) -> list[str]:
    """The appointments of a calendar, a line per property, with an empty line between two."""
    lines: list[str] = []
    for name, parameters, value in _properties(text):
        if name == "BEGIN" and lines:
            lines.append("")
        elif name in _NAMES and value.strip():
            lines.append(f"{_NAMES[name]}: {_show(name, parameters, value)}")
    return lines


def _properties(text: str) -> Iterator[tuple[str, str, str]]:
    """The properties of appointments, without those of the alarms in them, and where each appointment begins."""
    within: list[str] = []  # the components that have begun, from the calendar inwards
    for line in _FOLDED.sub("", text).splitlines():
        found = _LINE.fullmatch(line.strip())
        if found is None:
            continue
        name, parameters, value = found.group(1).upper(), found.group(2), found.group(3)
        if name == "BEGIN":
            within.append(value.upper())
        elif name == "END":
            within = within[: within.index(value.upper())] if value.upper() in within else within
        if within and within[-1] in ("VEVENT", "VTODO"):
            yield name, parameters, value


def _show(name: str, parameters: str, value: str) -> str:
    if name in ("DTSTART", "DTEND", "DUE"):
        return _moment(value, parameters)
    if name == "DURATION":
        return _duration(value)
    if name in ("ORGANIZER", "ATTENDEE"):
        return _person(parameters, value.strip())
    return _unescape(value)


def _moment(value: str, parameters: str) -> str:
    found = _MOMENT.fullmatch(value.strip())
    if found is None:
        return value
    year, month, day, hour, minute, _, utc = found.groups()
    zone = _ZONE.search(parameters)
    place = " UTC" if utc else f" {zone.group(1)}" if zone else ""
    return f"{year}-{month}-{day}" + (f" {hour}:{minute}{place}" if hour else "")


def _duration(value: str) -> str:
    """``PT1H30M`` in words: 1 hour 30 minutes."""
    found = _DURATION.fullmatch(value.strip().upper())
    if found is None:
        return value
    sign, *counts = found.groups()
    shown = " ".join(many(int(count), unit) for count, unit in zip(counts, _UNITS, strict=True) if count)
    return f"{sign.strip('+')}{shown}" if shown else value


def _person(parameters: str, value: str) -> str:
    """Who organizes or attends, as messages name people, and what an attendee has answered."""
    given = {name.upper(): text.strip('"') for name, text in _PARAMETER.findall(parameters)}
    address = re.sub("^mailto:", "", value, flags=re.IGNORECASE)
    name, answer = given.get("CN", "").strip(), given.get("PARTSTAT", "").lower()
    person = f"{name} <{address}>" if name and name.lower() != address.lower() else address
    return f"{person} ({answer})" if answer not in ("", "needs-action") else person


def _unescape(value: str) -> str:
    return _ESCAPED.sub(lambda found: " " if found.group(1) in "nN" else found.group(1), value)

"""Appointments as lines.

Modules: ``potluck_plugins.loaders._shared.calendar``.
"""

from __future__ import annotations

import pytest

from potluck_plugins.loaders._shared.calendar import appointments


def event(*lines: str, kind: str = "VEVENT", end: str = "\n") -> str:
    """A calendar with one appointment."""
    return end.join(["BEGIN:VCALENDAR", f"BEGIN:{kind}", *lines, f"END:{kind}", "END:VCALENDAR", ""])


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("SUMMARY:檢查", "Summary: 檢查"),
        ("summary:檢查", "Summary: 檢查"),
        ("LOCATION;LANGUAGE=en:Gate 4", "Location: Gate 4"),
        ('ORGANIZER;CN="Ann: head; Bo":mailto:ann@example.org', "Organizer: Ann: head; Bo <ann@example.org>"),
        ("ORGANIZER;cn=王:MAILTO:w@example.org", "Organizer: 王 <w@example.org>"),
        ("ORGANIZER:mailto:w@example.org", "Organizer: w@example.org"),
        ("ORGANIZER;CN=W@example.org:mailto:w@example.org", "Organizer: w@example.org"),
        ("ORGANIZER;CN= :mailto:w@example.org", "Organizer: w@example.org"),
        (
            "ATTENDEE;ROLE=CHAIR;CN=李磊;PARTSTAT=DECLINED:mailto:l@example.org",
            "Attendee: 李磊 <l@example.org> (declined)",
        ),
        ("ATTENDEE;PARTSTAT=NEEDS-ACTION;CN=Li Lei:mailto:l@example.org", "Attendee: Li Lei <l@example.org>"),
        ("DURATION:PT1H30M", "Duration: 1 hour 30 minutes"),
        ("DURATION:P2W", "Duration: 2 weeks"),
        ("DURATION:+p1dt5s", "Duration: 1 day 5 seconds"),
        ("DURATION:-PT15M", "Duration: -15 minutes"),
        ("DURATION:P", "Duration: P"),
        ("DURATION:long", "Duration: long"),
        ("COMMENT:請帶雨衣", "Comment: 請帶雨衣"),
        ("STATUS:CONFIRMED", "Status: CONFIRMED"),
        ("RRULE:FREQ=WEEKLY;BYDAY=MO", "Repeats: FREQ=WEEKLY;BYDAY=MO"),
        (r"DESCRIPTION:a\, b\; c\\ d\ne\Nf", "Description: a, b; c\\ d e f"),
        (r"DESCRIPTION:20261119", "Description: 20261119"),
        ("DTSTART:20261119T130000", "Start: 2026-11-19 13:00"),
        ("DTSTART:20261119T1300", "Start: 2026-11-19 13:00"),
        ("DTSTART:20261119T130000Z", "Start: 2026-11-19 13:00 UTC"),
        ("DTEND;TZID=Asia/Taipei:20261119T130000", "End: 2026-11-19 13:00 Asia/Taipei"),
        ('DTEND;X=1;tzid="Taipei Standard Time":20261119T130000', "End: 2026-11-19 13:00 Taipei Standard Time"),
        ("DUE;VALUE=DATE:20261120", "Due: 2026-11-20"),
        ("DUE;TZID=Asia/Taipei:20261120", "Due: 2026-11-20"),
        ("DUE: 20261120 ", "Due: 2026-11-20"),
        ("DUE:tomorrow", "Due: tomorrow"),
        (r"DUE:to\,morrow", r"Due: to\,morrow"),
    ],
)
def test_a_property_is_a_line(line: str, shown: str) -> None:
    assert appointments(event(line)) == [shown]
    assert appointments(event(line, kind="VTODO", end="\r\n")) == [shown]


@pytest.mark.parametrize("line", ["UID:7", "SUMMARY:", "SUMMARY: ", "no property", "X Y:1", ":1", "BEGIN:VALARM"])
def test_what_nobody_would_read_is_left_out(line: str) -> None:
    assert appointments(event(line)) == []


def test_an_alarm_says_nothing_of_its_appointment() -> None:
    alarm = ("BEGIN:VALARM", "DURATION:PT15M", "DESCRIPTION:Reminder", "SUMMARY:提醒")

    assert appointments(event("SUMMARY:a", *alarm, "END:VALARM", "LOCATION:b")) == ["Summary: a", "Location: b"]
    assert appointments(event(*alarm) + event("SUMMARY:b")) == ["Summary: b"]
    assert appointments(event("SUMMARY:a", *alarm, "END:VALARM", "END:VALARM", "DUE:b")) == ["Summary: a", "Due: b"]


def test_lines_that_were_folded_are_joined() -> None:
    assert appointments(event("SUMMARY:檢查第", " 三池", "\t 全體")) == ["Summary: 檢查第三池 全體"]
    assert appointments(event("SUMMARY:檢查第", " 三池", end="\r\n")) == ["Summary: 檢查第三池"]


def test_an_empty_line_stands_between_two_appointments_and_what_is_beside_them_is_left_out() -> None:
    text = "SUMMARY:above\n" + event("SUMMARY:a", "DTSTART:20261119") + "SUMMARY:between\n" + event("SUMMARY:b")

    assert appointments(text) == ["Summary: a", "Start: 2026-11-19", "", "Summary: b"]
    assert appointments("begin:vevent\nsummary:a\nend:vevent\nsummary:b\n") == ["Summary: a"]
    assert appointments("") == []

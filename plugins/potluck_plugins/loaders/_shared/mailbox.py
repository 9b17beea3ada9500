"""Mailboxes: many messages in one file, each behind a line that begins with ``From ``. Source: RFC 4155."""

from __future__ import annotations

import re

_SEPARATOR = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\r\n]*\r?\n(?=[!-9;-~]+:|>?From )")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def messages(content: bytes) -> list[bytes]:
    """The messages of a mailbox in their order; none of a file that is not one."""
    starts = [(found.start(), found.end()) for found in _SEPARATOR.finditer(content)]
    if not starts or starts[0][0] != 0:
        return []
    ends = [start for start, _ in starts[1:]] + [len(content)]
    return [_QUOTED.sub(rb"\1", content[begin:end]).rstrip() for (_, begin), end in zip(starts, ends, strict=True)]

"""Mailboxes of many messages.

Modules: ``potluck_plugins.loaders._shared.mailbox``.
"""

from __future__ import annotations

import pytest

from potluck_plugins.loaders._shared.mailbox import messages

ONE, TWO = b"Subject: a\n\nFirst.", b"Subject: b\n\nSecond."


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"From a@b Tue\n" + ONE + b"\n\nFrom c@d Wed\n" + TWO + b"\n", [ONE, TWO]),
        (b"From a@b Tue\r\nX: 1\r\n\r\n.\r\n\r\nFrom c@d\r\nX: 2", [b"X: 1\r\n\r\n.", b"X: 2"]),
        (b"From a@b Tue\n" + ONE, [ONE]),
        (b"From a@b Tue\n" + ONE + b"\nFrom c@d Wed\nX: 1", [ONE + b"\nFrom c@d Wed\nX: 1"]),
        (b"From a@b Tue\n" + ONE + b"\n\nFrom here it goes on.\n", [ONE + b"\n\nFrom here it goes on."]),
        (b"From a@b Tue\n" + ONE + b"\n\n>From c\n>>From d\n> From e", [ONE + b"\n\nFrom c\n>From d\n> From e"]),
        (b"From a@b Tue\nFrom me\nX: 1", [b"From me\nX: 1"]),
        (ONE, []),
        (ONE + b"\n\nFrom c@d Wed\n" + TWO, []),
        (b"\nFrom a@b Tue\n" + ONE, []),
        (b"", []),
    ],
)
def test_each_message_stands_behind_a_line_that_begins_with_from(content: bytes, found: list[bytes]) -> None:
    assert messages(content) == found

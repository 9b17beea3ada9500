"""Checksums tell apart what is stored: values, their types and their order.

Modules: ``potluck.workspace.checksums``.
"""

from __future__ import annotations

import pytest

from potluck.workspace.checksums import checksum


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ab", "c"), ("a", "bc")),
        (("1",), (1,)),
        ((b"1",), ("1",)),
        ((None,), ("",)),
        ((1,), (1.0,)),
        (("道", "碴"), ("碴", "道")),
        (("a",), ("a", None)),
    ],
)
def test_rows_that_differ_in_anything_have_other_checksums(one: tuple[object, ...], other: tuple[object, ...]) -> None:
    assert checksum(*one) != checksum(*other)


def test_a_checksum_is_eight_bytes_that_no_release_may_change() -> None:
    assert checksum("道碴", 1, None, b"\0", 0.5).hex() == "2ee38bc7791b25a7"

"""Paragraphs that were broken into lines to be sent.

Modules: ``potluck_plugins.loaders._shared.flowed``.
"""

from __future__ import annotations

import pytest

from potluck_plugins.loaders._shared.flowed import unflow


@pytest.mark.parametrize(
    ("sent", "kept", "deleted"),
    [
        ("a \nb", "a b", "ab"),
        ("a\nb", "a\nb", "a\nb"),
        ("a \nb \nc\nd", "a b c\nd", "abc\nd"),
        ("> a \n> b", "> a b", "> ab"),
        (">a \n>b", "> a b", "> ab"),
        (">> a \n>> b", ">> a b", ">> ab"),
        ("> a \nb", "> a \nb", "> a\nb"),
        ("a \n> b", "a \n> b", "a\n> b"),
        (">\n> a", ">\n> a", ">\n> a"),
        (" From", "From", "From"),
        ("  indented", " indented", " indented"),
        ("a \n-- \nb", "a \n-- \nb", "a\n-- \nb"),
        ("-- \nb", "-- \nb", "-- \nb"),
        ("> a \n> -- \n> b", "> a \n> -- \n> b", "> a\n> -- \n> b"),
        ("冷卻至 \n四度", "冷卻至 四度", "冷卻至四度"),
        ("", "", ""),
    ],
)
def test_a_blank_at_the_end_of_a_line_says_that_its_paragraph_goes_on(sent: str, kept: str, deleted: str) -> None:
    assert unflow(sent, delete_space=False) == kept
    assert unflow(sent, delete_space=True) == deleted

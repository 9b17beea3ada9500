"""The ``office`` loader: what it says of files that are cut off."""

from __future__ import annotations

import pytest

from support.loading import load_one

RTF = r"{\rtf1\ansi{\fonttbl{\f0 Song;}}\f0 The ballast \{must\} be \'64eep. \u36947?\u30900?\par}"


def test_an_rtf_file_that_is_whole_has_no_losses() -> None:
    document = load_one("office", RTF)

    assert "道碴" in document.text
    assert "{must} be deep" in document.text
    assert document.losses == ()


@pytest.mark.parametrize("end", [-1, -5, -14])
def test_an_rtf_file_that_is_cut_off_says_that_its_end_is_missing(end: int) -> None:
    assert load_one("office", RTF[:end]).losses == ("it is cut off: its end is missing",)

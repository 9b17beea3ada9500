"""Equal values have equal fingerprints, on every machine and in every release.

Modules: ``potluck.fingerprints``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.documents import Json
from potluck.fingerprints import content_hash, fingerprint, text_hash


def test_the_order_of_keys_does_not_matter_and_that_of_a_list_does() -> None:
    assert fingerprint({"a": 1, "乙": [1, 2]}) == fingerprint({"乙": [1, 2], "a": 1})
    assert fingerprint([1, 2]) != fingerprint([2, 1])


@pytest.mark.parametrize(("one", "other"), [(["1"], [1]), (["ab", "c"], ["a", "bc"]), ([None], [""]), ([0], [False])])
def test_values_that_only_look_alike_differ(one: list[Json], other: list[Json]) -> None:
    assert fingerprint(*one) != fingerprint(*other)


def test_a_file_and_its_text_have_one_hash_that_no_release_may_change(tmp_path: Path) -> None:
    (tmp_path / "道.txt").write_text("道碴", encoding="utf-8")

    assert content_hash(tmp_path / "道.txt") == text_hash("道碴") == "ab1ec54345dbc283a429fe46ecbcff2a"
    assert fingerprint("道碴", 1) == "96088d2b633f309e4d8f4b02e97ee6c4"


def test_half_a_surrogate_pair_has_a_hash() -> None:
    assert text_hash("\ud83d") != text_hash("\ufffd")

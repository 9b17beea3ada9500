"""The texts of every kind's package, from the file beside its templates.

Modules: ``potluck.scaffold.package_texts``.
"""

from __future__ import annotations

import pytest

from potluck.contracts import KINDS, Kind
from potluck.scaffold.package_texts import PackageTexts, read_package_texts


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_what_its_sample_does_and_how_it_is_tried(kind: Kind) -> None:
    texts = read_package_texts(kind)

    assert texts.summary
    assert ("<<extension>>" if kind == "loader" else "<<name>>") in texts.usage
    assert isinstance(texts.commands, tuple)
    assert texts.commands[-1].startswith("potluck ")
    assert texts.requirement.startswith("potluck")


def test_what_a_kind_leaves_out_is_the_plain_package_with_the_embedder_of_recipes() -> None:
    plain = PackageTexts("摘要", "splitter: <<name>>", ("potluck plan recipe.yaml",))
    default = KINDS["embedder"].default_name
    assert default is not None
    assert (plain.requirement, plain.tested_with) == ("potluck", f"potluck[{default}]")
    assert (plain.tables, plain.tried_on) == ("", "")

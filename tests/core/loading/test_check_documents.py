"""What loaders give is checked: there is text, it can be stored, and each document has a name of its own.

Modules: ``potluck.loading.check_documents``.
"""

from __future__ import annotations

import pytest

from potluck.documents import Document
from potluck.errors import NoText
from potluck.loading.check_documents import check_documents


def test_half_a_surrogate_pair_that_a_loader_yields_is_replaced_and_told() -> None:
    (document,) = check_documents([Document("a", "鋼軌 \ud83d 長\udc00", losses=("it is old",))])

    assert document.text == "鋼軌 \ufffd 長\ufffd"
    assert document.losses == (
        "it is old",
        "2 characters are halves of surrogate pairs and were replaced by \ufffd",
    )


def test_documents_of_one_name_are_counted() -> None:
    found = check_documents([Document("規範.pdf", "一"), Document("規範.pdf", "二"), Document("b", "三")])

    assert [one.source for one in found] == ["規範.pdf", "規範.pdf#2", "b"]


@pytest.mark.parametrize(
    ("losses", "message"),
    [((), "no text was found in it"), (("a picture", "一頁"), r"no text was found in it \(a picture; 一頁\)")],
)
def test_documents_without_text_are_an_error_with_what_was_lost(losses: tuple[str, ...], message: str) -> None:
    with pytest.raises(NoText, match=f"^{message}$"):
        check_documents([Document("a", " \n", losses=losses)])

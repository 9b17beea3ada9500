"""The account of a run: amounts add up, and tokens are known as soon as one side knows them.

Modules: ``potluck.ledger``.
"""

from __future__ import annotations

import pytest

from potluck.ledger import Amount, Ledger


@pytest.mark.parametrize(("ours", "theirs", "tokens"), [(1, 2, 3), (None, 2, 2), (1, None, 1), (None, None, None)])
def test_amounts_add_up(ours: int | None, theirs: int | None, tokens: int | None) -> None:
    assert Amount(1, 10, ours) + Amount(2, 5, theirs) == Amount(3, 15, tokens)


def test_a_ledger_has_its_stages_in_their_order_with_every_number() -> None:
    ledger = Ledger()
    ledger.open("load", "documents").notes.append("規範.doc: 一頁不見了")
    entry = ledger.open("embed", "texts")
    entry.came_in, entry.went_out = Amount(3, 30), Amount(1, 10, 9)
    entry.cut, entry.dropped, entry.deduplicated = Amount(1, 2, 1), Amount(1, 10), Amount(1, 8)
    nothing = {"items": 0, "characters": 0, "tokens": None}

    assert ledger.accounts() == {one.stage: one.account() for one in ledger.entries}
    assert list(ledger.accounts()) == ["load", "embed"]
    assert list(ledger.as_json().items()) == [
        (
            "load",
            {"unit": "documents", "in": nothing, "out": nothing, "cut": nothing, "dropped": nothing,
             "deduplicated": nothing, "notes": ["規範.doc: 一頁不見了"]},
        ),
        (
            "embed",
            {
                "unit": "texts",
                "in": {"items": 3, "characters": 30, "tokens": None},
                "out": {"items": 1, "characters": 10, "tokens": 9},
                "cut": {"items": 1, "characters": 2, "tokens": 1},
                "dropped": {"items": 1, "characters": 10, "tokens": None},
                "deduplicated": {"items": 1, "characters": 8, "tokens": None},
                "notes": [],
            },
        ),
    ]  # fmt: skip

"""A ledger for people.

Modules: ``potluck.cli.ledger_words``.
"""

from __future__ import annotations

from potluck.cli.ledger_words import ledger_lines
from potluck.ledger import Amount, Ledger


def test_where_nothing_was_lost_one_line_says_so() -> None:
    ledger = Ledger()
    load, split = ledger.open("load", "documents"), ledger.open("split", "chunks")
    load.came_in, load.went_out = Amount(1), Amount(1, 7_246)
    split.came_in, split.went_out = Amount(1, 7_246), Amount(80, 7_246)

    assert list(ledger_lines(ledger)) == [
        "ledger: nothing lost; load 1 document with 7,246 characters, split 80 chunks with 7,246 characters"
    ]


def test_each_loss_and_each_note_has_a_line() -> None:
    ledger = Ledger()
    split, embed = ledger.open("split", "chunks"), ledger.open("embed", "texts")
    split.came_in, split.went_out, split.dropped = Amount(2, 7_246), Amount(80, 7_167), Amount(0, 79)
    embed.came_in, embed.went_out, embed.cut = Amount(80, 7_167), Amount(80, 7_000), Amount(3, 167, 120)
    embed.deduplicated = Amount(4, 40)
    embed.notes.append("規範.doc: 三段太長")

    assert list(ledger_lines(ledger)) == [
        "ledger: split 80 chunks with 7,167 characters, embed 80 texts with 7,000 characters",
        "  split: 79 of 7,246 characters left out",
        "  embed: 3 of 80 texts (167 characters) cut off, which no model is shown",
        "  embed: 規範.doc: 三段太長",
    ]


def test_what_is_counted_in_tokens_alone_is_told_in_tokens() -> None:
    ledger = Ledger()
    entry = ledger.open("embed", "texts")
    entry.came_in, entry.went_out, entry.cut, entry.dropped = Amount(2), Amount(1), Amount(tokens=7), Amount(1)

    assert list(ledger_lines(ledger))[1:] == [
        "  embed: 7 tokens cut off, which no model is shown",
        "  embed: 1 of 2 texts left out",
    ]


def test_what_was_there_in_the_same_words_is_not_a_loss_and_beside_a_note_nothing_is_called_whole() -> None:
    ledger = Ledger()
    entry = ledger.open("embed", "texts")
    entry.came_in, entry.went_out, entry.deduplicated = Amount(2), Amount(2), Amount(1, 10)
    entry.notes.append("one is worth a look")

    assert list(ledger_lines(ledger)) == ["ledger: embed 2 texts", "  embed: one is worth a look"]


def test_a_note_that_was_told_is_not_told_again() -> None:
    ledger = Ledger()
    prepare = ledger.open("prepare", "examples")
    prepare.came_in, prepare.went_out = Amount(4), Amount(4)
    prepare.notes += ["兩個標籤的例子太少", "1 example left out"]

    assert list(ledger_lines(ledger, ["兩個標籤的例子太少"])) == [
        "ledger: prepare 4 examples",
        "  prepare: 1 example left out",
    ]

"""The ledger of loading, splitting and embedding: every number of each entry, on planted losses and clean runs.

Modules: ``potluck.stages.answer``, ``potluck.document_qa.ask``, ``potluck.loading.attachments``,
``potluck.embedding.batches``, ``potluck.stages.cite``, ``potluck.components.components``, ``potluck.stages.index``,
``potluck.stages.load``, ``potluck.stages.retrieve``, ``potluck.stages.split``,
``potluck.embedding.call``, ``potluck.embedding.pooling``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe
from potluck.documents import Json
from potluck.errors import WindowExceeded
from support.fake_plugins import visible
from support.planted_losses import entry, install_planted

RECIPE = "documents: {use: planted, path: notes/*.json}\nsplitter: marked\nembedder: {use: hashing}\n"


@dataclass(frozen=True)
class Case:
    """Files by name, and the entries of the ledger that indexing them has to give. ``losses`` are planted in them."""

    name: str
    files: dict[str, Any]
    entries: dict[str, dict[str, Json]]
    losses: int = 0
    overrides: list[str] = field(default_factory=list)


LOAD = [
    Case("a loss", {"a": [["one two", "a page is missing"]]},
         {"load": entry("documents", (1, 0), (1, 7), "notes/a.json: a page is missing")}, 1),
    Case("two losses of a document, one of another",
         {"a": [["one", "no tables", "3 notes left out"]], "b": [["四個字呢", "圖"]]},
         {"load": entry("documents", (2, 0), (2, 7), "notes/a.json: no tables", "notes/a.json: 3 notes left out",
                        "notes/b.json: 圖")}, 3),
    Case("a part of a file", {"a": [["one"], ["three", "a chart"]]},
         {"load": entry("documents", (1, 0), (2, 8), "notes/a.json: a chart")}, 1),
    Case("a damaged file", {"a": [["one"]], "b": "damaged"},
         {"load": entry("documents", (2, 0), (1, 3), "notes/b.json: planted: damaged", dropped=(1, 0))}, 1),
    Case("a file without text", {"a": [["one"]], "b": "empty", "c": [["  "]]},
         {"load": entry("documents", (3, 0), (1, 3), "notes/b.json: planted: empty",
                        "notes/c.json: no text was found in it",
                        dropped=(2, 0))}, 2),
    Case("files that are too large or locked, and a loss", {"a": [["one", "cells"]], "b": "large", "c": "locked"},
         {"load": entry("documents", (3, 0), (1, 3), "notes/b.json: planted: large",
                        "notes/c.json: planted: locked; give its password by an environment variable: "
                        "--set 'documents.password=${NAME}'", "notes/a.json: cells", dropped=(2, 0))}, 3),
]  # fmt: skip

SPLIT = [
    Case("blanks between chunks", {"a": [["one\n\n\ntwo"]]},
         {"split": entry("chunks", (1, 9), (2, 6), dropped=(0, 3))}, 1),
    Case("blanks at both ends, in two documents", {"a": [["  one  "]], "b": [["x\n"]]},
         {"split": entry("chunks", (2, 9), (2, 4), dropped=(0, 5))}, 1),
    Case("blanks around chunks that share text", {"a": [["一二>\n三四\n\n五"]]},
         {"split": entry("chunks", (1, 9), (3, 9), dropped=(0, 2))}, 1),
]  # fmt: skip

EMBED = [
    Case("equal texts in two documents", {"a": [["same\nother"]], "b": [["same"]]},
         {"embed": entry("texts", (3, 13), (2, 9, 9), same=(1, 4))}, 1),
    Case("a text three times", {"a": [["ab\nab\nab\n四個字呢"]]},
         {"embed": entry("texts", (4, 10), (2, 6, 6), same=(2, 4))}, 1),
    Case("a text that is cut", {"a": [["one\na text of 20 letters"]]},
         {"embed": entry("texts", (2, 23), (2, 23, 23),
                         "fit: cut: 1 text was cut to 8 tokens; the characters are an estimate",
                         cut=(1, 12, 12))}, 1, ["embedder.window=8", "embedder.fit=cut"]),
    Case("two that are cut, one of them twice", {"a": [["0123456789\n0123456789\n零一二三四五六七八九十"]]},
         {"embed": entry("texts", (3, 31), (2, 21, 21),
                         "fit: cut: 2 texts were cut to 8 tokens; the characters are an estimate",
                         cut=(2, 5, 5), same=(1, 10))}, 2, ["embedder.window=8", "embedder.fit=cut"]),
    Case("a text in pieces", {"a": [["one\na text of 20 letters"]]},
         {"embed": entry("texts", (2, 23), (2, 23, 23),
                         "fit: pool: 1 text of more than 8 tokens embedded in pieces")},
         1, ["embedder.window=8", "embedder.fit=pool"]),
]  # fmt: skip

CLEAN = [
    Case("one document", {"a": [["one"]]},
         {"load": entry("documents", (1, 0), (1, 3)), "split": entry("chunks", (1, 3), (1, 3)),
          "embed": entry("texts", (1, 3), (1, 3, 3))}),
    Case("two documents in two languages", {"a": [["one two"]], "b": [["四個字呢"]]},
         {"load": entry("documents", (2, 0), (2, 11)), "split": entry("chunks", (2, 11), (2, 11)),
          "embed": entry("texts", (2, 11), (2, 11, 11))}),
    Case("a file of two parts", {"a": [["one"], ["two!"]]},
         {"load": entry("documents", (1, 0), (2, 7)), "split": entry("chunks", (2, 7), (2, 7)),
          "embed": entry("texts", (2, 7), (2, 7, 7))}),
    Case("texts as long as the window", {"a": [["12345678"]], "b": [["1234567"]]},
         {"load": entry("documents", (2, 0), (2, 15)), "split": entry("chunks", (2, 15), (2, 15)),
          "embed": entry("texts", (2, 15), (2, 15, 15))}, 0, ["embedder.window=8"]),
    Case("a window and consent to cut that nothing needs", {"a": [["12345678"]]},
         {"load": entry("documents", (1, 0), (1, 8)), "split": entry("chunks", (1, 8), (1, 8)),
          "embed": entry("texts", (1, 8), (1, 8, 8))}, 0, ["embedder.window=8", "embedder.fit=cut"]),
    Case("a window and consent to pool that nothing needs", {"a": [["12345678"]]},
         {"load": entry("documents", (1, 0), (1, 8)), "split": entry("chunks", (1, 8), (1, 8)),
          "embed": entry("texts", (1, 8), (1, 8, 8))}, 0, ["embedder.window=8", "embedder.fit=pool"]),
    Case("texts that differ by a letter", {"a": [["same"]], "b": [["Same"]]},
         {"load": entry("documents", (2, 0), (2, 8)), "split": entry("chunks", (2, 8), (2, 8)),
          "embed": entry("texts", (2, 8), (2, 8, 8))}),
    Case("three files", {name: [[name * 5]] for name in "abc"},
         {"load": entry("documents", (3, 0), (3, 15)), "split": entry("chunks", (3, 15), (3, 15)),
          "embed": entry("texts", (3, 15), (3, 15, 15))}),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    home = tmp_path / "home"
    (home / "notes").mkdir(parents=True)
    (home / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    with visible(install_planted(tmp_path / "site"), monkeypatch):
        yield home


def indexed(folder: Path, case: Case) -> dict[str, Any]:
    for name, content in case.files.items():
        (folder / "notes" / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    with Recipe.load(folder / "recipe.yaml", case.overrides) as recipe:
        return recipe.index().ledger.as_json()


@pytest.mark.parametrize("case", [*LOAD, *SPLIT, *EMBED], ids=lambda case: case.name)
def test_planted_losses_are_told_with_every_number(folder: Path, case: Case) -> None:
    found = indexed(folder, case)
    assert {stage: found[stage] for stage in case.entries} == case.entries
    # What was found done, and not done now, is accounted for in the same way; tokens are counted by who embeds.
    again = indexed(folder, case)
    for stage in case.entries.keys() & {"load", "split"}:
        assert again[stage] == found[stage]


@pytest.mark.parametrize("case", CLEAN, ids=lambda case: case.name)
def test_where_nothing_is_lost_nothing_is_told(folder: Path, case: Case) -> None:
    assert indexed(folder, case) == case.entries


def test_without_consent_a_text_beyond_the_window_is_an_error_that_names_it(folder: Path) -> None:
    case = Case("", {"a": [["one\na text of 20 letters"]]}, {}, 1, ["embedder.window=8"])
    with pytest.raises(WindowExceeded, match=r"a\.json, characters 4 to 24: 20 tokens"):
        indexed(folder, case)


def test_a_piece_counts_in_the_mean_as_many_times_as_it_has_tokens(folder: Path) -> None:
    import numpy as np

    text = "12345678901"
    with Recipe.load(folder / "recipe.yaml", ["embedder.window=8", "embedder.fit=pool"]) as recipe:
        embedder = recipe.components.embedder
        from potluck.embedding.passages import embed_passages

        (pooled,) = embed_passages([text], embedder)
        pieces = embedder.embed_passages([text[:8], text[8:]])
    mean = 8 * pieces[0] + 3 * pieces[1]
    assert np.allclose(pooled, mean / np.linalg.norm(mean), atol=1e-6)

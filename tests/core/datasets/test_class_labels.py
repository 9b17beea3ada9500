"""Labels as files write them: blanks come off, empty ones are left out, and spellings of one label are told."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from potluck import recipe as recipes
from potluck.datasets.prepare import PreparedDataset, prepare_dataset


def as_json_lines(path: Path, labels: list[Any]) -> Path:
    rows = [{"text": f"gate {'abcdefghijkl'[n]}", "label": label} for n, label in enumerate(labels)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def as_csv(path: Path, labels: list[Any]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = [[f"gate {'abcdefghijkl'[n]}", "" if label is None else label] for n, label in enumerate(labels)]
        csv.writer(file).writerows([["text", "label"], *rows])
    return path


def as_parquet(path: Path, labels: list[Any]) -> Path:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    texts = [f"gate {'abcdefghijkl'[n]}" for n in range(len(labels))]
    parquet.write_table(pyarrow.table({"text": texts, "label": labels}), path)
    return path


FORMATS: dict[str, Callable[[Path, list[Any]], Path]] = {
    "data.jsonl": as_json_lines, "data.csv": as_csv, "data.parquet": as_parquet,
}  # fmt: skip


def prepared(folder: Path, name: str, labels: list[Any]) -> PreparedDataset:
    FORMATS[name](folder / name, labels)
    said = {"model": "m", "task": "classification", "dataset": {"path": name, "validation": 0}}
    return prepare_dataset(recipes.loads(json.dumps(said), folder / "recipe.yaml", []))


def told(found: PreparedDataset) -> list[str]:
    return [note for note in found.notes if "fewer than" not in note]


@pytest.mark.parametrize("name", FORMATS)
def test_rows_without_a_label_are_left_out_and_told_with_their_places(tmp_path: Path, name: str) -> None:
    found = prepared(tmp_path, name, ["good", "", "bad", None, "  ", "good"])
    assert [one.target for one in found.training] == ["good", "bad", "good"]
    entry = found.ledger.entries[0]
    assert (entry.came_in.items, entry.went_out.items, entry.dropped.items) == (6, 3, 3)
    (note,) = told(found)
    assert note.startswith("3 rows without a label, left out: ")
    places = {"data.jsonl": (2, 4, 5), "data.csv": (3, 5, 6), "data.parquet": (2, 4, 5)}[name]
    assert [int(place.split(":")[-1].split("row ")[-1]) for place in note.split("out: ")[1].split(", /")] == [*places]
    assert entry.notes == list(found.notes)


@pytest.mark.parametrize("name", FORMATS)
def test_blanks_around_a_label_come_off_and_are_told(tmp_path: Path, name: str) -> None:
    found = prepared(tmp_path, name, ["good", " good", "bad", "bad\u3000", "good"])
    assert found.labels == ("bad", "good")
    assert [note.split(":")[0] for note in told(found)] == [
        "the label 'good' is written in 2 ways, read as one",
        "the label 'bad' is written in 2 ways, read as one",
    ]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "spellings",
    [
        ("bad", "Bad"),
        ("垃圾１", "垃圾1"),
        ("Ｂad", "bad"),
        ("very good", "very  good"),
        ("垃圾", "垃 圾"),
        ("1", "1.0"),
    ],
)
def test_spellings_of_one_label_are_told_with_their_rows_and_stay_apart(
    tmp_path: Path, name: str, spellings: tuple[str, str]
) -> None:
    found = prepared(tmp_path, name, [*spellings, "other", spellings[0]])
    assert set(found.labels) == {*spellings, "other"}
    (note,) = told(found)
    assert note.startswith("2 labels look like spellings of one")
    assert f"{spellings[0]!r} (2 rows: " in note
    assert f"{spellings[1]!r} (1 row: " in note


def test_a_number_and_the_same_as_a_text_are_one_label(tmp_path: Path) -> None:
    found = prepared(tmp_path, "data.jsonl", [1, 0, "1", 1.0, 0])
    assert [one.target for one in found.training] == ["1", "0", "1", "1", "0"]
    (note,) = told(found)
    assert "the label '1' is written in 3 ways, read as one: 1 (1 row: " in note
    assert '"1" (1 row: ' in note
    assert "1.0 (1 row: " in note


def test_a_column_of_floats_with_gaps_as_tables_keep_it_gives_whole_numbers(tmp_path: Path) -> None:
    found = prepared(tmp_path, "data.parquet", [1.0, 0.0, float("nan"), None, 1.0])
    assert [one.target for one in found.training] == ["1", "0", "1"]
    assert [note.split(" without")[0] for note in told(found)] == ["2 rows"]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("missing", ["nan", "N/A", "NULL", "無資料"])
def test_what_looks_like_a_missing_label_is_told_and_learned(tmp_path: Path, name: str, missing: str) -> None:
    found = prepared(tmp_path, name, ["good", "bad", missing, "good"])
    assert missing in found.labels
    (note,) = told(found)
    assert note.startswith(f"{missing!r} (1 row: ")
    assert "looks like a label that is missing" in note


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "labels",
    [["good", "bad", "good"], ["垃圾", "正常", "垃圾"], ["发", "發", "髮"], ["1.1", "1.10", "2"], ["01", "1", "2"]],
)
def test_labels_that_are_different_are_left_in_peace(tmp_path: Path, name: str, labels: list[str]) -> None:
    found = prepared(tmp_path, name, labels)
    assert told(found) == []
    assert [one.target for one in found.training] == labels


def test_answers_that_are_not_labels_keep_their_blanks(tmp_path: Path) -> None:
    as_json_lines(tmp_path / "data.jsonl", [" good ", "Good"])
    said = {"model": "m", "task": "generation", "dataset": {"path": "data.jsonl", "validation": 0}}
    found = prepare_dataset(recipes.loads(json.dumps(said), tmp_path / "recipe.yaml", []))
    assert [one.target for one in found.training] == [" good ", "Good"]
    assert found.notes == ()

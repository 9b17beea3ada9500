"""The prompts of a recipe, with the hashes of their wordings."""

from __future__ import annotations

from pathlib import Path

from potluck.prompts.listing import prompts_of

RECIPE = """\
prompt: |
  {context}
  {question}
compare:
  prompt:
    short: "{context}{question}"
    長: "內容：{context}問題：{question}"
  retriever.k: {one: 1}
  strategy:
    bold: {prompt: "{context}{question}", retriever.k: 1}
    plain: {retriever.k: 2}
"""


def test_its_own_and_those_it_compares_are_listed() -> None:
    found = prompts_of(RECIPE, Path("recipe.yaml"))

    assert [(prompt.name, prompt.place.line if prompt.place else 0) for prompt in found] == [
        ("prompt", 1),
        ("compare.prompt.short", 6),
        ("compare.prompt.長", 7),
        ("compare.strategy.bold.prompt", 10),
    ]


def test_a_hash_names_a_wording_and_nothing_else() -> None:
    own, short, long, bold = (prompt.as_json()["hash"] for prompt in prompts_of(RECIPE, Path("recipe.yaml")))

    assert short == bold
    assert len({own, short, long}) == 3
    assert prompts_of(RECIPE.replace("內容：", "內容:"), Path("x"))[2].as_json()["hash"] != long


def test_without_a_prompt_of_its_own_a_recipe_uses_ours() -> None:
    found = prompts_of("documents: notes/*.txt\n", Path("recipe.yaml"))

    assert [prompt.name for prompt in found] == ["built in, Chinese", "built in, English"]
    assert all(prompt.as_json()["fields"] == ["context", "examples", "question"] for prompt in found)

"""A retriever of another package finds passages wherever the bundled one does, and keeps an index of its own.

Modules: ``potluck.contracts.retriever``, ``potluck.retrieval.checked``, ``potluck.retrieval.opener``,
``potluck.retrieval.shared_models``, ``potluck.evaluation.search``, ``potluck.stages.retrieve``.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe
from potluck.errors import BrokenPlugin, ContractBroken, PotluckError
from potluck.evaluation.search import open_searcher
from potluck.testing import Check, checks
from support.commands import potluck
from support.fake_plugins import visible
from support.kits import hold
from support.retrieving import CLAUSES, QUESTIONS, install_keywords, write_project

OF_AN_INDEX = {check.rule for check in checks("retriever") if check.rule.startswith("its-")}
HANBI = {"use": "hanbi", "k": 2}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a recipe that finds by words, and the logs of what was embedded and of what retrievers did."""
    folder = tmp_path / "規範"
    write_project(folder, retriever=HANBI, chat="guesser")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("EMBEDDED_LOG", str(tmp_path / "embedded.log"))
    monkeypatch.setenv("RETRIEVAL_LOG", str(tmp_path / "retrieval.log"))
    with visible(install_keywords(tmp_path / "site"), monkeypatch):
        yield folder


def log(home: Path, name: str = "retrieval") -> list[str]:
    """The lines of a log since it was last read."""
    path = home.parent / f"{name}.log"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return lines


def result(*arguments: str) -> Any:
    done = potluck(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refused(*arguments: str) -> str:
    done = potluck(*arguments)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("check", checks("retriever"), ids=str)
def test_the_bundled_one_keeps_the_contract(check: Check, tmp_path: Path) -> None:
    hold(check, "vector", {}, tmp_path, OF_AN_INDEX)


@pytest.mark.parametrize("name", ["fused", "guessed"])
@pytest.mark.parametrize("check", checks("retriever"), ids=str)
def test_those_with_others_and_with_models_are_tried_too(check: Check, name: str, home: Path, tmp_path: Path) -> None:
    if (name, check.rule) != ("guessed", "finds-english-and-chinese"):  # it looks for what is guessed
        hold(check, name, {}, tmp_path / "kit", {*OF_AN_INDEX, "threads-as-it-says"})


@pytest.mark.parametrize("one", QUESTIONS)
def test_ask_answers_from_what_it_finds(one: str, home: Path) -> None:
    question, gold, answer = QUESTIONS[one]

    told = result("ask", "recipe.yaml", question)

    first, *rest = told["retrieved"]
    assert first["source"] == f"{gold}.txt"
    assert answer in told["answer"].replace(" ", " ")
    assert 0 < first["score"] <= 1
    assert len(rest) <= 1
    assert told["ledger"]["retrieve"]["out"]["items"] == len(told["retrieved"])


def test_evaluate_measures_what_it_finds(home: Path) -> None:
    by_words = result("evaluate", "recipe.yaml")
    by_vectors = result("evaluate", "recipe.yaml", "--set", "retriever={k: 2}")

    assert by_words["metrics"]["recall@1"] == 1
    assert by_vectors["metrics"]["recall@1"] < 1  # the vectors of the tests' embedder mean nothing
    assert [one["retrieved"][0]["source"] for one in by_words["questions"]] == [
        f"{gold}.txt" for _, gold, _ in QUESTIONS.values()
    ]


def test_it_is_an_axis_and_embeds_nothing_anew(home: Path) -> None:
    result("index", "recipe.yaml", "--set", "retriever=vector")
    assert len(log(home, "embedded")) == len(CLAUSES)

    found = result("compare", "recipe.yaml", "--swap", "retriever.use=vector,hanbi", "--metric", "recall@1")

    assert log(home, "embedded") == []
    means = {one["name"]: one["metrics"]["recall@1"]["mean"] for one in found["variants"]}
    assert means["use=hanbi"] == 1 > means["use=vector"]
    computed = {one["name"]: one["computed"] for one in found["variants"]}
    assert {counts["embed"] for counts in computed.values()} == {0}
    assert computed["use=vector"]["retrieve"] == len(QUESTIONS)
    assert {one["cause"] for one in found["causes"]} <= {"retrieval", "order"}


def test_a_bare_name_stands_for_it(home: Path) -> None:
    told = result("ask", "recipe.yaml", QUESTIONS["zh"][0], "--set", "retriever=hanbi")

    assert told["retrieved"][0]["source"] == "正線.txt"


def test_without_use_it_is_the_default_of_the_kind(home: Path) -> None:
    with Recipe.load("recipe.yaml", ["retriever={k: 3}"]) as one, Recipe.load("recipe.yaml") as other:
        assert one.model.retriever_spec.plugin.qualified_name == "potluck:vector"
        assert one.model.as_mapping()["retriever"] == {"k": 3, "fit": "error"}
        assert other.model.as_mapping()["retriever"]["use"] == "hanbi"  # type: ignore[index, call-overload]
        assert one.components.passages_id == other.components.passages_id


def test_its_index_is_told_what_comes_and_goes(home: Path) -> None:
    result("index", "recipe.yaml")
    assert sorted(log(home)) == sorted(f"add {name}.txt" for name in CLAUSES)

    (home / "正線.txt").write_text("第12條 正線之道碴厚度不得小於35公分。", encoding="utf-8")
    (home / "patrol.txt").unlink()
    result("index", "recipe.yaml")

    assert sorted(log(home)) == ["add 正線.txt", "delete", "delete"]
    result("index", "recipe.yaml")
    assert log(home) == []


def test_other_settings_have_another_index_and_operational_ones_do_not(home: Path) -> None:
    result("index", "recipe.yaml")
    log(home)

    result("index", "recipe.yaml", "--set", "retriever.workers=2")
    assert log(home) == []
    result("index", "recipe.yaml", "--set", "retriever.least=0.5")
    assert len(log(home)) == len(CLAUSES)


def test_where_its_index_is_another_one_is_filled_that_leaves_it_alone(home: Path) -> None:
    with Recipe.load("recipe.yaml") as recipe:
        recipe.index()
        (kept,) = (home / ".potluck" / "retrievers").rglob("words.json")
        words = json.loads(kept.read_text(encoding="utf-8"))
        words.popitem()
        kept.write_text(json.dumps(words), encoding="utf-8")

        search = open_searcher(recipe.components, recipe.workspace)
        found = [search.retrieve(question, 1)[0].source for question, _, _ in QUESTIONS.values()]
        search.close()

        assert found == [f"{gold}.txt" for _, gold, _ in QUESTIONS.values()]
        assert json.loads(kept.read_text(encoding="utf-8")) == words
        assert list((home / ".potluck").glob(".retriever*")) == []


def test_an_index_of_its_own_that_was_deleted_is_filled_again(home: Path) -> None:
    result("index", "recipe.yaml")
    shutil.rmtree(home / ".potluck" / "retrievers")

    assert result("ask", "recipe.yaml", QUESTIONS["en"][0])["retrieved"][0]["source"] == "main.txt"
    assert list((home / ".potluck" / "retrievers").rglob("words.json"))


def test_a_question_to_which_it_is_blind_is_told(home: Path) -> None:
    told = result("ask", "recipe.yaml", "？？？")

    (note,) = told["ledger"]["retrieve"]["notes"]
    assert note == "the retriever 'hanbi' is blind for 1 question of 1: it has no words"
    assert told["retrieved"] == []
    assert told["refused"]

    row = json.dumps({"question_id": "q", "question": "……", "answers": ["x"]})
    (home / "questions.jsonl").write_text(row + "\n", encoding="utf-8")
    assert note in result("evaluate", "recipe.yaml")["notes"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("few", "the retriever 'hanbi' gave 0 rankings for 1 questions"),
        ("twice", "the retriever 'hanbi' gave a passage twice"),
        ("worst", "the retriever 'hanbi' did not give the best first"),
        ("many", "the retriever 'hanbi' found"),
        ("text", "the retriever 'hanbi' changed the passage"),
        ("foreign", "which is not among those that it may find"),
        ("infinite", "the retriever 'hanbi' gave the score inf"),
        ("blind", "for a question for which it says that it is blind"),
        ("vectors", "the retriever 'hanbi' asks for the vectors of the corpus, and its 'needs' do not name them"),
        ("loses", "6 of 6 passages are not in the index"),
    ],
)
def test_what_breaks_the_contract_is_named(wrong: str, said: str, home: Path) -> None:
    with Recipe.load("recipe.yaml", [f"retriever.wrong={wrong}"]) as recipe, pytest.raises(ContractBroken) as broken:
        recipe.ask(QUESTIONS["zh"][0])

    assert said in str(broken.value)


@pytest.mark.parametrize(
    ("wrong", "said"), [("raises", "failed: KeyError: '鍵'"), ("opens", "failed: AttributeError: no hinge")]
)
def test_one_that_fails_is_named_with_its_package(wrong: str, said: str, home: Path) -> None:
    with Recipe.load("recipe.yaml", [f"retriever.wrong={wrong}"]) as recipe, pytest.raises(BrokenPlugin) as broken:
        recipe.ask(QUESTIONS["zh"][0])

    assert str(broken.value) == f"retriever 'hanbi' of potluck-keywords 1.0 {said}"


def test_one_that_is_composed_of_others_gets_them_with_their_settings(home: Path) -> None:
    fused = "retriever={use: fused, k: 3, of: [{use: hanbi, least: 0.3}, vector]}"

    told = result("ask", "recipe.yaml", QUESTIONS["zh"][0], "--set", fused)

    assert told["retrieved"][0]["source"] == "正線.txt"
    assert told["retrieved"][0]["score"] < 0.04
    with Recipe.load("recipe.yaml", [fused]) as recipe:
        assert [spec.name for spec in recipe.model.retriever_spec.walk()] == ["fused", "hanbi", "vector"]
        with Recipe.load(home / "recipe.yaml", ["retriever.least=0.3"]) as alone:
            alone.index()
        folders = list((home / ".potluck" / "retrievers").rglob("words.json"))
        assert len(folders) == 1  # alone and within another one it has the same index


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("hanbie", "unknown retriever 'hanbie' (did you mean 'hanbi'?)"),
        ("{use: hanbi, leest: 1}", "unknown key 'leest' (did you mean 'least'?) in retriever"),
        ("{use: hanbi, kk: 1}", "unknown key 'kk' (did you mean 'k'?) in retriever"),
        ("{use: fused, of: [hanbi, vektor]}", "unknown retriever 'vektor' (did you mean 'vector'?)"),
        ("{use: fused, of: [vector, {use: hanbi, least: 7}]}", "retriever.of.2.least: expected less than 1.0, got 7"),
        ("{use: fused, of: [{least: 0}]}", "retriever.of.1.use: is missing"),
    ],
)
def test_a_wrong_name_or_setting_is_a_problem_of_the_recipe(value: str, said: str, home: Path) -> None:
    assert said in refused("plan", "recipe.yaml", "--set", f"retriever={value}")


def test_private_documents_reach_no_retriever_that_sends_them_however_deep(home: Path) -> None:
    private = ("--set", "documents={path: '*.txt', private: true}")
    send = "{use: hanbi, send: words.example.org}"

    for value in (send, f"{{use: fused, of: [{send}, vector]}}"):
        said = refused("plan", "recipe.yaml", *private, "--set", f"retriever={value}")
        assert "the retriever 'hanbi' would send their text to words.example.org" in said
    plan = result("plan", "recipe.yaml", "--set", f"retriever={send}")
    assert plan["leaves_the_machine"] == {"retriever": "words.example.org"}


def test_the_chat_model_is_asked_once_for_the_same(home: Path) -> None:
    guessed = ("--set", "retriever={use: guessed, k: 1}")

    found = result("evaluate", "recipe.yaml", *guessed)
    assert log(home).count("guess") == len(QUESTIONS)
    # What is guessed is the text of one clause, whose vector is that of the clause.
    assert {one["retrieved"][0]["source"] for one in found["questions"]} == {"正線.txt"}

    assert result("evaluate", "recipe.yaml", *guessed)["metrics"]["recall@1"] == found["metrics"]["recall@1"]
    assert log(home).count("guess") == 0


@pytest.mark.parametrize("axis", ["store=exact,faiss", "embedder={use: hashing, dimensions: 8},{use: hashing}"])
def test_a_comparison_of_vectors_that_nothing_compares_is_refused(axis: str, home: Path) -> None:
    assert "the retriever 'hanbi' compares no vectors" in refused("compare", "recipe.yaml", "--swap", axis)


def test_a_lock_has_it_and_one_of_an_earlier_potluck_goes_on(home: Path) -> None:
    result("lock", "recipe.yaml")
    lock = home / "potluck.lock"
    held = json.loads(lock.read_text(encoding="utf-8"))
    pins = held["recipes"]["recipe.yaml"]
    assert pins["plugin"]["retriever hanbi"] == "potluck-keywords 1.0"

    for what in ("plugin", "code of"):
        del pins[what]["retriever hanbi"]
    lock.write_text(json.dumps(held), encoding="utf-8")
    result("run", "recipe.yaml")

    pins["plugin"]["retriever hanbi"] = "potluck-keywords 0.9"
    lock.write_text(json.dumps(held), encoding="utf-8")
    assert "plugin retriever hanbi was potluck-keywords 0.9 and is potluck-keywords 1.0" in refused(
        "run", "recipe.yaml"
    )


def test_what_is_resolved_is_a_recipe_that_means_the_same(home: Path) -> None:
    fused = "retriever={use: fused, k: 3, of: [{use: hanbi, least: 0.3}, vector]}"
    with Recipe.load("recipe.yaml", [fused, "reranker=numbers"]) as recipe:
        resolved = recipe.model.as_mapping()
    (home / "again.yaml").write_text(json.dumps(resolved), encoding="utf-8")

    with Recipe.load("again.yaml") as again:
        assert again.model.as_mapping() == resolved
        assert again.model.retriever_spec == recipe.model.retriever_spec


def test_threads_ask_one_that_is_not_made_for_threads_in_turn(home: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with Recipe.load("recipe.yaml") as recipe:
        recipe.index()
        with ThreadPoolExecutor(4) as pool:
            asked = [question for question, _, _ in QUESTIONS.values()] * 4
            found = list(pool.map(lambda question: recipe.retriever().retrieve(question, 1)[0].source, asked))

    assert found == [f"{gold}.txt" for _, gold, _ in QUESTIONS.values()] * 4


def test_a_search_may_be_limited_to_some_passages(home: Path) -> None:
    question = QUESTIONS["zh"][0]
    for retriever in ("{use: hanbi, k: 2}", "{k: 2}", "{use: fused, k: 2}"):
        with Recipe.load("recipe.yaml", [f"retriever={retriever}"]) as recipe:
            search = recipe.retriever()
            free = search.retrieve(question, 6)
            limited = search.retrieve(question, 6, within={passage.id for passage in free[1:]})

            assert len(free) > 1
            assert [one.id for one in limited] == [one.id for one in free[1:]]
            assert search.retrieve(question, 6, within=set()) == []


def test_a_recipe_of_retrievers_that_name_themselves_is_refused(home: Path) -> None:
    deep = "hanbi"
    for _ in range(10):
        deep = f"{{use: fused, of: [{deep}, vector]}}"

    with pytest.raises(PotluckError, match="nested too deeply"):
        Recipe.load("recipe.yaml", [f"retriever={deep}"])

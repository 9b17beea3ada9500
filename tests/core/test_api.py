"""A recipe from Python: what it needs and sends, and that one that was closed, before or meanwhile, says so by name.

Modules: ``potluck.api``, ``potluck.workspace.connection``. How threads and processes share one: ``test_session.py``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from potluck import Recipe, api
from potluck.comparison.compare import Plan
from potluck.errors import EmptyQuestion, MissingSecret, PotluckError, RecipeClosed, WorkspaceBusy
from potluck.loading.regular_file import hash_file
from potluck.questions.question_file import QuestionFile, read_question_file
from potluck.workspace.catalogue import Load
from potluck_plugins.chat.extractive import Extractive
from support.fake_plugins import install_hashing, visible


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        (tmp_path / "筆記.txt").write_text("第7號橋於1907年落成。", encoding="utf-8")
        path = tmp_path / "recipe.yaml"
        path.write_text('documents: "*.txt"\nembedder: hashing\nchat: extractive\n', encoding="utf-8")
        with Recipe.load(path) as recipe:
            recipe.index()
        yield path


def look(recipe: Recipe) -> None:
    with recipe.looking():
        pass


USES: dict[str, Callable[[Recipe], object]] = {
    "index": Recipe.index,
    "refresh": Recipe.refresh,
    "retriever": Recipe.retriever,
    "ask": lambda recipe: recipe.ask("哪一年落成？"),
    "evaluate": lambda recipe: recipe.evaluate("questions.jsonl"),
    "chat_model": Recipe.chat_model,
    "tune": Recipe.tune,
    "measure": lambda recipe: recipe.measure("questions.jsonl"),
    "compare": Recipe.compare,
    "gate": lambda recipe: recipe.gate("f1 >= baseline"),
    "run": Recipe.run,
    "plan": Recipe.plan,
    "looking": look,
    "workspace": lambda recipe: recipe.workspace,
}


@pytest.mark.parametrize("was_used", [True, False])
@pytest.mark.parametrize("use", USES)
def test_a_recipe_that_was_closed_says_so(path: Path, use: str, was_used: bool) -> None:
    recipe = Recipe.load(path)
    if was_used:
        recipe.ask("哪一年落成？")
        if use == "workspace":
            del recipe.__dict__["workspace"]
    recipe.close()
    recipe.close()

    with pytest.raises(RecipeClosed, match=r"recipe\.yaml: the recipe is closed: load it again"):
        USES[use](recipe)


def test_what_a_recipe_has_given_away_is_closed_with_it(path: Path) -> None:
    with Recipe.load(path) as recipe:
        search, workspace = recipe.retriever(), recipe.workspace

    is_closed = r"catalogue\.sqlite is closed, as the recipe is"
    with pytest.raises(RecipeClosed, match=is_closed):
        search.retrieve("哪一年落成？", 1)
    with pytest.raises(RecipeClosed, match=is_closed):
        workspace.answer_cache  # noqa: B018
    contexts: list[Callable[[], AbstractContextManager[None]]] = [workspace.write_lock, workspace.catalogue.one_state]
    for context in contexts:
        with pytest.raises(RecipeClosed, match=is_closed), context():
            pass
    with pytest.raises(RecipeClosed, match=is_closed):
        workspace.catalogue.add_load(Load("1", "筆記.txt", "content"), "loader", [])


def test_threads_that_ask_while_it_is_closed_are_told(path: Path) -> None:
    recipe, told, asked = Recipe.load(path), [], threading.Barrier(4)

    def ask_on() -> None:
        recipe.ask("哪一年落成？")
        asked.wait()
        try:
            while True:
                recipe.ask("哪一年落成？")
        except BaseException as error:
            told.append(error)

    threads = [threading.Thread(target=ask_on) for _ in range(3)]
    for thread in threads:
        thread.start()
    asked.wait()
    recipe.close()
    for thread in threads:
        thread.join(60)

    assert [type(error) for error in told] == [RecipeClosed] * 3


def test_what_fails_because_another_thread_closes_the_recipe_is_told_as_that(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = Recipe.load(path)

    def closed_meanwhile(*given: object, **named: object) -> None:
        recipe.close()
        raise ValueError("the model is gone")

    monkeypatch.setattr(api, "ask", closed_meanwhile)

    with pytest.raises(RecipeClosed) as raised:
        recipe.ask("哪一年落成？")
    assert str(raised.value.__context__) == "the model is gone"


def test_an_error_of_an_open_recipe_stays_what_it_is(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*given: object, **named: object) -> None:
        raise PotluckError("第7號橋")

    monkeypatch.setattr(api, "ask", failing)
    with Recipe.load(path) as recipe, pytest.raises(PotluckError, match=r"^第7號橋$"):
        recipe.ask("哪一年落成？")


@pytest.mark.parametrize("made", ["open_searcher", "resolve_adapter"])
def test_what_is_opened_while_another_thread_closes_is_closed_too(
    path: Path, monkeypatch: pytest.MonkeyPatch, made: str
) -> None:
    recipe = Recipe.load(path)
    recipe.index()
    making = getattr(api, made)

    def closed_meanwhile(*given: object) -> object:
        found = making(*given)
        recipe.close()
        return found

    monkeypatch.setattr(api, made, closed_meanwhile)

    with pytest.raises(RecipeClosed):
        recipe.ask("哪一年落成？")
    assert recipe.components._made == []
    if made == "open_searcher":
        assert recipe._search is not None
        assert not recipe._search.close.alive


def test_it_is_read_with_what_overrides_it(path: Path) -> None:
    with Recipe.load(str(path), ["retriever.k=2", "name=食譜"]) as recipe:
        assert (recipe.model.retriever.k, recipe.model.name, recipe.model.path) == (2, "食譜", path)
        assert recipe.workspace.folder == path.parent / ".potluck"


def test_an_answer_comes_with_its_citations_and_in_pieces(path: Path) -> None:
    pieces: list[str] = []
    with Recipe.load(path) as recipe:
        report = recipe.ask("哪一年落成？", pieces.append)

    assert "".join(pieces) == report.answer.text == "第7號橋於1907年落成。"
    assert [one.source for one in report.citations] == ["筆記.txt"]


def test_an_empty_question_is_refused(path: Path) -> None:
    with Recipe.load(path) as recipe, pytest.raises(EmptyQuestion):
        recipe.ask("　\n")


def test_one_worked_example_is_looked_for_as_several_are(path: Path) -> None:
    (path.parent / "範例.jsonl").write_text('{"question": "幾號橋？"}\n', encoding="utf-8")

    with (
        Recipe.load(path, ["shots={count: 1, examples: 範例.jsonl}"]) as recipe,
        pytest.raises(PotluckError, match="asks for 1 examples, and 0 questions in it have an answer"),
    ):
        recipe.ask("哪一年落成？")


def test_the_retriever_is_kept_until_the_index_has_changed(path: Path) -> None:
    with Recipe.load(path) as recipe:
        first = recipe.retriever()
        assert recipe.retriever() is first
        (path.parent / "新的.txt").write_text("第8號橋於1908年落成。", encoding="utf-8")
        assert recipe.retriever() is first, "documents are looked through when somebody indexes"
        recipe.index()
        assert recipe.retriever() is not first


def test_beside_a_writer_a_refresh_is_none_and_without_a_finished_index_an_error(path: Path) -> None:
    (path.parent / "新的.txt").write_text("第8號橋於1908年落成。", encoding="utf-8")
    with Recipe.load(path) as writer, writer.workspace.write_lock():
        with Recipe.load(path) as reader:
            assert reader.refresh() is None
        with Recipe.load(path, ["embedder.dimensions=8"]) as reader, pytest.raises(WorkspaceBusy):
            reader.refresh()
    with Recipe.load(path) as alone:
        report = alone.refresh()
        assert report is not None
        assert report.loaded == 1


@pytest.mark.parametrize("use", ["index", "retriever", "ask"])
def test_a_recipe_without_documents_says_that_it_has_none(path: Path, use: str) -> None:
    with Recipe.load(path, ["documents=null"]) as recipe, pytest.raises(PotluckError, match=r"recipe\.yaml: "):
        USES[use](recipe)


def test_variants_are_those_of_the_recipe_or_of_a_plan(path: Path) -> None:
    plan = Plan(swaps=["retriever.k=1,2", "store=exact,faiss"], design="paired")
    with Recipe.load(path, ["compare={retriever.k: {少: 1, 多: 2}}"]) as recipe:
        assert [one.name for one in recipe.variants()] == ["少", "多"]
        assert [one.recipe.store.name for one in recipe.variants(plan)] == ["exact", "faiss"]


@pytest.mark.parametrize(
    ("overrides", "plan", "hosts", "needs"),
    [
        ([], None, {}, False),
        (["embedder={use: hashing, send: 例子.tw}"], None, {"embedder": "例子.tw"}, True),
        (["chat={use: transformers, model: 'hf://甲/乙'}"], None, {}, True),
        (["chat={use: transformers, model: 甲}"], None, {}, False),
        ([], Plan(), {}, False),
        ([], Plan(swaps=["embedder=hashing,{use: hashing, send: 例子.tw}"]), {}, True),
        ([], Plan(swaps=["retriever.k=1,2"]), {}, False),
        ([], Plan(judges=["{use: openai, model: gpt-5}"]), {}, True),
        ([], Plan(judges=["extractive"]), {}, False),
        (["compare={embedder: {甲: hashing, 乙: {use: hashing, send: 例子.tw}}}"], Plan(), {}, True),
        (["compare={embedder: {甲: hashing, 乙: {use: hashing, send: 例子.tw}}}"], None, {}, False),
    ],
)
def test_it_says_what_leaves_the_machine_and_whether_the_network_is_needed(
    path: Path, overrides: list[str], plan: Plan | None, hosts: dict[str, str], needs: bool
) -> None:
    with Recipe.load(path, overrides) as recipe:
        assert recipe.remote_hosts() == hosts
        assert recipe.needs_network(plan) is needs


def test_looking_writes_nothing_beside_the_recipe(path: Path) -> None:
    workspace = path.parent / ".potluck"
    before = {one: one.stat().st_mtime_ns for one in workspace.rglob("*") if one.is_file()}

    with Recipe.load(path) as recipe, recipe.looking() as components:
        assert components.embedder.dimensions == 16
    assert {one: one.stat().st_mtime_ns for one in workspace.rglob("*") if one.is_file()} == before


def test_what_is_measured_and_kept_reads_its_questions_once_and_looks_through_the_documents_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = path.parent / "questions.jsonl"
    questions.write_text('{"question": "哪一年落成？", "answers": ["1907"]}\n', encoding="utf-8")
    read, hashed = list[Path](), list[Path]()

    def reading(file: Path, limit: int | None = None) -> QuestionFile:
        read.append(file)
        return read_question_file(file, limit)

    def hashing(file: Path) -> str:
        hashed.append(file)
        return hash_file(file)

    monkeypatch.setattr("potluck.document_qa.workload.read_question_file", reading)
    monkeypatch.setattr("potluck.stages.load.hash_file", hashing)
    with Recipe.load(path) as recipe:
        kept = recipe.measure(questions)

    assert kept.evaluation is not None
    assert [one.question.question for one in kept.evaluation.answered] == ["哪一年落成？"]
    assert (kept.folder / "report.html").is_file()
    assert read == [questions]
    assert [one.name for one in hashed] == ["筆記.txt"], "it was indexed before"


def test_a_key_that_is_missing_is_told_before_documents_are_embedded(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (path.parent / "新.txt").write_text("第8號橋於1910年落成。", encoding="utf-8")
    (path.parent / "q.jsonl").write_text('{"question": "哪一年落成？", "answers": ["1907年"]}\n', encoding="utf-8")
    overrides = ["chat={use: openai, model: gpt-5}", "questions=q.jsonl"]
    uses: list[Callable[[Recipe], object]] = [Recipe.run, Recipe.measure, lambda recipe: recipe.ask("哪一年落成？")]
    for use in uses:
        with Recipe.load(path, overrides) as recipe, pytest.raises(MissingSecret, match=r"no key for api\.openai\.com"):
            use(recipe)

    with Recipe.load(path, overrides) as recipe:
        report = recipe.index()
    assert (report.embedded, report.reused) == (1, 1), "nothing was embedded before, and an index needs no chat model"


def test_where_nothing_has_to_be_done_before_the_answers_the_chat_model_is_not_checked(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lack(self: object) -> None:
        raise MissingSecret("no key for 例子.tw")

    (path.parent / "q.jsonl").write_text('{"question": "哪一年落成？", "answers": ["1907年"]}\n', encoding="utf-8")
    monkeypatch.setattr(Extractive, "check", lack)
    with Recipe.load(path) as recipe:
        kept = recipe.measure(path.parent / "q.jsonl")
    assert kept.evaluation is not None
    assert "1907" in kept.evaluation.answered[0].answer.text

    (path.parent / "新.txt").write_text("第8號橋於1910年落成。", encoding="utf-8")
    with Recipe.load(path) as recipe, pytest.raises(MissingSecret, match=r"no key for 例子\.tw"):
        recipe.measure(path.parent / "q.jsonl")

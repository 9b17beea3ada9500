"""A recipe that was closed, before it is asked or meanwhile, says so by name.

Modules: ``potluck.api``, ``potluck.workspace.connection``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from potluck import Recipe, api
from potluck.errors import PotluckError, RecipeClosed
from potluck.workspace.catalogue import Load
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
    "prepare": lambda recipe: recipe.prepare(),
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

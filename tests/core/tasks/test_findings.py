"""What the measures of a task do not say is told in sentences.

Modules: ``potluck.tasks.findings``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from potluck import recipe as recipes
from potluck.components.components import Components
from potluck.documents import Answer
from potluck.metrics.scorer import QuestionScore
from potluck.model_sources.model_store import ModelStore
from potluck.questions.question_file import Question
from potluck.tasks.answers import AnsweredExample
from potluck.tasks.findings import findings_on
from potluck.workspace import Workspace
from support.fake_plugins import visible
from support.labelled import install_labelled


@pytest.fixture
def components(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Components]:
    text = "task: generation\nchat: {use: tutor, max_tokens: 12}\nquestions: q.jsonl\n"
    (tmp_path / "q.jsonl").touch()
    with visible(install_labelled(tmp_path / "site"), monkeypatch), closing(Workspace(tmp_path / "w")) as workspace:
        recipe = recipes.loads(text, tmp_path / "recipe.yaml", [])
        with closing(Components(recipe, workspace, ModelStore(tmp_path))) as opened:
            yield opened


def answered(pairs: Sequence[tuple[str, str]], cut: int = 0) -> list[AnsweredExample]:
    """Examples with these targets and answers, of which the first ``cut`` ended at the limit."""
    return [
        AnsweredExample(
            Question(f"example-{number}", "？"),
            Answer(answer, "length" if number <= cut else "stop"),
            QuestionScore(f"example-{number}", True, {}),
            0.25,
            target=target,
        )
        for number, (target, answer) in enumerate(pairs, 1)
    ]


RIGHT = [("水果", "水果"), ("天氣", "天氣")]


def test_nothing_is_said_of_labels_that_are_right(components: Components) -> None:
    assert list(findings_on(answered(RIGHT), ["水果", "天氣"], components)) == []


def test_labels_that_were_not_learned_are_counted_and_the_five_commonest_named(components: Components) -> None:
    odd = [(label, "水果") for label in ["家具", "家具", *"abcde"]]

    told, *_ = findings_on(answered([*RIGHT, *odd]), ["水果", "天氣"], components)

    assert told == (
        "7 examples of 9 with a label that is not among those learned ('家具' 2, 'a' 1, 'b' 1, 'c' 1, 'd' 1)"
    )


def test_a_single_example_is_told_as_one(components: Components) -> None:
    (told,) = findings_on(answered([*RIGHT, ("家具", "水果")]), ["水果", "天氣"], components)

    assert told == "1 example of 3 with a label that is not among those learned ('家具' 1)"


def test_one_label_for_everything_is_told_of_labels_and_one_text_of_texts(components: Components) -> None:
    same = [("水果", "天氣"), ("天氣", "天氣")] * 10

    labels = [told.split(":")[0] for told in findings_on(answered(same), ["水果", "天氣"], components)]
    texts = [told.split(":")[0] for told in findings_on(answered(same), [], components)]

    assert labels == ["one label for everything", "no better than the commonest label"]
    assert texts == ["one answer for everything"]


def test_answers_that_the_limit_cut_are_told_of_texts_only_with_the_limit(components: Components) -> None:
    cut = answered([*RIGHT, ("a", "a"), ("b", "b")], cut=1)

    assert list(findings_on(cut, [], components)) == [
        "cut answers: 1 of 4 (25%) ended at the limit of 12 tokens (chat.max_tokens)"
    ]
    assert list(findings_on(cut, ["水果", "天氣", "a", "b"], components)) == []


def test_the_remarks_of_the_model_are_told_of_texts_only(components: Components) -> None:
    components.chat.remarks = ("nothing ends its answers",)

    assert list(findings_on(answered(RIGHT), [], components)) == ["nothing ends its answers"]
    assert list(findings_on(answered(RIGHT), ["水果", "天氣"], components)) == []

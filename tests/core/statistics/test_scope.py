"""What was asked and what a conclusion holds for, in words.

Modules: ``potluck.statistics.scope``.
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from potluck.statistics.scope import TrainedModels, asked_words, needed_words, population_sentence


def found(n=300, clusters=None, kind=None, population="questions", needed_n=None, needed_clusters=None):
    """A figure that was found on so much."""
    return SimpleNamespace(
        n=n,
        clusters=clusters,
        cluster_kind=kind,
        population=population,
        needed_n=needed_n,
        needed_clusters=needed_clusters,
    )


@pytest.mark.parametrize(
    ("one", "unit", "words"),
    [
        (found(1), "question", "1 question"),
        (found(1200), "example", "1,200 examples"),
        (found(300, 20, "document", "clusters"), "question", "300 questions on 20 documents"),
        (found(90, 1, "group", "these clusters"), "message", "90 messages in 1 group"),
    ],
)
def test_what_was_asked_is_told_with_its_documents(one, unit, words):
    assert asked_words(one, unit) == words


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (found(), ""),
        (found(needed_n=1500), "1,500"),
        (found(clusters=20, kind="document", needed_n=900, needed_clusters=60), "900 on 60 documents"),
        (found(clusters=5, kind="group", needed_n=900), "900"),
    ],
)
def test_what_would_be_needed_is_told_with_its_documents(one, words):
    assert needed_words(one) == words


@pytest.mark.parametrize(
    ("one", "unit", "sentence"),
    [
        (found(), "question", ""),
        (
            found(300, 20, "document", "clusters"),
            "question",
            "This holds for further questions on further documents like these 20.",
        ),
        (
            found(300, 5, "document", "these clusters"),
            "question",
            "This holds for further questions on these 5 documents only: fewer than 8 documents tell nothing about "
            "others.",
        ),
        (
            found(300, 1, "group", "these clusters"),
            "message",
            "This holds for further messages in this group only: fewer than 8 groups tell nothing about others.",
        ),
        (
            found(300, 8, "group", "these clusters"),
            "example",
            "This holds for further examples in these 8 groups only.",
        ),
    ],
)
def test_what_a_conclusion_holds_for_is_a_sentence(one, unit, sentence):
    assert population_sentence(one, unit) == sentence


@pytest.mark.parametrize(
    ("models", "trainings", "words"),
    [
        (0, 0, ""),
        (0, 3, ""),
        (1, 1, "this trained model"),
        (2, 1, "these two trained models"),
        (1234, 1, "these 1,234 trained models"),
        (1, 3, "over 3 trainings"),
        (2, 3, "over 3 trainings each"),
    ],
)
def test_what_was_trained_is_told_as_models_or_as_trainings(models, trainings, words):
    assert TrainedModels(models, trainings).words() == words


def test_a_conclusion_says_whether_it_is_about_these_models_or_about_how_they_are_trained():
    assert TrainedModels().sentence() == ""
    assert TrainedModels(2, 5).sentence() == "This holds over 5 trainings each, and for further ones."
    assert TrainedModels(2, 1).sentence() == (
        "This is about these two trained models: with another seed they would come out differently. To tell about the "
        "tuners, train with several seeds: seeds: 3 under compare, or --seeds 3."
    )
    assert "this trained model: with another seed it would" in TrainedModels(1, 1).sentence()
    assert "To tell about the tuner," in TrainedModels(1, 1).sentence()

"""What of a figure was trained, as the statistics take it.

Modules: ``potluck.comparison.trainings``, ``potluck.comparison.variant_run``.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from potluck import recipe as recipes
from potluck.comparison.differences import Deciding, measure_interval, pair_results
from potluck.comparison.effects import axis_effects
from potluck.comparison.trainings import (
    Term,
    VariantTrainings,
    trained_parts,
    training_means,
    trainings_of,
    with_trainings,
)
from potluck.comparison.variant_run import ModelRun, Rounds, VariantRun, training_key, with_sample_seed
from potluck.contracts import Measure
from potluck.recipe.model import MAX_SEED, RecipeModel
from potluck.recipe.swaps import Variant
from potluck.results.comparison import VariantResult
from potluck.statistics.families import PairedValues

NAN = math.nan
SHARE = Measure("f1", "words in common")
TEXT = "model: m\ntask: generation\ndataset: t.jsonl\ntuner: lora\nchat: {use: transformers, temperature: %s}\n"


@pytest.fixture
def recipe(tmp_path: Path) -> RecipeModel:
    return read(tmp_path)


def read(folder: Path, text: str = TEXT % 0, **more: Any) -> RecipeModel:
    for name in ("t.jsonl", "u.jsonl"):
        (folder / name).write_text('{"text": "t", "label": "l"}\n', encoding="utf-8")
    return recipes.loads(text + "".join(f"{key}: {value}\n" for key, value in more.items()), folder / "r.yaml", [])


def table(*columns: float, n: int = 10) -> np.ndarray:
    return np.tile(np.array(columns), (n, 1))


def test_the_rounds_of_a_training_are_averaged_over_those_that_there_are() -> None:
    values = np.array([[1.0, 3.0, NAN, 5.0], [NAN, NAN, 2.0, 4.0]])

    assert training_means(values, 2) == pytest.approx(np.array([[2.0, 5.0], [NAN, 3.0]]), nan_ok=True)
    assert training_means(values, 1) == pytest.approx(np.array([[3.0], [3.0]]))


def test_variants_with_trainings_of_their_own_are_two_sets_and_with_the_same_ones_one() -> None:
    a, b = table(0.0, 1.0), table(1.0, 3.0)
    pair = PairedValues(a, b)
    own = with_trainings(pair, VariantTrainings("a", 2), VariantTrainings("b", 2)).trained
    same = with_trainings(pair, VariantTrainings("x", 2), VariantTrainings("x", 2)).trained
    alone = with_trainings(pair, None, VariantTrainings("b", 2)).trained
    none = with_trainings(PairedValues(a[:, 0], b[:, 0]), None, None).trained

    assert own is not None
    assert [draw[0].tolist() for draw in own.draws] == [[1.0, 3.0], [0.0, -1.0]]
    assert (own.models, own.trainings) == (2, 2)
    assert same is not None
    assert [draw[0].tolist() for draw in same.draws] == [[1.0, 2.0]]
    assert (same.models, same.trainings) == (1, 2)
    assert alone is not None
    assert (alone.models, [draw[0].tolist() for draw in alone.draws]) == (1, [[1.0, 3.0]])
    assert none is not None
    assert (none.models, none.trainings, none.draws, none.repeats) == (0, 0, (), None)


def test_repeats_are_those_of_every_term_and_noise_that_of_those_without_a_training() -> None:
    values = table(0.0, 1.0)
    found = trained_parts([Term(values, 0.5), Term(table(0.0, 1.0, 0.0, 1.0), 1.0, VariantTrainings("t", 2))])

    assert found.repeats is not None
    assert found.repeats.variance == pytest.approx(0.25 * 0.5 + 0.5)
    assert found.repeats.noise == pytest.approx(0.25 * 0.5 / 2)
    assert trained_parts([Term(values, 1.0, VariantTrainings("t", 2))]).repeats is None


def test_pairs_are_widened_by_the_trainings_of_both_and_say_how_many_there_are() -> None:
    rng = np.random.default_rng(0)
    tables = {
        name: {"f1": np.clip(mean + 0.1 * rng.normal(size=(60, 3)), 0, 1)} for name, mean in (("a", 0.4), ("b", 0.6))
    }
    tables["b"]["f1"] += np.array([-0.1, 0.0, 0.1])
    trainings = {name: VariantTrainings(name, 3) for name in "ab"}
    (models,) = pair_results(tables, Deciding("a", "f1"), {"f1": SHARE})
    (methods,) = pair_results(tables, Deciding("a", "f1"), {"f1": SHARE}, trainings=trainings)

    assert methods.high - methods.low > 1.5 * (models.high - models.low)
    assert (methods.trained_models, methods.trainings, models.trained_models, models.trainings) == (2, 3, 0, 0)
    assert methods.variance is not None
    assert methods.variance.trainings == pytest.approx(0.01, rel=0.3)
    assert "with 60 questions, over 3 trainings each; about 4 trainings each would be needed: " in methods.sentence
    one, other = (measure_interval(tables["b"]["f1"], SHARE, None, of) for of in (None, trainings["b"]))
    assert one.mean == other.mean
    assert other.low is not None
    assert one.low is not None
    assert other.low < one.low - 0.1


def test_an_effect_averages_trainings_of_their_own_and_takes_off_those_that_are_shared() -> None:
    """With the prompt as another axis, each prompt's variants of a tuner are other trainings; with k they are not."""
    rng = np.random.default_rng(1)
    names = [(tuner, k) for tuner in ("lora", "prefix") for k in ("1", "2")]
    apart = {tuner: np.array([-0.2, 0.0, 0.2]) * (tuner == "prefix") for tuner, _ in names}
    tables = {
        f"{tuner} {k}": {"f1": 0.5 + apart[tuner] + 0.01 * rng.normal(size=(40, 3)) + 0.02 * int(k)}
        for tuner, k in names
    }
    variants = [
        VariantResult(
            f"{tuner} {k}", {"tuner": tuner, "k": k}, {"f1": measure_interval(tables[f"{tuner} {k}"]["f1"], SHARE)},
            None, 1.0, 1, None, {}, {}, None, 3, {},
        )
        for tuner, k in names
    ]  # fmt: skip
    shared = {f"{tuner} {k}": VariantTrainings(tuner, 3) for tuner, k in names}
    tuner, k = axis_effects(tables, variants, "lora 1", SHARE, trainings=shared)

    assert k.matters, "each training is 0.02 better with the other k"
    assert k.pairs[0].found.high - k.pairs[0].found.low < 0.05
    assert not tuner.matters
    assert tuner.pairs[0].found.high - tuner.pairs[0].found.low > 0.3
    _, unshared = axis_effects(
        tables, variants, "lora 1", SHARE, trainings={name: VariantTrainings(name, 3) for name in tables}
    )
    assert not unshared.matters


def test_a_training_is_another_with_another_seed_tuner_or_dataset_and_not_with_another_answerer(
    recipe: RecipeModel, tmp_path: Path
) -> None:
    key = training_key(recipe)

    assert training_key(read(tmp_path, TEXT % 0.5)) == key
    assert training_key(replace(recipe, training=2)) != key
    assert training_key(replace(recipe, training=2)) == training_key(replace(recipe, seed=1, training=1))
    assert training_key(read(tmp_path, (TEXT % 0).replace("lora", "{use: lora, r: 2}"))) != key
    assert training_key(read(tmp_path, (TEXT % 0).replace("t.jsonl", "u.jsonl"))) != key
    assert training_key(read(tmp_path, prompt="'{text}'")) != key


def test_the_seed_of_a_training_counts_from_the_recipes_and_stays_one_that_every_library_takes(
    recipe: RecipeModel,
) -> None:
    assert [replace(recipe, seed=5, training=number).training_seed for number in range(3)] == [5, 6, 7]
    assert replace(recipe, seed=MAX_SEED, training=2).training_seed == 1
    assert "training" not in replace(recipe, training=2).as_mapping()


def test_rounds_are_those_of_each_training_or_as_many_without_one(recipe: RecipeModel, tmp_path: Path) -> None:
    frozen = replace(recipe, tuner=None)
    rounds = Rounds(repeats=2, seeds=3)

    assert recipe.is_trained
    assert not frozen.is_trained
    assert (rounds.trainings_of(recipe), rounds.trainings_of(frozen)) == (3, 1)
    assert [rounds.rounds_of(one, samples) for one in (recipe, frozen) for samples in (True, False)] == [2, 1, 6, 1]


def test_each_round_of_each_training_draws_with_a_seed_of_its_own(tmp_path: Path) -> None:
    sampling = replace(read(tmp_path, TEXT % 1), seed=10)

    def seed(training: int, sample: int) -> object:
        return with_sample_seed(replace(sampling, training=training), sample).chat.config.model_dump()["seed"]

    assert [seed(0, 0), seed(0, 1), seed(2, 0), seed(2, 1)] == [10, 11, 12, 13]
    assert with_sample_seed(replace(read(tmp_path), training=2), 1) == replace(read(tmp_path), training=2)


def test_a_variant_that_failed_or_trains_nothing_has_no_trainings(recipe: RecipeModel) -> None:
    models = [ModelRun([[]]), ModelRun([[]])]
    runs = [
        VariantRun(Variant("t", {}, recipe), models),
        VariantRun(Variant("frozen", {}, replace(recipe, tuner=None)), models[:1]),
        VariantRun(Variant("failed", {}, recipe), error="no"),
    ]

    assert trainings_of(runs) == {"t": VariantTrainings(training_key(recipe), 2)}
    assert [(run.trainings, run.repeats, len(list(run.rounds))) for run in runs] == [(2, 1, 2), (0, 1, 1), (0, 0, 0)]

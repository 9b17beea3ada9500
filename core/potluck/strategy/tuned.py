"""The rows that train a model on the labelled messages, and then ask it how likely each label is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from potluck import recipe as recipes
from potluck.adapters.resolve import resolve_adapter
from potluck.answering.choices import likeliest_label
from potluck.atomic_files import write_atomically
from potluck.components.components import Components
from potluck.documents import Message
from potluck.model_sources.model_store import ModelStore
from potluck.recipe.yaml_reader import parse_value
from potluck.stages.tune import TrainingInputs, load_result, read_inputs, train_or_reuse
from potluck.strategy.budget import Budget, CannotLearn, OutOfTime
from potluck.strategy.data import majority_language
from potluck.strategy.protocol import LabelChoice, Strategy, StrategySpec, TrainingSetup
from potluck.workspace import Workspace

if TYPE_CHECKING:
    from potluck.contracts import Vectors
    from potluck.observation.observers import Observers
    from potluck.recipe.model import RecipeModel

_WORDINGS = {"zh": "這則訊息的標籤是什麼？\n訊息：{text}", "en": "Which label does this message have?\nMessage: {text}"}

_SHARE = 0.75
"""The share of the time that a training may use up: the tuned model still has to be tried."""


class TunedStrategy:
    """Trains a model of the recipe that ``components`` are of, and chooses the label that it finds likeliest."""

    def __init__(
        self, setup: TrainingSetup, make: Callable[[], Components], meter: Budget, observers: Observers
    ) -> None:
        """Nothing is read yet: a problem with model or tuner fails this row alone."""
        self._setup, self._make, self._meter, self._observers = setup, make, meter, observers

    @cached_property
    def _components(self) -> Components:
        return self._make()

    @cached_property
    def _inputs(self) -> TrainingInputs:
        return read_inputs(self._components)

    @property
    def name(self) -> str:
        """The training that it stands for."""
        return self._inputs.request.folder.name

    def train(self, vectors: Vectors | None) -> Sequence[str]:
        """Train, unless that was done; the notes are those of ``potluck tune``.

        Raises ``CannotLearn`` if there is no time for it.
        """
        if load_result(self._inputs.request)[0] is None:
            estimate = self._components.tuner.probe(self._inputs.request)
            expected = estimate.seconds if estimate is not None else 0.0
            try:
                self._meter.need(expected, 0.0, _SHARE)
            except OutOfTime as limit:
                raise CannotLearn(f"training takes about {expected:,.0f} s, which do not fit into {limit}") from None
        found = train_or_reuse(self._components, self._observers, self._inputs)
        resolve_adapter(self._components)
        _ = self._components.chat.context_window
        return (*found.notes, *found.prepared.notes, *found.tuned.notes)

    def price(self, text: str) -> float:
        """Nothing leaves the machine."""
        return 0.0

    def choose(self, text: str, vector: Vectors | None) -> LabelChoice:
        """The likeliest label."""
        recipe = self._components.recipe
        assert recipe.prompt is not None, "the recipe was made with one"
        asked = [Message("user", recipe.prompt.render(text=text))]
        return LabelChoice(likeliest_label(self._components.chat, asked, self._setup.labels, recipe.chat))


def tuned_specs(
    tuners: Sequence[str],
    model: str,
    seed: int,
    workspace: Workspace,
    meter: Budget,
    opened: list[Components],
    observers: Observers,
) -> Mapping[str, StrategySpec]:
    """A row for each tuner, written as in a recipe. What they open is put into ``opened``, to be closed in the end."""
    found: dict[str, StrategySpec] = {}
    for written in tuners:
        said = parse_value(written, f"--tuner {written}").plain()
        used = str(said.get("use")) if isinstance(said, dict) else str(said)
        same = sum(name.partition(" ")[0] == used for name in found)
        name = f"{used} ({same + 1})" if same else used

        def make(setup: TrainingSetup, written: str = written) -> Strategy:
            def components() -> Components:
                recipe = _recipe(written, model, setup, seed, workspace)
                opened.append(Components(recipe, workspace, ModelStore(recipe.folder)))
                return opened[-1]

            return TunedStrategy(setup, components, meter, observers)

        found[name] = StrategySpec(f"a model tuned by {used}", make)
    return found


def _recipe(tuner: str, model: str, setup: TrainingSetup, seed: int, workspace: Workspace) -> RecipeModel:
    """The recipe of a tuning on the messages, which are written beside what it makes."""
    rows = [{"text": item.text, "label": item.label} for item in setup.train]
    data = workspace.folder / "strategy" / f"{setup.name}.jsonl"
    write_atomically(data, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode())
    said = {
        "model": model,
        "task": "classification",
        "dataset": {"path": str(data), "validation": 0},
        "prompt": _WORDINGS[majority_language(setup.train)],
        "seed": seed,
    }
    overrides = [f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in said.items()]
    return recipes.loads("potluck: 1", Path("--tuner"), [*overrides, f"tuner={tuner}"])

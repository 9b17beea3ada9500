"""The result of a variant: what each of its models answered, in each round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from potluck.contracts import ChatOptions
from potluck.documents import Json
from potluck.evaluation.results import Answered
from potluck.evaluation.served import Served
from potluck.fingerprints import fingerprint
from potluck.metrics.perplexity import Surprise
from potluck.recipe.model import RecipeModel
from potluck.recipe.swaps import Variant

STAGES = ("load", "split", "embed", "retrieve", "answer")


@dataclass(slots=True)
class ModelRun:
    """What one model answered: ``rounds`` holds the answers of each round, several if it samples."""

    rounds: list[list[Answered]] = field(default_factory=list)
    surprises: dict[str, Surprise] = field(default_factory=dict)
    """By question: how surprised the model is by the right answer, if that was requested."""


@dataclass(slots=True)
class VariantRun:
    """The result of a variant. ``models`` are those of its trainings, in the order of their seeds, each with as many
    rounds; a variant that trains nothing has one. ``error`` says why there are none."""

    variant: Variant
    models: list[ModelRun] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Notes on it: documents that were not read, a training that went wrong, worthless answers."""
    cost: float | None = None
    seconds: float = 0.0
    computed: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STAGES, 0))
    reused: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STAGES, 0))
    prices: tuple[float, float] | None = None
    error: str | None = None

    @property
    def rounds(self) -> Iterator[list[Answered]]:
        """The answers of each round, one model after the other."""
        return (answers for model in self.models for answers in model.rounds)

    @property
    def first(self) -> list[Answered]:
        """The answers of the first round: what is shown question by question, and of which causes are found."""
        return self.models[0].rounds[0]

    @property
    def repeats(self) -> int:
        """Rounds of each model."""
        return len(self.models[0].rounds) if self.models else 0

    @property
    def trainings(self) -> int:
        """How often the variant was trained; 0 if it trains nothing."""
        return len(self.models) if self.variant.recipe.is_trained else 0

    @property
    def served(self) -> list[Served]:
        """Which states of a service's model gave the answers, before or now."""
        return [one.served for answers in self.rounds for one in answers]


@dataclass(frozen=True, slots=True)
class Rounds:
    """How often a model that samples is asked, and with how many seeds a variant is trained."""

    repeats: int
    seeds: int

    def trainings_of(self, recipe: RecipeModel) -> int:
        """The models of a variant: one if it trains nothing."""
        return self.seeds if recipe.is_trained else 1

    def rounds_of(self, recipe: RecipeModel, samples: bool) -> int:
        """Rounds of each model."""
        if not samples:
            return 1
        return self.repeats if recipe.is_trained else self.repeats * self.seeds


def with_sample_seed(recipe: RecipeModel, sample: int) -> RecipeModel:
    """The recipe with the seed of a round, and of its training, where the model samples."""
    config = recipe.chat.config
    if not isinstance(config, ChatOptions) or config.temperature == 0:
        return recipe
    first = (config.seed if config.seed is not None else recipe.seed) + recipe.training
    seeded = config.model_copy(update={"seed": first + sample})
    return replace(recipe, chat=replace(recipe.chat, config=seeded))


def training_key(recipe: RecipeModel) -> str:
    """Equal for recipes of which each training is the same; of two that write it differently it need not be."""
    tuner = recipe.tuner
    method: Json = None if tuner is None else [tuner.plugin.qualified_name, tuner.config.decisive()]
    wording = recipe.prompt.text if recipe.prompt else None
    return fingerprint(method, recipe.tuning.as_mapping(), wording, recipe.training_seed)

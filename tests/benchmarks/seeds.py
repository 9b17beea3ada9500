"""How often two tuners that are equally good are called different, trained once or with several seeds.

    python tests/benchmarks/seeds.py [ROUNDS]
    python tests/benchmarks/seeds.py measure [STEPS] [EXAMPLE...]

The first prints, for 1, 3 and 5 trainings of each, how often equal tuners are called different: with the variance
between trainings that was measured on two examples, and with none to much more, on single questions and on documents,
with both or one of the two trained. The second trains the tuner of an example with 5 seeds on a model of two layers and
prints where the variance of its accuracy lies.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import multivariate_normal, norm

from potluck.statistics.clusters import Clusters
from potluck.statistics.distributions import ALPHA
from potluck.statistics.seeds import MethodTest, Trained
from potluck.statistics.variance import variance_components

Array: TypeAlias = npt.NDArray[np.float64]
Generator: TypeAlias = np.random.Generator


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers that are right or wrong, as a tuner's are: the share that is right, and the variances of an answer that
    lie between questions and between trainings. ``documents`` is the share of the former between documents."""

    right: float
    questions: float
    trainings: float
    documents: float = 0.0

    @property
    def shares(self) -> tuple[float, float, float]:
        """Of the variance of a normal number that decides an answer: documents, questions and trainings."""
        asked, trained = (_latent_share(self.right, one) for one in (self.questions, self.trainings))
        return asked * self.documents, asked * (1 - self.documents), trained


@cache
def _latent_share(right: float, variance: float) -> float:
    """The correlation of two normal numbers of which both pass a limit as often as is said."""
    limit = norm.ppf(right)
    if variance <= 0:
        return 0.0

    def excess(correlation: float) -> float:
        both = multivariate_normal.cdf([limit, limit], cov=[[1.0, correlation], [correlation, 1.0]])
        return float(both) - right**2 - variance

    return float(brentq(excess, 0.0, 0.9999)) if excess(0.9999) > 0 else 0.9999


MEASURED: Mapping[str, tuple[int, Answers]] = {
    "garbage": (300, Answers(0.945, 0.0264, 0.000256)),
    "detail": (385, Answers(0.019, 0.00018, 0.0000115)),
}
"""The number of questions and what was measured, by the example."""

RATE = 3e-3
"""The learning rate of the small model."""

TIMES = (0.0, 0.3, 1.0, 3.0, 30.0)
"""How the variance that trainings add to a mean compares with that of questions."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Equal tuners on ``n`` questions on ``documents``, or on none; ``both`` are trained, or b alone."""

    answers: Answers
    n: int
    trainings: int
    documents: int | None = None
    both: bool = True

    def sample(self, rng: Generator) -> MethodTest:
        """Compare the two."""
        places = np.arange(self.n) % (self.documents or self.n)
        of_documents, of_questions, of_trainings = self.answers.shares
        hard = np.sqrt(of_documents) * rng.normal(size=self.n)[places] + np.sqrt(of_questions) * rng.normal(size=self.n)
        limit, left = norm.ppf(self.answers.right), 1 - of_documents - of_questions - of_trainings

        def trained() -> Array:
            apart = np.sqrt(of_trainings) * rng.normal(size=(1, self.trainings))
            own = np.sqrt(max(left, 0.0)) * rng.normal(size=(self.n, self.trainings))
            found: Array = (hard[:, None] + apart + own < limit).astype(np.float64)
            return found

        b, clusters = trained(), Clusters(places) if self.documents else None
        if self.both:
            a = trained()
            return MethodTest.of(a, b, Trained((b, -a), 2, self.trainings), clusters=clusters)
        share = norm.cdf((limit - hard) / np.sqrt(max(1 - of_documents - of_questions, 1e-9)))
        a = (rng.random(self.n) < share).astype(np.float64)[:, None]
        return MethodTest.of(a, b, Trained((b,), 1, self.trainings), clusters=clusters)

    def called_different(self, rounds: int, seed: int = 0) -> float:
        """The share of the rounds."""
        rng = np.random.default_rng(seed)
        return sum(self.sample(rng).p <= ALPHA for _ in range(rounds)) / rounds


def spread_cells(trainings: int, both: bool) -> Iterator[tuple[str, Cell]]:
    """Cells with more and more variance between trainings, on questions and on documents."""
    for n, documents in ((30, None), (100, None), (300, None), (80, 8), (300, 20)):
        for times in TIMES:
            asked = 0.08 / n if documents is None else 0.3 * 0.08 / documents
            variance = min(times * asked * trainings, 0.1)
            answers = Answers(0.7, 0.12, variance, 0.0 if documents is None else 0.3)
            place = f"{n} questions" + (f" on {documents} documents" if documents else "")
            yield place, Cell(answers, n, trainings, documents, both)


def tabulate(rounds: int) -> None:
    """Print the shares of comparisons that are called different: of the many cells in a fifth of the rounds."""
    for name, (n, answers) in MEASURED.items():
        shares = [Cell(answers, n, trainings).called_different(rounds) for trainings in (1, 3, 5)]
        print(f"| as measured on {name} | " + " | ".join(f"{share:.1%}" for share in shares) + " |")
    for both in (True, False):
        found: dict[tuple[str, int], list[float]] = {}
        for trainings in (1, 3, 5):
            for place, cell in spread_cells(trainings, both):
                found.setdefault((place, trainings), []).append(cell.called_different(max(1, rounds // 5)))
        for place in dict.fromkeys(place for place, _ in found):
            cells = [f"{min(found[place, one]):.1%} to {max(found[place, one]):.1%}" for one in (1, 3, 5)]
            print(f"| {place}, {'both' if both else 'one'} trained | " + " | ".join(cells) + " |")


def _small_model(folder: Path) -> None:
    """Two layers that can learn from a few hundred examples, for the tokenizer in the folder."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig.from_pretrained(folder, hidden_size=64, intermediate_size=128, initializer_range=0.05)
    LlamaForCausalLM(config).save_pretrained(folder)


def measure(example: str, steps: int, seeds: int = 5) -> None:
    """Train the tuner of an example on a small model, and print where the variance of its accuracy lies."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from potluck import recipe as recipes
    from potluck.comparison.engine import Engine
    from potluck.comparison.measured import measure_tables
    from potluck.evaluation.resources import SharedResources
    from potluck.model_sources.model_store import ModelStore
    from potluck.observation.observers import Observers
    from potluck.recipe.swaps import Variant
    from potluck.workspace import Workspace
    from support.scoring import usual
    from support.tiny_models import tiny_causal

    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, closing(Workspace(Path(folder) / ".potluck")) as workspace:
        home = Path(folder) / example
        shutil.copytree(Path(__file__).parents[2] / "docs" / "examples" / example, home)
        rows = [json.loads(line) for line in (home / "train.jsonl").read_text(encoding="utf-8").splitlines()]
        _small_model(tiny_causal(home / "model", [" ".join(map(str, row.values())) for row in rows]))
        training = {"max_steps": steps, "learning_rate": RATE, "dtype": "float32", "save_steps": steps}
        tuner = json.dumps({"use": "full", "head": True, "training": training})
        changes = ["model=model", "dataset.validation=0", f"tuner={tuner}"]
        model = recipes.load(home / "recipe.yaml", changes)
        with closing(SharedResources(workspace, ModelStore(home), Observers())) as resources:
            (run,) = Engine([model], usual(), resources).run([Variant("full", {}, model)], seeds=seeds)
            if run.error is not None:
                raise SystemExit(run.error)
            table = measure_tables(run, usual())["accuracy"]
    found = variance_components(table.mean(axis=1), [table], None)
    print(f"{example}: accuracy {table.mean():.3f}, of the trainings {table.mean(axis=0).round(3).tolist()}; {found}")
    print(f"{seeds} trainings of {steps} steps, {time.monotonic() - began:.0f} s")


def main(arguments: Sequence[str]) -> None:
    """Tabulate, or measure."""
    if arguments[:1] == ["measure"]:
        for example in arguments[2:] or MEASURED:
            measure(example, int(arguments[1]) if len(arguments) > 1 else 60)
    else:
        tabulate(int(arguments[0]) if arguments else 1000)


if __name__ == "__main__":
    main(sys.argv[1:])

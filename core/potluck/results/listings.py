"""The output of ``potluck plugins``, ``tuners``, ``conform``, ``new``, ``examples``, ``prompts`` and ``load``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from potluck.statistics.intervals import Interval
from potluck.statistics.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class PluginResult:
    """An installed plugin."""

    kind: str
    name: str
    package: str
    version: str
    """Of the package."""
    contract: int | None
    """The version of the contract that it was written for; null if its metadata does not say."""
    missing: tuple[str, ...] | None
    """Packages that it needs and that are not installed; null if its metadata does not say."""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """The result of one rule of a plugin's contract."""

    rule: str
    kept: bool
    skipped: bool
    why: str
    """What happened, if it is broken."""


@dataclass(frozen=True, slots=True)
class ExaminedResult:
    """The result of importing one plugin."""

    kind: str
    name: str
    package: str
    version: str
    contract: int | None
    seconds: float | None
    """What the import took; null if it failed."""
    missing: tuple[str, ...]
    """Optional packages that are not installed."""
    problem: str | None
    """The class of what is wrong with it; null if it can be used."""
    message: str
    reached_for: tuple[str, ...]
    """Hosts that it tried to reach when it was imported."""
    rules: tuple[RuleResult, ...]
    """With `--conform`: how it keeps the rules of its kind."""
    skipped: str
    """Why it was not checked against them."""


@dataclass(frozen=True, slots=True)
class DoctorResult:
    """What is wrong with installed plugins."""

    plugins: tuple[ExaminedResult, ...]
    findings: tuple[str, ...]
    """Names and file types that two plugins offer, and packages that do not work together."""


@dataclass(frozen=True, slots=True)
class HelpResult:
    """The help of a command."""

    command: str
    text: str


@dataclass(frozen=True, slots=True)
class CompletionResult:
    """The script by which a shell completes commands."""

    shell: str
    script: str


@dataclass(frozen=True, slots=True)
class TunerResult:
    """An installed tuner."""

    name: str
    summary: str
    family: str
    """Where its parameters go."""
    mergeable: bool
    whole: bool
    """Whether it trains the whole model."""
    served_by: tuple[str, ...]
    """Chat plugins that answer with what it learns."""
    tasks: tuple[str, ...]
    kinds: tuple[str, ...]
    """Kinds of models that it trains: causal, masked, seq2seq."""
    package: str
    trainable: int | None
    """Parameters that it trains; null if no model was named, or they cannot be counted on that."""
    total: int | None


@dataclass(frozen=True, slots=True)
class InitResult:
    """The files that were written beside documents."""

    folder: str
    written: tuple[str, ...]
    """In the folder: the recipe, the template of questions."""
    kept: tuple[str, ...]
    """Files that were there already."""
    schema: str
    """In the folder: editors complete and check the recipe by it."""
    documents: Mapping[str, int]
    """How many files the recipe reads, by the endings of their names."""
    unread: tuple[str, ...]
    """The endings that no installed loader reads."""


@dataclass(frozen=True, slots=True)
class NewResult:
    """The package of a plugin that was written."""

    kind: str
    name: str
    package: str
    folder: str
    files: tuple[str, ...]
    """In the folder."""
    steps: tuple[str, ...]
    """The commands that try it."""


@dataclass(frozen=True, slots=True)
class BundledExampleResult:
    """An example that comes with potluck."""

    name: str
    summary: str
    uses: tuple[str, ...]
    """The examples whose files its recipes read: they are copied beside it."""


@dataclass(frozen=True, slots=True)
class CopiedExampleResult:
    """An example that was copied."""

    name: str
    folder: str
    files: tuple[str, ...]
    """In the folder."""
    added: tuple[str, ...]
    """The folders of the examples that it uses, copied beside it."""
    present: tuple[str, ...]
    """Those that were there already, and stay as they are."""


@dataclass(frozen=True, slots=True)
class PromptResult:
    """A prompt of a recipe."""

    name: str
    hash: str
    """Of exactly this wording."""
    fields: tuple[str, ...]
    line: int | None
    """Where it stands in the recipe; null for one that comes with potluck."""
    text: str


@dataclass(frozen=True, slots=True)
class FindingResult:
    """One thing wrong with a prompt."""

    level: Literal["error", "warning"]
    file: str
    line: int
    column: int
    message: str
    advice: str
    """How to correct it."""


@dataclass(frozen=True, slots=True)
class WordingResult:
    """One wording, and how often it leads the model to the right answer."""

    name: str
    hash: str
    text: str
    means: Mapping[str, Interval]
    """By the name of the set of items."""


@dataclass(frozen=True, slots=True)
class SpreadResult:
    """The best mean less the worst, with its 95 % confidence interval; null if n < 2."""

    value: float
    low: float | None
    high: float | None
    chance: float | None
    """The spread that equally good wordings stay below in 95 % of the cases, with that many items."""


@dataclass(frozen=True, slots=True)
class WordingPairResult:
    """The best wording against another; `difference` is how much more the best has."""

    other: str
    difference: float
    low: float
    high: float
    p: float
    p_adjusted: float
    """By Holm's method, over all pairs of wordings."""
    verdict: Verdict
    needed_n: int | None
    """Items that would show this difference with 80 % power; null if it is 0."""
    sentence: str


@dataclass(frozen=True, slots=True)
class ItemSetResult:
    """The figures of all wordings on one set of items."""

    name: str
    n: int
    spread: SpreadResult
    best: str
    """The name of a wording."""
    against: tuple[WordingPairResult, ...]


@dataclass(frozen=True, slots=True)
class PromptScoresResult:
    """How much the wording of a prompt matters."""

    task: str
    measure: str
    candidates: int
    """What the model chooses among."""
    guess: float
    """The share of items that the commonest answer gets right without a model."""
    left_out: int
    """Items whose answer is not a candidate."""
    wordings: tuple[WordingResult, ...]
    sets: tuple[ItemSetResult, ...]


@dataclass(frozen=True, slots=True)
class LoadedResult:
    """A document as a loader reads it."""

    source: str
    text: str
    metadata: Mapping[str, object]
    """The loader's metadata; `sections`, `pages` and `losses` if there are any."""


@dataclass(frozen=True, slots=True)
class NotLoadedResult:
    """A file that could not be read."""

    source: str
    error: str
    """Why."""
    kind: str
    """The class of the error."""

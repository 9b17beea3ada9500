"""``potluck strategy``: from labelled data to a table of rows and a recommendation."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from potluck.adapters.resolve import resolve_adapter
from potluck.components.components import Components
from potluck.contracts import ChatOptions
from potluck.documents import Json
from potluck.errors import ContractBroken, PotluckError
from potluck.model_sources.model_store import ModelStore
from potluck.observation.observers import Observers
from potluck.observation.stage import stage
from potluck.planning.plan import remote_hosts
from potluck.recipe.model import RecipeModel
from potluck.results.strategy import StrategyResult
from potluck.statistics.distributions import check_distributions
from potluck.strategy.advice import Advice, advise
from potluck.strategy.budget import Budget
from potluck.strategy.data import Split, read_split
from potluck.strategy.document import strategy_result
from potluck.strategy.message_vectors import MessageVectors
from potluck.strategy.protocol import Chat, StrategySpec, TrainingSetup
from potluck.strategy.race import Entrant, Race
from potluck.strategy.register import all_strategies
from potluck.strategy.tuned import tuned_specs
from potluck.suggestions import did_you_mean
from potluck.workspace import Workspace

_MANY = 20
"""Above this many labels a prompt that lists them all is long."""


@dataclass(frozen=True, slots=True)
class SelectionPlan:
    """The request. ``chat`` says whether a chat model was named; ``rows`` are names, or none for all."""

    data: Path
    given: str = "prompt"
    target: str = "completion"
    chat: bool = False
    rows: tuple[str, ...] = ()
    limit: int | None = None
    usd: float = 2.0
    minutes: float = 10.0
    full: bool = False
    rules: tuple[str, ...] = ()
    """Patterns of the row ``rule``, written ``LABEL=PATTERN``."""
    tuners: tuple[str, ...] = ()
    """Tuners as a recipe writes them, one row each."""
    model: str | None = None
    """What they tune."""
    fresh: bool = False
    """Whether everything that an earlier run asked is asked again."""


@dataclass(frozen=True, slots=True)
class SelectionOutcome:
    """The race, the recommendation, and the data of both."""

    race: Race
    advice: Advice
    result: StrategyResult

    @property
    def document(self) -> dict[str, Json]:
        """The result as ``potluck strategy --json`` prints it."""
        return self.result.as_json()


def strategy(recipe: RecipeModel, plan: SelectionPlan, observers: Observers | None = None) -> SelectionOutcome:
    """Run the rows over one held-out split within the budget, and recommend one.

    ``recipe`` names embedder, chat model and seed. Raises ``PotluckError`` for data or rows that cannot be used,
    ``MissingDependency`` without scipy; a row that fails while it runs is named in the outcome. ``observers`` are told
    how many messages were asked, and each call of a model.
    """
    check_distributions()
    # Threads that wait by spinning take the processor from the other library's threads: twenty times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    observers = observers if observers is not None else Observers(recipe.name)
    meter = Budget(plan.usd, plan.minutes)
    split = read_split(plan.data, plan.given, plan.target, recipe.seed)
    test = split.test[: plan.limit]
    workspace, opened = _workspace(plan.data, plan.fresh), list[Components]()
    components = Components(recipe, workspace, ModelStore(recipe.folder))
    try:
        tuned = tuned_specs(plan.tuners, _model(plan, recipe), recipe.seed, workspace, meter, opened, observers)
        chosen = rows_asked_for(plan, split, tuned)
        lanes, setting, embedded = _make_entrants(
            chosen, plan.rules, split, recipe, components, workspace, meter, observers
        )
        hosts = remote_hosts(recipe)
        race = Race(lanes, setting, test, workspace.answer_cache, meter, embedded, "embedder" in hosts)
        with stage(observers, "strategy", "messages", len(test)) as running:
            race.run(running, plan.full)
    finally:
        for one in (components, *opened):
            one.close()
        workspace.close()
    if all(lane.outcome == "failed" for lane in lanes):
        raise PotluckError("no row could be run:\n" + "\n".join(f"  {lane.name}: {lane.why}" for lane in lanes))
    advice = advise(lanes, test)
    options = setting.chat.options if setting.chat is not None else None
    return SelectionOutcome(race, advice, strategy_result(race, advice, split, test, meter, workspace.folder, options))


def rows_asked_for(plan: SelectionPlan, split: Split, tuned: Mapping[str, StrategySpec]) -> Mapping[str, StrategySpec]:
    """The rows by name. Raises ``PotluckError`` for an unknown name, or one that needs a chat model."""
    known = {**all_strategies(), **tuned}
    for name in plan.rows:
        if name not in known:
            hint = did_you_mean(name, list(known))
            raise PotluckError(f"--rows: there is no row {name!r}{hint}; there are: {', '.join(known)}")
        if known[name].needs_chat and not plan.chat:
            raise PotluckError(f"--rows: {name!r} asks a chat model; name one with --chat")
        if name == "rule" and not plan.rules:
            raise PotluckError("--rows: 'rule' needs patterns; give some with --rule LABEL=PATTERN")
    many = len(split.labels) > _MANY
    wanted = [
        name
        for name, kind in known.items()
        if (plan.chat or not kind.needs_chat)
        and (many or not kind.needs_many_labels)
        and (plan.rules or name != "rule")
    ]
    if plan.rows:
        wanted = [*plan.rows, *tuned]
    return {name: known[name] for name in known if name in wanted}


def _make_entrants(
    chosen: Mapping[str, StrategySpec],
    rules: tuple[str, ...],
    split: Split,
    recipe: RecipeModel,
    components: Components,
    workspace: Workspace,
    meter: Budget,
    observers: Observers,
) -> tuple[Sequence[Entrant], TrainingSetup, MessageVectors]:
    chat = _chat(recipe, components) if any(kind.needs_chat for kind in chosen.values()) else None
    setting = TrainingSetup(split.train, split.labels, recipe.seed, chat, rules)
    name = components.embedder_fingerprint if any(kind.vectors for kind in chosen.values()) else ""
    embedded = MessageVectors(
        lambda: components.embedder, name, workspace.answer_cache, meter, observers, recipe.embedder
    )
    return [Entrant(name, kind, kind.make(setting)) for name, kind in chosen.items()], setting, embedded


def _chat(recipe: RecipeModel, components: Components) -> Chat:
    options = recipe.chat.config
    if not isinstance(options, ChatOptions):
        raise ContractBroken(f"the settings of chat plugin {recipe.chat.name!r} do not inherit from ChatOptions")
    remote = "chat" in remote_hosts(recipe)
    resolve_adapter(components)
    return Chat(lambda: components.chat, options, components.chat_fingerprint, remote, recipe.chat)


def _model(plan: SelectionPlan, recipe: RecipeModel) -> str:
    """The model that the tuners tune. Raises ``PotluckError`` if no option names it."""
    named = plan.model or getattr(recipe.chat.config, "model", None)
    if plan.tuners and named is None:
        raise PotluckError("--tuner: name what it tunes with --model, or a local chat model with --chat")
    return str(named)


def _workspace(data: Path, fresh: bool) -> Workspace:
    """``.potluck`` beside the data, or in the current folder if that cannot be written."""
    home = data if data.is_dir() else data.parent
    folder = home / ".potluck"
    writable = os.access(folder if folder.exists() else home, os.W_OK)
    return Workspace((folder if writable else Path.cwd() / ".potluck").resolve(), fresh)

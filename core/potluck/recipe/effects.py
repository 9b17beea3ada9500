"""Which keys of a recipe decide its answers, and which it does not read, with the reason.

A comparison asks this before anything runs: a swap of a key that is not read cannot matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from potluck import plugins
from potluck.contracts import KINDS, ChatOptions, Config, Operational, RetrievalNeed
from potluck.documents import Json
from potluck.recipe.model import NAMED, ComponentSpec, RecipeModel
from potluck.recipe.tuning_settings import FROM_TUNER

_NEVER = {
    "potluck": "it is the version of the recipe format",
    "name": "it is what the recipe is called",
    "compare": "a variant has no axes of its own",
    **{kind.key: kind.why_idle for kind in KINDS.values() if kind.why_idle},
    "documents.private": "it forbids that documents leave the machine, and changes no answer",
    "documents.on_error": "it says what a file that cannot be read means for the exit status",
}
"""Keys that decide no answer."""

_RETRIEVING = ("splitter", "embedder", "store", "retriever", "reranker", "answer", "shots")
_SAMPLING = ("top_p", "seed")
_Settings: TypeAlias = Callable[[Config], dict[str, Json]]
OPERATIONAL = "it changes how the work is done and not the result"


def decisive_values(recipe: RecipeModel) -> dict[str, Json]:
    """The values that decide the answers, by dotted key: two recipes in which they are equal answer alike."""
    without = unread_keys(recipe)
    return {
        key: value
        for key, value in setting_values(recipe).items()
        if not any(key == one or key.startswith(f"{one}.") for one in without)
    }


def unread_keys(recipe: RecipeModel) -> dict[str, str]:
    """The keys that have no effect given the rest of the recipe, each with the reason."""
    found = dict(_NEVER)
    if not recipe.shots.count:
        found |= dict.fromkeys(("shots.examples", "shots.select"), "shots asks for no examples")
    found = {**found, **dict(_of_chat(recipe)), **dict(_of_tuning(recipe)), **dict(_of_retrieval(recipe))}
    if recipe.documents is None:
        found |= dict.fromkeys(_RETRIEVING, "a recipe without documents retrieves nothing")
    if not _draws(recipe):
        found["seed"] = "nothing is drawn at random: the chat model does not sample, and no example is drawn"
    return found


def why_unread(recipe: RecipeModel, key: str) -> str | None:
    """The reason why a key, or everything below it, has no effect; None if it may have one."""
    reasons = unread_keys(recipe)
    for one, reason in reasons.items():
        if key == one or key.startswith(f"{one}."):
            return reason
    kind, _, setting = key.partition(".")
    part = recipe.spec_of(kind)
    if part is not None and _is_operational(type(part.config), setting):
        return OPERATIONAL
    return None


def setting_values(recipe: RecipeModel) -> dict[str, Json]:
    """The values of a recipe that may decide an answer, by dotted key, read or not."""
    return dict(_values(recipe))


def pinned_values(recipe: RecipeModel) -> dict[str, Json]:
    """The values on which an answer, or a figure of it, may depend, by dotted key, those of metrics included."""
    metrics = (one for part in recipe.metrics for one in _component(f"metrics.{part.name}", part, Config.pins))
    return {**dict(_values(recipe, Config.pins)), **dict(metrics)}


def _values(recipe: RecipeModel, of: _Settings = Config.decisive) -> Iterator[tuple[str, Json]]:
    documents, tuning = recipe.documents, recipe.tuning
    if documents is not None:
        yield "documents.path", list(documents.patterns)
        yield "documents.exclude", list(documents.exclude)
        yield "documents.encoding", documents.encoding
        yield "documents.comments", documents.comments
        yield "documents.hidden", documents.hidden
        if documents.loader is not None:
            yield from _component("documents", documents.loader, of)
    for part in (recipe.splitter, recipe.embedder, recipe.store, recipe.retriever_spec, recipe.chat, recipe.tuner):
        if part is not None:
            yield from _component(part.kind, part, of)
    for kind in (kind for kind in NAMED if not kind.why_idle):
        for part in recipe.components.get(kind.name, ()):
            yield from _component(kind.key if kind.form == "one" else f"{kind.key}.{part.name}", part, of)
    for section, config in (("retriever", recipe.retriever), ("answer", recipe.answer), ("dataset", tuning.dataset)):
        if config is not None:
            yield from ((f"{section}.{key}", value) for key, value in of(config).items())
    shots = recipe.shots
    yield "shots", [shots.count, str(shots.examples), shots.select]
    yield "prompt", recipe.prompt.text if recipe.prompt else None
    yield "model", tuning.model
    yield "task", tuning.task
    yield "adapter", str(tuning.adapter)
    yield "questions", str(recipe.questions)
    yield "seed", recipe.seed


def _component(key: str, part: ComponentSpec, of: _Settings) -> Iterator[tuple[str, Json]]:
    yield f"{key}.use", part.plugin.qualified_name
    yield from ((f"{key}.{setting}", value) for setting, value in of(part.config).items())


def _of_chat(recipe: RecipeModel) -> Iterator[tuple[str, str]]:
    chat, config = recipe.chat, recipe.chat.config
    model, label = plugins.chat_offer(chat.plugin), f"the chat model {chat.name!r}"
    if recipe.tuning.task == "classification" and recipe.documents is None:
        reason = "the labels of a classification are scored as choices, and nothing is written"
        yield from ((f"chat.{option}", reason) for option in ChatOptions.model_fields)
    if isinstance(config, ChatOptions) and not config.samples and not _is_remote(chat):
        reason = "with temperature 0 the likeliest token is taken"
        yield from ((f"chat.{option}", reason) for option in _SAMPLING)
    for option in model.ignores:
        yield f"chat.{option}", f"{label} does not act on {option}"
    if recipe.documents is None:
        return
    if not model.reads_prompt:
        reason = f"{label} answers from the question and the passages, and reads no prompt"
        yield from ((key, reason) for key in ("prompt", "shots"))
    if model.reads_all:
        yield "retriever.fit", f"{label} reads any number of passages, so that all fit"


def retrieval_needs(recipe: RecipeModel) -> frozenset[RetrievalNeed]:
    """The needs of the recipe's retriever, those within it, and its reranker."""
    found = [plugins.retriever_offer(part.plugin).needs for part in recipe.retriever_spec.walk()]
    if recipe.reranker is not None:
        found.append(plugins.reranker_offer(recipe.reranker.plugin).needs)
    return frozenset[RetrievalNeed]().union(*found)


def idle_kinds(recipe: RecipeModel) -> frozenset[str]:
    """Of embedder and store those that a recipe with documents has no work for."""
    return frozenset(key for key, _ in _of_retrieval(recipe))


def _of_retrieval(recipe: RecipeModel) -> Iterator[tuple[str, str]]:
    if recipe.documents is None:
        return
    needs, label = retrieval_needs(recipe), f"the retriever {recipe.retriever_spec.name!r}"
    if "vectors" not in needs:
        yield "store", f"{label} compares no vectors"
        if "embedder" not in needs and not (recipe.shots.count and recipe.shots.select == "nearest"):
            yield "embedder", f"{label} compares no vectors, and nothing else is embedded"


def _of_tuning(recipe: RecipeModel) -> Iterator[tuple[str, str]]:
    if recipe.tuning.adapter == FROM_TUNER:
        return
    has = "the recipe has no tuner" if recipe.tuner is None else "the chat model does not answer with what is tuned"
    yield "tuner", has
    yield "model", f"{has}, and the chat model names its own"
    if recipe.documents is not None:
        yield from (("dataset", has), ("task", has))


def _draws(recipe: RecipeModel) -> bool:
    """Whether something is drawn at random."""
    config, dataset = recipe.chat.config, recipe.tuning.dataset
    writes = recipe.documents is not None or recipe.tuning.task != "classification"
    samples = not isinstance(config, ChatOptions) or config.samples
    if samples and writes and "temperature" not in plugins.chat_offer(recipe.chat.plugin).ignores:
        return True
    if recipe.tuning.adapter == FROM_TUNER or (dataset is not None and dataset.limit is not None):
        return True
    if recipe.documents is None:
        return False
    store = plugins.store_offer(recipe.store.plugin)
    shows = plugins.chat_offer(recipe.chat.plugin).reads_prompt and recipe.shots.count > 0
    return shows or ("vectors" in retrieval_needs(recipe) and (store.uses_seed or not store.exact))


def _is_remote(part: ComponentSpec) -> bool:
    return plugins.sends_to(part.plugin, part.config) is not None


def _is_operational(config: type[Config], setting: str) -> bool:
    """Whether a setting, which may be one within another, has no part in what decides the result."""
    name, _, rest = setting.partition(".")
    field = config.model_fields.get(name)
    if field is None:
        return False
    if Operational in field.metadata or name in config.secrets():
        return True
    inner = field.annotation
    return bool(rest) and isinstance(inner, type) and issubclass(inner, Config) and _is_operational(inner, rest)


def differing_keys(one: Mapping[str, Json], other: Mapping[str, Json]) -> set[str]:
    """The keys in which two recipes differ."""
    return {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}

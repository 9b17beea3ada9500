"""The parts of every conformance kit: named rules, each a function that tries to break it."""

from __future__ import annotations

import tempfile
import unittest
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from potluck import plugins
from potluck.contracts import Component, Config, Context, Offer
from potluck.contracts.kinds import Kind
from potluck.errors import PotluckError
from potluck.model_sources.model_store import ModelStore
from potluck.recipe.messages import explain_validation
from potluck.testing.raised import describe_error, is_raised_by_plugin
from potluck.testing.sample_writers import write_samples
from potluck.testing.samples import Sample, Samples, read_samples


class Violation(AssertionError):
    """A rule of a contract that a plugin breaks. ``rule`` is its name."""

    def __init__(self, rule: str, what: str) -> None:
        """``what`` happened, in words."""
        super().__init__(f"{rule}: {what}")
        self.rule = rule


class Skipped(unittest.SkipTest):
    """A rule that does not apply to a plugin; the text says why. pytest counts it as skipped."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The plugin under test. ``build`` makes a fresh component whose own folder is the given one."""

    build: Callable[[Path], Any]
    folder: Path
    settings: Mapping[str, Any] = field(default_factory=dict)
    plugin: str = ""
    """Its name, if it is installed: another process can make it by that."""
    samples: tuple[Sample, ...] = ()
    """Sample files for a loader."""
    claims: tuple[str, ...] = ()
    """The file name extensions that a loader says it reads."""
    sends_to: str | None = None
    """The host that gets data, if the plugin names one."""

    offer: Offer[Any] | None = None
    """The offer of its hook, if it is installed."""

    def make(self, folder: str = "own") -> Any:
        """A fresh component; the same name of a folder is the same folder."""
        return self.build(self.folder / folder)


@contextmanager
def fresh_component(subject: Subject) -> Iterator[Any]:
    """A fresh component of the plugin under test, closed in the end. A kit gives it the type of its contract."""
    made = subject.make()
    try:
        yield made
    finally:
        made.close()


@dataclass(frozen=True, slots=True)
class Check:
    """One rule. Call it with a plugin's name, an empty folder and settings; it raises ``Violation``."""

    kind: Kind
    rule: str
    says: str
    run: Callable[[Subject], None]
    samples: tuple[Sample, ...] = ()

    def __str__(self) -> str:
        """The rule's name, for pytest's ids."""
        return self.rule

    def __call__(self, plugin: str, folder: Path, settings: Mapping[str, Any] | None = None) -> None:
        """Check a plugin that is installed against the rule."""
        tested = subject(self.kind, plugin, folder, settings or {})
        self.on(_with_samples(tested, self.samples) if self.kind == "loader" else tested)

    def on(self, tested: Subject) -> None:
        """Check a component against the rule. Raises ``Violation``, and ``Skipped`` if it does not apply."""
        try:
            self.run(tested)
        except (Violation, Skipped):
            raise
        except Exception as error:  # whatever a plugin raises against its contract
            is_ours = isinstance(error, AssertionError) and not is_raised_by_plugin(error)
            raise Violation(self.rule, (str(error) or self.says) if is_ours else describe_error(error)) from error


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one rule. ``why`` is empty if it is kept."""

    rule: str
    kept: bool
    skipped: bool = False
    why: str = ""


RULES: dict[Kind, list[Check]] = {}


def need(kept: object, what: str) -> None:
    """Break the rule that is being checked unless something holds; ``what`` says what happened."""
    if not kept:
        raise AssertionError(what)


def need_as_offered(subject: Subject, component: Component) -> None:
    """Break the rule if the offer and the component itself disagree."""
    offered = subject.offer
    if offered is None or offered.component is not Component:
        return  # what a class of components declares is the offer
    defaults = {one.name: one.default for one in fields(offered)}
    for name, declared in type(offered).declared(type(component)).items():
        said, own = getattr(offered, name), getattr(component, name, declared)
        is_same = said == defaults[name] or said == own
        need(is_same, f"the offer says {name} = {said!r}, and the component says {own!r}")


def rule(kind: Kind, name: str) -> Callable[[Callable[[Subject], None]], Callable[[Subject], None]]:
    """Register a function as a rule; the first line of its docstring is what the rule says."""

    def register(run: Callable[[Subject], None]) -> Callable[[Subject], None]:
        says = (run.__doc__ or name).strip().split("\n")[0]
        RULES.setdefault(kind, []).append(Check(kind, name, says, run))
        return run

    return register


def subject(kind: Kind, plugin: str, folder: Path, settings: Mapping[str, Any]) -> Subject:
    """An installed plugin with settings. Raises ``PluginError``, and ``PotluckError`` for settings it does not take."""
    found = plugins.find(kind, plugin)
    offered = plugins.offer(found)
    try:
        config = offered.config.model_validate(dict(settings))
    except ValidationError as error:
        wrong = "; ".join(_explain_settings(error, settings, offered.config))
        taken = ", ".join(offered.config.model_fields) or "none"
        raise PotluckError(f"the {kind} {plugin!r} does not take these settings: {wrong}. It has: {taken}") from error

    def build(own: Path) -> Component:
        context = Context(folder, own, ModelStore(folder))
        if kind in ("retriever", "reranker"):
            from potluck.testing.retrieval import lend_context

            context = lend_context(kind, found, config, context)
        return plugins.make(found, config, context)

    host = offered.sends_to(config) if offered.sends_to is not None else None
    return Subject(build, folder, config.model_dump(by_alias=True), plugin, sends_to=host, offer=offered)


def _explain_settings(error: ValidationError, settings: Mapping[str, Any], model: type[Config]) -> Iterator[str]:
    """The problems with settings, in the words of recipes."""
    for one in explain_validation(error, dict(settings), model.model_fields, model):
        key = "" if one.kind == "extra_forbidden" or not one.path else f"{'.'.join(map(str, one.path))}: "
        yield f"{key}{one.message}{one.hint}"


def component(kind: Kind, plugin: str, folder: Path, settings: Mapping[str, Any] | None = None) -> Any:
    """The component of an installed plugin, made as a recipe makes it, for tests of one's own.

    ``folder`` stands for the recipe's folder; the component's own is in it.
    """
    return subject(kind, plugin, folder, settings or {}).make()


def _with_samples(tested: Subject, own: tuple[Sample, ...]) -> Subject:
    """A loader with files to be tried on. Raises ``PotluckError`` if none are given and none can be written here."""
    name = plugins.find("loader", tested.plugin).name
    claims = tuple(one for one in plugins.file_types() if name in plugins.loader_names(one))
    samples = own or write_samples(claims)
    if not samples:
        raise PotluckError(
            f"the loader {name!r} claims no file type of which a sample can be written here: bring some with "
            "--samples DIR, or checks('loader', samples=...) in Python"
        )
    return replace(tested, samples=samples, claims=claims)


def checks(kind: Kind, samples: Samples | None = None) -> list[Check]:
    """The rules of a kind, in order; those of loaders with ``samples``, which take the place of those of the kit.

    Raises ``PotluckError`` for a kind that has no kit, and for samples that cannot be read.
    """
    if kind not in RULES:
        raise PotluckError(f"there is no conformance kit for a {kind}; there are: {', '.join(RULES)}")
    if samples is None:
        return list(RULES[kind])
    if kind != "loader":
        raise PotluckError(f"samples are for loaders; the kit makes its own for a {kind}")
    own = read_samples(samples)
    return [replace(check, samples=own) for check in RULES[kind]]


def conform(
    kind: Kind, plugin: str, settings: Mapping[str, Any] | None = None, samples: Samples | None = None
) -> list[Outcome]:
    """Check an installed plugin against every rule of its kind."""
    found = []
    for check in checks(kind, samples):
        with tempfile.TemporaryDirectory() as folder:
            try:
                check(plugin, Path(folder), settings)
            except Skipped as reason:
                found.append(Outcome(check.rule, kept=True, skipped=True, why=str(reason)))
            except Violation as broken:
                found.append(Outcome(check.rule, kept=False, why=str(broken).removeprefix(f"{check.rule}: ")))
            else:
                found.append(Outcome(check.rule, kept=True))
    return found

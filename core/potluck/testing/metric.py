"""The rules of metrics. They are tried on attempts at questions in English and Chinese, right, wrong and refused."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import random
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeAlias, get_args
from unittest.mock import patch

from potluck import plugins
from potluck.contracts import Attempt, Measure, Metric, Need
from potluck.contracts.kinds import KINDS
from potluck.contracts.metric import COUNTS, About, Lead, Scale, is_figure
from potluck.egress import allow_only
from potluck.fingerprints import content_hash
from potluck.testing.attempts import NEEDS, attempts, odd_attempts, without_needs
from potluck.testing.kit import Skipped, Subject, component, fresh_component, need, rule
from potluck.testing.raised import describe_changes

Figures: TypeAlias = Mapping[str, Any]

_NAME = re.compile(r"[\w.@-]+")
_SEED = 8191

_fresh_metric: Callable[[Subject], AbstractContextManager[Metric]] = fresh_component
"""A fresh metric of the plugin under test, closed in the end."""


def _needs(metric: Metric) -> list[Need]:
    """Its needs, as far as they are known ones."""
    return [what for what in NEEDS if what in metric.needs]


def _for(metric: Metric, attempts: Iterable[Attempt]) -> Iterator[Attempt]:
    """The attempts that have what it needs."""
    return (one for one in attempts if all(one.has(what) for what in _needs(metric)))


def _scores(subject: Subject) -> list[Figures]:
    """The figures of a fresh metric for every attempt that has what it needs."""
    with _fresh_metric(subject) as metric:
        return [metric.score(one) for one in _for(metric, attempts())]


def _score_words(metric: Metric, attempts: Iterable[Attempt]) -> list[dict[str, str]]:
    """The figures of a metric, in words that can be compared even if they are not numbers."""
    return [{name: repr(value) for name, value in dict(metric.score(one)).items()} for one in attempts]


def _measures(metric: Metric) -> list[Measure]:
    """Its measures, as far as they are some."""
    return [one for one in metric.measures if isinstance(one, Measure)]


def _score_all(metric: Metric) -> Iterator[tuple[Attempt, Figures]]:
    """The figures of every attempt, and of those that lack something or have odd texts, as far as there are any."""
    for attempt in _for(metric, attempts()):
        yield attempt, metric.score(attempt)
    for attempt in (*_bare(metric), *_for(metric, odd_attempts())):
        found = None
        with contextlib.suppress(Exception):  # which two rules are about
            found = metric.score(attempt)
        if found is not None:
            yield attempt, found


def _bare(metric: Metric) -> Iterator[Attempt]:
    """The attempts without the fields that it does not need."""
    for attempt in _for(metric, attempts()):
        yield from _for(metric, without_needs(attempt, _needs(metric)))


def _figures(subject: Subject) -> Iterator[tuple[Measure, Any, str]]:
    """Every figure with its measure, and with words for the attempt. Raises ``Skipped`` if there is none."""
    has_some = False
    with _fresh_metric(subject) as metric:
        measures = {one.name: one for one in _measures(metric)}
        for attempt, found in _score_all(metric):
            for name, value in dict(found).items():
                if name in measures:
                    has_some = True
                    yield measures[name], value, _words(attempt)
    if not has_some:
        raise Skipped("none of the kit's attempts has a figure: try it on your own")


def _words(attempt: Attempt) -> str:
    """An attempt, for messages."""
    return f"{attempt!r:.300}"


def _need_measured(metric: Metric, attempts: Iterable[Attempt]) -> None:
    """Break the rule if the metric fails for one of the attempts."""
    for attempt in attempts:
        try:
            dict(metric.score(attempt))
        except Exception as error:
            raise AssertionError(f"{type(error).__name__}: {error}, of {_words(attempt)}") from error


@rule("metric", "measures-are-told")
def check_measures(subject: Subject) -> None:
    """It declares its measures: at least one, each with a name of its own, the same for two instances."""
    with _fresh_metric(subject) as metric, _fresh_metric(subject) as another:
        measures, others = metric.measures, another.measures
    need(isinstance(measures, Sequence) and not isinstance(measures, str), f"measures is {measures!r}")
    need(measures, "it has no measure")
    for one in measures:
        need(isinstance(one, Measure), f"{one!r} is not a Measure")
        need(isinstance(one.name, str) and _NAME.fullmatch(one.name), f"a measure cannot be called {one.name!r}")
    names = [one.name for one in measures]
    need(len(set(names)) == len(names), f"two are called the same: {', '.join(names)}")
    need(list(measures) == list(others), "two instances have other measures")


@rule("metric", "measures-are-described")
def check_described(subject: Subject) -> None:
    """Each measure says what it is: a line of summary, what it is about, its scale; only amounts have a unit."""
    with _fresh_metric(subject) as metric:
        measures = _measures(metric)
    for one in measures:
        for name in ("summary", "label", "unit"):
            text = getattr(one, name)
            need(isinstance(text, str) and text.isprintable(), f"{name} of {one.name} is {text!r}")
        need(one.summary.strip(), f"{one.name} has no summary")
        need(one.about in get_args(About), f"{one.name} is about {one.about!r}: {', '.join(get_args(About))}")
        need(one.scale in get_args(Scale), f"the scale of {one.name} is {one.scale!r}: {', '.join(get_args(Scale))}")
        need(one.leads in get_args(Lead), f"leads of {one.name} is {one.leads!r}: {', '.join(get_args(Lead))}")
        for name in ("higher_is_better", "paired"):
            need(type(getattr(one, name)) is bool, f"{name} of {one.name} is {getattr(one, name)!r}")
        need(not (one.unit and one.scale == "share"), f"{one.name} is a share, and has the unit {one.unit!r}")


@rule("metric", "names-are-free")
def check_free(subject: Subject) -> None:
    """No measure has the name of a measure that every recipe has, or of a count in a report."""
    with _fresh_metric(subject) as metric:
        names = {one.name for one in _measures(metric)}
    need(not names & COUNTS, f"a report counts {', '.join(sorted(names & COUNTS))}")
    own = plugins.find("metric", subject.plugin).qualified_name if subject.plugin else ""
    for usual in KINDS["metric"].always:
        if usual != own:
            taken = names & {one.name for one in component("metric", usual, subject.folder / "usual").measures}
            need(not taken, f"{', '.join(sorted(taken))} is a measure of {usual}")


@rule("metric", "needs-are-known")
def check_needs(subject: Subject) -> None:
    """``needs`` is a frozenset of what an attempt can have."""
    with _fresh_metric(subject) as metric:
        needs: object = metric.needs
    need(isinstance(needs, frozenset), f"it is {needs!r}")
    assert isinstance(needs, frozenset)
    unknown = sorted(repr(one) for one in needs.difference(NEEDS))
    need(not unknown, f"no attempt has {', '.join(unknown)}; there are: {', '.join(NEEDS)}")


@rule("metric", "own-figures")
def check_own(subject: Subject) -> None:
    """Its figures of an attempt are a mapping whose names are those of its measures."""
    with _fresh_metric(subject) as metric:
        names = {one.name for one in _measures(metric)}
        for attempt, found in _score_all(metric):
            need(isinstance(found, Mapping), f"it says {found!r} of {_words(attempt)}")
            foreign = [repr(name) for name in found if name not in names]
            need(not foreign, f"{', '.join(foreign)} is none of its measures: {', '.join(sorted(names))}")


@rule("metric", "figures-are-numbers")
def check_numbers(subject: Subject) -> None:
    """A figure is a ``float`` or an ``int``, neither infinite nor NaN, and no ``bool``."""
    for measure, value, attempt in _figures(subject):
        need(is_figure(value), f"{measure.name} is {value!r} ({type(value).__name__}) of {attempt}")


@rule("metric", "within-the-scale")
def check_scale(subject: Subject) -> None:
    """A share goes from 0 to 1, and an amount is never negative."""
    for measure, value, attempt in _figures(subject):
        if is_figure(value) and measure.scale in get_args(Scale):
            low, high = measure.bounds
            need(value >= low, f"{measure.name} is {value!r}, less than {low:g}, of {attempt}")
            need(value <= high, f"{measure.name} is {value!r}, more than {high:g}, of {attempt}")


@rule("metric", "needs-are-enough")
def check_enough(subject: Subject) -> None:
    """An attempt that has what ``needs`` names is measured, whatever else it lacks."""
    with _fresh_metric(subject) as metric:
        _need_measured(metric, _bare(metric))


@rule("metric", "any-text")
def check_texts(subject: Subject) -> None:
    """Any text can be asked, answered, right or found: empty, long, of signs only, of any script."""
    with _fresh_metric(subject) as metric:
        _need_measured(metric, _for(metric, odd_attempts()))


@rule("metric", "repeatable")
def check_repeatable(subject: Subject) -> None:
    """The same attempt has the same figures again, whatever was measured before, and from another instance."""
    with _fresh_metric(subject) as metric, _fresh_metric(subject) as another:
        tried = list(_for(metric, attempts()))
        first = _score_words(metric, tried)
        need(_score_words(metric, tried[::-1])[::-1] == first, "the second time an attempt had other figures")
        need(_score_words(another, tried[::-1])[::-1] == first, "another instance gave other figures")


@rule("metric", "same-in-another-process")
def check_process(subject: Subject) -> None:
    """The same attempt has the same figures in another process."""
    if not subject.plugin:
        raise Skipped("it is not installed, so that no other process can make it")
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        there = pool.submit(_elsewhere, subject.plugin, subject.folder, dict(subject.settings)).result()
    with _fresh_metric(subject) as metric:
        need(_score_words(metric, _for(metric, attempts())) == there, "another process gave other figures")


def _elsewhere(plugin: str, folder: Path, settings: Mapping[str, Any]) -> list[dict[str, str]]:
    metric: Metric = component("metric", plugin, folder, settings)
    try:
        return _score_words(metric, _for(metric, attempts()))
    finally:
        metric.close()


@rule("metric", "changes-nothing")
def check_state(subject: Subject) -> None:
    """Attempts are the same afterwards, and so are chance, the environment and where the process stands."""
    with _kept_state():
        _scores(subject)  # so that what it imports is there
    tried = attempts()
    with _kept_state():
        before = dict(os.environ), os.getcwd()
        _sow()
        with _fresh_metric(subject) as metric:
            for attempt in _for(metric, tried):
                metric.score(attempt)
        drawn, after = _draw(), (dict(os.environ), os.getcwd())
        _sow()
        need(drawn == _draw(), "it draws from, or sows, the chances that all share")
    need(tried == attempts(), "an attempt is another one when it was measured")
    need(before[0] == after[0], "it changes the environment")
    need(before[1] == after[1], f"it leaves the process in {after[1]}")


@contextmanager
def _kept_state() -> Iterator[None]:
    """Put the process back into its state in the end."""
    import numpy as np

    chances, others, folder = random.getstate(), np.random.get_state(), os.getcwd()
    with patch.dict(os.environ):
        try:
            yield
        finally:
            random.setstate(chances)
            np.random.set_state(others)
            os.chdir(folder)


def _sow() -> None:
    import numpy as np

    random.seed(_SEED)
    np.random.seed(_SEED)


def _draw() -> tuple[float, float]:
    import numpy as np

    return random.random(), float(np.random.random())  # noqa: S311  (no secret)


@rule("metric", "prints-nothing")
def check_silent(subject: Subject) -> None:
    """It prints nothing on standard output, which belongs to the command."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        _scores(subject)
    need(not printed.getvalue(), f"it printed {printed.getvalue()[:80]!r}")


@rule("metric", "files-stay-in-its-folder")
def check_files(subject: Subject) -> None:
    """No file is left but in its own folder: beside the recipe, where the process stands, or among temporary ones."""
    elsewhere, temporary = subject.folder / "elsewhere", subject.folder / "temporary"
    for folder in (elsewhere, temporary):
        folder.mkdir(parents=True, exist_ok=True)
    before = _files(subject)
    with (
        contextlib.chdir(elsewhere),
        patch.dict(os.environ, TMPDIR=str(temporary)),
        patch.object(tempfile, "tempdir", str(temporary)),
    ):
        _scores(subject)
    after = _files(subject)
    changed = describe_changes(before, after)
    need(not changed, changed)


def _files(subject: Subject) -> dict[str, str]:
    """The files in the test's folder, but for the component's own, and what is in them."""
    own = subject.folder / "own"
    found = (path for path in subject.folder.rglob("*") if path.is_file() and not path.is_relative_to(own))
    return {str(path.relative_to(subject.folder)): content_hash(path) for path in found}


@rule("metric", "sends-nothing")
def check_egress(subject: Subject) -> None:
    """It sends nothing to another machine than the one that its ``sends_to`` names."""
    with allow_only(subject.sends_to) as shut:
        _scores(subject)
    need(not shut.refused, f"it tried to reach {', '.join(shut.refused)}")


@rule("metric", "identity-is-text")
def check_identity(subject: Subject) -> None:
    """``identity`` is a mapping of texts, the same for two instances."""
    with _fresh_metric(subject) as metric, _fresh_metric(subject) as another:
        one, other = dict(metric.identity()), dict(another.identity())
    need(one == other, "two instances have two identities")
    need(all(isinstance(part, str) for pair in one.items() for part in pair), f"it is {one}")

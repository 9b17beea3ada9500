"""Checking what a metric declares, before it measures anything."""

from __future__ import annotations

from collections.abc import Set
from typing import get_args

from potluck.contracts import Measure, Metric, Need
from potluck.contracts.metric import COUNTS, About, Lead, Scale
from potluck.errors import ContractBroken
from potluck.plugin_faults import name_failures, name_type


def check_declarations(metric: Metric, label: str) -> None:
    """Raise ``ContractBroken``, which begins with the label, for needs or measures that the contract does not know."""
    with name_failures(label):
        needs: object = metric.needs
        measures: object = metric.measures
    _check_needs(needs, label)
    if not isinstance(measures, list | tuple):
        raise ContractBroken(f"{label} declares {name_type(measures)} as its measures, expected a sequence of them")
    if not measures:
        raise ContractBroken(f"{label} declares no measures")
    names = set[str]()
    for measure in measures:
        if not isinstance(measure, Measure):
            raise ContractBroken(f"{label} declares {name_type(measure)} among its measures, expected a Measure")
        _check_measure(measure, label)
        if measure.name in names:
            raise ContractBroken(f"{label} declares the measure {measure.name!r} twice")
        names.add(measure.name)


def _check_needs(needs: object, label: str) -> None:
    if not isinstance(needs, Set):
        raise ContractBroken(f"{label} declares {name_type(needs)} as its needs, expected a frozenset")
    unknown = sorted(repr(need) for need in needs if need not in get_args(Need))
    if unknown:
        raise ContractBroken(f"{label} needs {', '.join(unknown)}; there are: {', '.join(get_args(Need))}")


def _check_measure(measure: Measure, label: str) -> None:
    name: object = measure.name
    if not isinstance(name, str) or not name:
        raise ContractBroken(f"{label} declares a measure with the name {name!r}")
    if name in COUNTS:
        raise ContractBroken(f"{label} has a measure {name!r}, which is the name of a count")
    declared = (("scale", measure.scale, Scale), ("about", measure.about, About), ("leads", measure.leads, Lead))
    for field, value, known in declared:
        if value not in get_args(known):
            there = ", ".join(get_args(known))
            raise ContractBroken(f"{label} declares the {field} {value!r} of {name!r}; there are: {there}")
    if measure.leads != "never" and not measure.paired:
        raise ContractBroken(f"{label} lets {name!r} lead, which is not paired: variants could not be compared by it")

"""Pictures of a training and its outcome: the loss, the confusion of labels, a learning curve.

They are PNG files for other documents: the report draws its own.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from potluck.errors import MissingDependency
from potluck.installation import pip_command_of_extra
from potluck.metrics.classification import Classification
from potluck.report.training import running_mean
from potluck.results.comparison import ComparisonResult, Curve

_FONTS = ["DejaVu Sans", "Noto Sans CJK TC", "Noto Sans TC", "Microsoft JhengHei", "PingFang TC", "WenQuanYi Zen Hei"]
_COLOURS = ("#3b6ea5", "#c0623a", "#4f8a52", "#8a5a9e", "#7a6a3a", "#4a8a95", "#a3415f")
_WRITTEN = 24
"""With more labels than this their names are written smaller."""
_NUMBERED = 12
_LONGEST = 32
"""Characters of a label's name."""


def loss(losses: Sequence[float], evaluations: Sequence[Mapping[str, float]]) -> Any:
    """The training loss by step, its running mean, and the validation loss; a figure of matplotlib's."""
    figure, axes = _axes(7.0, 3.6)
    steps = range(1, len(losses) + 1)
    axes.plot(steps, losses, color=_COLOURS[0], alpha=0.3, linewidth=1)
    axes.plot(steps, running_mean(losses), color=_COLOURS[0], linewidth=2, label="training")
    if evaluations:
        at = [one["step"] for one in evaluations]
        axes.plot(at, [one["loss"] for one in evaluations], "o-", color=_COLOURS[1], linewidth=2, label="validation")
    axes.set_xlabel("optimiser step")
    axes.set_ylabel("loss, nats per token")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
    return figure


def confusion(classes: Classification) -> Any:
    """How often each actual label (a row) was predicted as each label (a column), as shares of the row."""
    labels = sorted(classes.labels)
    size = max(3.2, min(11.0, 1.5 + 0.35 * len(labels)))
    figure, axes = _axes(size + 1, size)
    shares = [[_share(classes, actual, predicted) for predicted in labels] for actual in labels]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xlabel("predicted")
    axes.set_ylabel("actual")
    points = 9 if len(labels) <= _WRITTEN else 6
    names = [label if len(label) <= _LONGEST else label[: _LONGEST - 1] + "…" for label in labels]
    axes.set_xticks(range(len(labels)), names, rotation=90 if len(labels) > 3 else 0, fontsize=points)
    axes.set_yticks(range(len(labels)), names, fontsize=points)
    if len(labels) <= _NUMBERED:
        for row, actual in enumerate(labels):
            for column, predicted in enumerate(labels):
                count = classes.confusion.get(actual, {}).get(predicted, 0)
                ink = "white" if shares[row][column] > 0.5 else "black"
                axes.text(column, row, str(count), ha="center", va="center", color=ink, fontsize=9)
    return figure


def draw_curves(found: Sequence[Curve], measure: str) -> Any:
    """A measure along an axis of numbers, with its 95 % intervals; a figure of matplotlib's."""
    figure, axes = _axes(7.0, 4.2)
    for number, curve in enumerate(found):
        at, colour = [point.n for point in curve.points], _COLOURS[number % len(_COLOURS)]
        axes.plot(at, [point.mean for point in curve.points], "o-", color=colour, linewidth=2, label=curve.name)
        bounds = [(point.low, point.high) for point in curve.points]
        if all(low is not None for low, _ in bounds):
            axes.fill_between(at, *zip(*bounds, strict=True), color=colour, alpha=0.12, linewidth=0)
    axes.set_ylabel(measure)
    axes.legend(frameon=False, fontsize=9)
    return figure


def png(figure: Any) -> bytes:
    """The picture in 150 dots an inch."""
    held = io.BytesIO()
    with warnings.catch_warnings():  # a script that no installed font has is drawn as boxes
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(held, format="png", dpi=150)
    return held.getvalue()


def of_curves(result: ComparisonResult) -> bytes | None:
    """The learning curves of a comparison as PNG; None if it has none."""
    return png(draw_curves(result.learning_curves, result.metric)) if result.learning_curves else None


def _axes(width: float, height: float) -> tuple[Any, Any]:
    try:
        from matplotlib import rcParams
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingDependency(f"plots need the package 'matplotlib'. Run: {pip_command_of_extra('plots')}") from None
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # of the fonts, one is enough
    rcParams["font.family"] = _FONTS
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _share(classes: Classification, actual: str, predicted: str) -> float:
    row = classes.confusion.get(actual, {})
    return row.get(predicted, 0) / max(1, sum(row.values()))

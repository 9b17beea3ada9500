"""Pictures show what was measured: every point, every label, every count.

Modules: ``potluck.report.plots``.
"""

from __future__ import annotations

import struct
import sys
from dataclasses import replace
from typing import Any

import pytest

from potluck.errors import MissingDependency
from potluck.metrics.classification import classification
from potluck.report import plots
from potluck.results.comparison import Curve, CurvePoint
from support.comparisons import comparison, result_of

pytest.importorskip("matplotlib", reason="plots need matplotlib")


def axes_of(figure: Any) -> Any:
    (axes,) = figure.axes
    return axes


def lines_of(figure: Any) -> list[tuple[list[float], list[float]]]:
    return [([*map(float, line.get_xdata())], [*map(float, line.get_ydata())]) for line in axes_of(figure).lines]


def legend_of(figure: Any) -> list[str]:
    return [text.get_text() for text in axes_of(figure).get_legend().get_texts()]


def written_in(figure: Any) -> dict[tuple[int, int], tuple[str, str]]:
    """The texts within the axes with their colours, by row and column."""
    return {
        (round(text.get_position()[1]), round(text.get_position()[0])): (text.get_text(), text.get_color())
        for text in axes_of(figure).texts
    }


def test_the_loss_is_drawn_by_step_from_the_first_with_the_validation_beside_it() -> None:
    figure = plots.loss([3.0, 2.0, 1.0], [{"step": 2, "loss": 2.5}, {"step": 3, "loss": 1.5}])

    steps, running, validation = lines_of(figure)
    assert steps == ([1, 2, 3], [3, 2, 1])
    assert running == ([1, 2, 3], [3, 2, 1]), "of so few steps each stands for itself"
    assert validation == ([2, 3], [2.5, 1.5])
    assert legend_of(figure) == ["training", "validation"]
    assert axes_of(figure).get_ylim()[0] == 0
    assert (axes_of(figure).get_xlabel(), axes_of(figure).get_ylabel()) == ("optimiser step", "loss, nats per token")


def test_without_a_validation_none_is_drawn() -> None:
    figure = plots.loss([1.0], [])

    assert len(lines_of(figure)) == 2
    assert legend_of(figure) == ["training"]


def test_the_thick_line_of_a_loss_is_the_mean_of_the_last_twentieth_of_the_steps() -> None:
    losses = [float(number) for number in range(60)]

    _, (_, running) = lines_of(plots.loss(losses, []))

    assert running[:4] == [0, 0.5, 1, 2], "of the first steps as many as there are"
    assert running[-1] == pytest.approx((57 + 58 + 59) / 3)
    assert len(running) == 60


def test_a_confusion_counts_in_every_cell_dark_where_the_share_of_the_row_is_high() -> None:
    classes = classification(["垃圾", "垃圾", "垃圾", "ok", "ok"], ["垃圾", "垃圾", "ok", "ok", "垃圾"])

    figure = plots.confusion(classes)

    axes = axes_of(figure)
    labels = ["ok", "垃圾"]
    assert [text.get_text() for text in axes.get_xticklabels()] == labels
    assert [text.get_text() for text in axes.get_yticklabels()] == labels
    assert written_in(figure) == {
        (0, 0): ("1", "black"), (0, 1): ("1", "black"), (1, 0): ("1", "black"), (1, 1): ("2", "white"),
    }  # fmt: skip
    shares = axes.images[0].get_array().tolist()
    assert shares == [[0.5, 0.5], [pytest.approx(1 / 3), pytest.approx(2 / 3)]]
    assert axes.images[0].get_clim() == (0, 1), "the same colour is the same share in every picture"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted", "actual")


def test_a_label_that_was_only_predicted_has_a_row_of_nothing() -> None:
    figure = plots.confusion(classification(["a", "a"], ["a", "b"]))

    assert {place: text for place, (text, _) in written_in(figure).items()} == {
        (0, 0): "1", (0, 1): "1", (1, 0): "0", (1, 1): "0",
    }  # fmt: skip
    assert axes_of(figure).images[0].get_array().tolist() == [[0.5, 0.5], [0, 0]]


@pytest.mark.parametrize(
    ("count", "turned", "counted", "points"),
    [(3, 0, True, 9), (4, 90, True, 9), (12, 90, True, 9), (13, 90, False, 9), (24, 90, False, 9), (25, 90, False, 6)],
)
def test_the_more_labels_the_smaller_is_what_is_written(count: int, turned: int, counted: bool, points: int) -> None:
    labels = [f"標籤{number:02}" for number in range(count)]

    figure = plots.confusion(classification(labels, labels))

    ticks = axes_of(figure).get_xticklabels()
    assert {text.get_rotation() for text in ticks} == {turned}
    assert {text.get_fontsize() for text in ticks} == {points}
    assert {text.get_fontsize() for text in axes_of(figure).get_yticklabels()} == {points}
    assert len(written_in(figure)) == (count * count if counted else 0)


def test_pictures_of_many_labels_are_larger_up_to_a_page() -> None:
    def size(count: int) -> tuple[float, float]:
        labels = [str(number) for number in range(count)]
        width, height = plots.confusion(classification(labels, labels)).get_size_inches()
        return float(width), float(height)

    assert size(1) == size(2) == (pytest.approx(4.2), pytest.approx(3.2))
    assert size(10) == (pytest.approx(6.0), pytest.approx(5.0))
    assert size(200) == (pytest.approx(12), pytest.approx(11))


def test_the_names_of_labels_end_after_32_characters() -> None:
    labels = ["a" * 32, "b" * 33]

    ticks = axes_of(plots.confusion(classification(labels, labels))).get_xticklabels()

    assert [text.get_text() for text in ticks] == ["a" * 32, "b" * 31 + "…"]


def curve(name: str, *points: CurvePoint) -> Curve:
    return Curve(name, points)


def point(n: int, mean: float, half: float | None) -> CurvePoint:
    return CurvePoint(n, mean, None, None) if half is None else CurvePoint(n, mean, mean - half, mean + half)


def test_each_curve_is_drawn_with_its_name_and_its_intervals_where_it_has_them() -> None:
    found = [
        curve("lora", point(8, 0.5, 0.25), point(16, 0.75, 0.125)),
        curve("提示", point(8, 0.25, 0.125), point(16, 0.5, None)),
    ]

    figure = plots.draw_curves(found, "f1")

    assert lines_of(figure) == [([8, 16], [0.5, 0.75]), ([8, 16], [0.25, 0.5])]
    assert legend_of(figure) == ["lora", "提示"]
    assert axes_of(figure).get_ylabel() == "f1"
    (band,) = axes_of(figure).collections
    corners = {(float(x), float(y)) for x, y in band.get_paths()[0].vertices}
    assert {(8, 0.25), (8, 0.75), (16, 0.625), (16, 0.875)} <= corners


def test_neighbouring_curves_have_different_colours_and_their_bands_the_same() -> None:
    found = [curve(str(n), point(8, 0.5, 0.25), point(16, 0.5, 0.25)) for n in range(8)]

    axes = axes_of(plots.draw_curves(found, "f1"))

    colours = [line.get_color() for line in axes.lines]
    assert len(set(colours[:7])) == 7
    assert colours[7] == colours[0], "more curves than colours are drawn too"
    for line, band in zip(axes.lines, axes.collections, strict=True):
        red, green, blue, _ = band.get_facecolor()[0]
        assert f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}" == line.get_color()


def test_a_comparison_without_curves_has_no_picture_of_them() -> None:
    without = result_of(comparison(1) | {"metric": "f1"})
    lora = curve("lora", point(8, 0.5, 0.25), point(16, 0.75, 0.125))

    assert plots.of_curves(without) is None
    drawn = plots.of_curves(replace(without, learning_curves=(lora,)))
    assert drawn is not None
    assert drawn.startswith(b"\x89PNG")


def test_a_png_has_150_dots_an_inch() -> None:
    written = plots.png(plots.loss([1.0, 0.5], []))

    assert struct.unpack(">II", written[16:24]) == (1050, 540)


def test_no_line_is_drawn_above_and_right_of_a_picture() -> None:
    spines = axes_of(plots.loss([1.0], [])).spines

    assert {name: spines[name].get_visible() for name in ("top", "right", "left", "bottom")} == {
        "top": False, "right": False, "left": True, "bottom": True,
    }  # fmt: skip


def test_a_script_without_a_font_is_drawn_without_a_warning(recwarn: pytest.WarningsRecorder) -> None:
    labels = ["ᚠᚢᚦ", "𒀀𒀁"]

    assert plots.png(plots.confusion(classification(labels, labels))).startswith(b"\x89PNG")
    assert [str(one.message) for one in recwarn if "missing from font" in str(one.message)] == []


def test_without_matplotlib_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    with pytest.raises(MissingDependency, match=r"pip install .*\[plots\]'"):
        plots.loss([1.0], [])

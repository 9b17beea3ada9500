"""The text of the ``progress`` observer for a stage: on a terminal a line with a bar, elsewhere a part of a
sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from potluck.hookspecs import StageEvent
from potluck.visible import visible_line

if TYPE_CHECKING:
    from rich.text import Text

_NARROWEST, _WIDEST = 4, 24
"""Columns of a bar."""

_BETWEEN = "  "


@dataclass(frozen=True, slots=True)
class ShownStage:
    """A stage as it was last told, at ``told`` by the monotonic clock."""

    event: StageEvent
    told: float

    @property
    def counts(self) -> str:
        """How much is done; empty if a stage is all of one piece."""
        event = self.event
        if event.total is not None:
            return f"{event.done:,} of {event.total:,} {event.unit}" if event.total > 1 else ""
        return f"{event.done:,} {event.unit}" if event.done else ""

    @property
    def is_outline(self) -> bool:
        """Whether it says more than the stage within it."""
        return bool(self.counts or self.event.message)

    def clock(self, now: float) -> str:
        """The time left if it is known, else the time that has passed."""
        event, since = self.event, now - self.told
        if event.seconds_left is not None and (event.total or 0) > event.done:
            return f"{duration(max(1.0, event.seconds_left - since))} left"
        return duration(event.seconds + since)

    def sentence(self, now: float) -> str:
        """Everything about it, for a line of a log."""
        said = [self.counts, self._what, self._reused, *self._measures, self.clock(now)]
        return f"{self.event.stage}: {', '.join(filter(None, said))}"

    def line(self, now: float, width: int, indent: str = "") -> Text:
        """A line of at most ``width`` columns: parts that do not fit are left out whole, the least important first."""
        from rich.cells import cell_len
        from rich.text import Text

        name, clock = f"{indent}{self.event.stage}", self.clock(now)
        loss, *others = (*self._measures, "")
        kept = [part for part in (self.counts, loss, clock) if part]
        room = width - cell_len(_BETWEEN.join((name, *kept)))
        if has_bar := bool(self.counts and self.event.total and room > _NARROWEST + 1):
            room -= _NARROWEST + 1
        for part in (*others, self._reused):
            if part and cell_len(part) + len(_BETWEEN) <= room:
                kept.insert(-1, part)
                room -= cell_len(part) + len(_BETWEEN)
        if what := _words_within(self._what, room - len(_BETWEEN)):
            kept.insert(-1, what)
            room -= cell_len(what) + len(_BETWEEN)
        line = Text(name, style="bold", no_wrap=True, overflow="crop")
        if has_bar:
            line.append(" ").append(self._bar(min(_WIDEST, _NARROWEST + room)))
        return line.append(_BETWEEN + _BETWEEN.join(kept), style="not bold")

    def _bar(self, width: int) -> Text:
        from rich.text import Text

        full = round(width * min(1.0, self.event.done / (self.event.total or 1)))
        return Text("━" * full, style="green").append("━" * (width - full), style="dim")

    @property
    def _what(self) -> str:
        """The object of the work: the stage's message, else its model."""
        return visible_line(self.event.message or self.event.model)

    @property
    def _reused(self) -> str:
        parts = ((self.event.reused, "kept from before"), (self.event.resumed, "done before"))
        return ", ".join(f"{count:,} {what}" for count, what in parts if count)

    @property
    def _measures(self) -> list[str]:
        """The usual ones of a training in short, others by their names."""
        forms = {"loss": "loss {:.3f}", "learning_rate": "lr {:.1e}", "tokens_per_second": "{:,.0f} tokens/s"}
        order = sorted(self.event.measures.items(), key=lambda one: [*forms, one[0]].index(one[0]))
        return [forms.get(name, f"{name} {{:.3g}}").format(value) for name, value in order]


def duration(seconds: float) -> str:
    """Hours, minutes and seconds: 1:02:03, 2:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _words_within(text: str, width: int) -> str:
    """The first words of a text that fit into ``width`` columns."""
    from rich.cells import cell_len

    while text and cell_len(text) > width:
        text = text.rpartition(" ")[0].rstrip(" ,:")
    return text

"""Settings of chat models that somebody else runs: what the recipe does not write is not sent."""

from __future__ import annotations

from potluck.contracts import ChatOptions
from potluck.documents import Json

SAMPLING = frozenset({"temperature", "top_p", "presence_penalty", "frequency_penalty", "stop", "seed"})
"""The options that a model takes its own values of where it is told none."""


class SentOptions(ChatOptions):
    """Options of which only those are sent that were written."""

    @property
    def samples(self) -> bool:
        """A model that is not told its temperature takes its own, which is rarely 0."""
        return self.temperature > 0 or "temperature" not in self.model_fields_set

    @property
    def unsent(self) -> frozenset[str]:
        """What nobody wrote: that is not the same as written as it is by default."""
        return SAMPLING - self.model_fields_set

    def decisive(self) -> dict[str, Json]:
        """Without the options that are not sent."""
        return {name: value for name, value in super().decisive().items() if name not in self.unsent}

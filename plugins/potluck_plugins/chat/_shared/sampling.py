"""Settings of remote chat models: options that the recipe does not set are not sent."""

from __future__ import annotations

from potluck.contracts import ChatOptions
from potluck.documents import Json

SAMPLING = frozenset({"temperature", "top_p", "presence_penalty", "frequency_penalty", "stop", "seed"})
"""The options for which a model has its own defaults."""


class SentOptions(ChatOptions):
    """Options that are sent only if they are set."""

    @property
    def samples(self) -> bool:
        """A model that is not told its temperature takes its own, which is rarely 0."""
        return self.temperature > 0 or "temperature" not in self.model_fields_set

    @property
    def unsent(self) -> frozenset[str]:
        """Options that were not set, which differs from being set to the default."""
        return SAMPLING - self.model_fields_set

    def decisive(self) -> dict[str, Json]:
        """Without the options that are not sent."""
        return {name: value for name, value in super().decisive().items() if name not in self.unsent}

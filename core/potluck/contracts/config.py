"""The settings of a component: what a recipe may write beside ``use:``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict, SecretStr

if TYPE_CHECKING:
    from collections.abc import Callable

    from potluck.documents import Json


class _Operational:
    """Type of the marker below."""

    def __repr__(self) -> str:
        return "Operational"


Operational = _Operational()
"""Marks a setting that changes how the work is done and not its result: ``Annotated[int, Operational]``.

Batch sizes, timeouts, numbers of threads. Such a setting, like a secret, is not part of the fingerprint: changing it
computes nothing again.
"""


class _Pinned:
    """Type of the marker below."""

    def __repr__(self) -> str:
        return "Pinned"


Pinned = _Pinned()
"""Marks an ``Operational`` setting that figures still depend on: ``Annotated[float, Operational, Pinned]``.

Prices, how many tokens fit a model, the device and its threads (sums in another order differ in the last digits).
Nothing is computed again when it changes, but a run's manifest and ``potluck.lock`` hold it.
"""


class Config(BaseModel):
    """Settings: unknown keys are errors, values are frozen, attribute docstrings are the descriptions.

    Give each field a docstring with its unit. A field of type ``SecretStr`` takes ``${NAME}`` from the environment
    and never appears in a manifest.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, protected_namespaces=(), validate_default=True
    )

    @classmethod
    def secrets(cls) -> frozenset[str]:
        """The names of the settings that hold secrets."""
        return frozenset(name for name, info in cls.model_fields.items() if _holds_secret(info.annotation))

    @classmethod
    def refusals(cls) -> Mapping[str, str]:
        """Keys known from other tools that it does not accept, each with the reason, which messages give."""
        return {}

    def decisive(self) -> dict[str, Json]:
        """The settings that decide the result, as JSON: without secrets and operational ones."""
        fields = type(self).model_fields.items()
        return self._without({name for name, info in fields if Operational in info.metadata}, Config.decisive)

    def pins(self) -> dict[str, Json]:
        """The settings on which the figures of a run depend, as JSON: those that decide the result, and ``Pinned``."""
        marked = ((name, info.metadata) for name, info in type(self).model_fields.items())
        return self._without(
            {name for name, marks in marked if Operational in marks and Pinned not in marks}, Config.pins
        )

    def _without(self, names: set[str], within: Callable[[Config], dict[str, Json]]) -> dict[str, Json]:
        """All settings but some and the secrets; ``within`` says the same of settings that hold others."""
        inner = {name: within(value) for name, value in self if isinstance(value, Config)}
        plain = self.model_dump(mode="json", exclude=names | self.secrets() | inner.keys())
        return {**plain, **{name: value for name, value in inner.items() if name not in names}}


def _holds_secret(annotation: Any) -> bool:
    """Whether the type of a field is ``SecretStr`` or an alternative of it."""
    from typing import get_args

    return annotation is SecretStr or any(_holds_secret(part) for part in get_args(annotation))

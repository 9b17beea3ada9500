"""The settings of a component: what a recipe may write beside ``use:``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict, SecretStr

if TYPE_CHECKING:
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

    def decisive(self) -> dict[str, Json]:
        """The settings that decide the result, as JSON: without secrets and operational ones."""
        operational = {name for name, info in type(self).model_fields.items() if Operational in info.metadata}
        within = {name: value.decisive() for name, value in self if isinstance(value, Config)}
        plain = self.model_dump(mode="json", exclude=operational | self.secrets() | within.keys())
        return {**plain, **{name: value for name, value in within.items() if name not in operational}}


def _holds_secret(annotation: Any) -> bool:
    """Whether the type of a field is ``SecretStr`` or an alternative of it."""
    from typing import get_args

    return annotation is SecretStr or any(_holds_secret(part) for part in get_args(annotation))

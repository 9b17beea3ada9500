"""What a plugin's hook returns: the name's meaning, its settings, and how to make the component."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from potluck.contracts.component import Component
from potluck.contracts.config import Config
from potluck.contracts.context import Context

ComponentT_co = TypeVar("ComponentT_co", bound=Component, covariant=True)


@dataclass(frozen=True)
class Offer(Generic[ComponentT_co]):
    """One component a plugin brings.

    ``summary`` is a line for ``potluck plugins list``. ``config`` validates the settings. ``make(config, context)``
    builds the component and loads nothing heavy: models are loaded at first use. ``requires`` are the import names of
    the packages that it computes with: a missing one is reported before anything runs, and whatever depends on one is
    computed anew when its version changes. ``extra`` is the extra that installs them (``potluck[chroma]``).
    ``sends_to(config)`` is the host that would get data, or None if nothing leaves the machine. ``contract`` is the
    version of the contract the plugin was written for.
    """

    summary: str
    config: type[Config]
    make: Callable[[Any, Context], ComponentT_co]
    requires: tuple[str, ...] = ()
    extra: str | None = None
    sends_to: Callable[[Any], str | None] | None = None
    contract: int = 1

    @classmethod
    def of(cls, offer: Offer[Any]) -> Self:
        """An offer of this type: the same one, or a copy with what the class of its components declares."""
        if isinstance(offer, cls):
            return offer
        return cls(**vars(offer), **cls.declared(offer.component))

    @classmethod
    def declared(cls, component: type[Component]) -> Mapping[str, Any]:
        """The fields of this type that a class of components declares by its attributes; none for a class of another
        kind."""
        return {}

    @property
    def component(self) -> type[Component]:
        """The class of its components, whose attributes say what they can do, as the contract declares them.

        ``Component`` where a function makes them: then nothing is known before one is made.
        """
        return self.make if isinstance(self.make, type) and issubclass(self.make, Component) else Component

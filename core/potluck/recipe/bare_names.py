"""A component that an axis names by its name alone: ``tuner=lora,prefix``.

If it is the recipe's own, it is meant with the recipe's settings. Another tuner keeps what the recipe says of training:
the steps are no part of the method, but the learning rate is. ``{use: NAME}`` means the usual settings.
"""

from __future__ import annotations

from potluck import plugins
from potluck.contracts.config import Config
from potluck.documents import Json
from potluck.errors import PotluckError
from potluck.recipe.model import RecipeModel

_TRAINING = "training"
_OF_THE_METHOD = {"learning_rate"}
"""What is right for one method of training and wrong for another."""


def with_own_settings(recipe: RecipeModel, axis: str, value: Json) -> Json:
    """The value of an axis, with the recipe's settings where it is a bare name that takes them."""
    own = recipe.spec_of(axis)
    if not isinstance(value, str) or own is None:
        return value
    if value == own.name:
        return recipe.as_mapping()[axis]
    training = _written_training(own.config) if axis == "tuner" and _takes_training(value) else {}
    return {"use": value, _TRAINING: training} if training else value


def _written_training(config: Config) -> dict[str, Json]:
    """What the recipe itself says of training: what it leaves out may be another value for another method."""
    training = getattr(config, _TRAINING, None)
    if not isinstance(training, Config):
        return {}
    return training.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude=_OF_THE_METHOD)


def _takes_training(name: str) -> bool:
    try:
        return _TRAINING in plugins.offer(plugins.find("tuner", name)).config.model_fields
    except PotluckError:  # an unknown name is told where the variant is read
        return False

"""The training engine for tuners of local models, and two classes with which a method takes a few lines.

``LocalTuner`` for a method of your own, ``PeftTuner`` for one that the PEFT library has. What ``attach`` of a
``LocalTuner`` returns is an ``AttachedModules`` or an ``AttachedPast``. All of it belongs to the public contract.
Nothing heavy is imported before a model is needed.
"""

from potluck.tuning.attached import AttachedModules, AttachedPast, check_names
from potluck.tuning.local_tuner import LocalTuner, PeftTuner, prompt_of
from potluck.tuning.method import Virtual
from potluck.tuning.training_settings import Training, TunerConfig

__all__ = [
    "AttachedModules",
    "AttachedPast",
    "LocalTuner",
    "PeftTuner",
    "Training",
    "TunerConfig",
    "Virtual",
    "check_names",
    "prompt_of",
]

"""P-tuning v2 (Liu et al. 2022, *P-Tuning v2: Prompt Tuning Can Be Comparable to Fine-tuning Universally*), by PEFT.

Deep prompts: trained keys and values before the text in every layer, as in prefix-tuning, but meant for understanding:
reparameterisation is an option that does not always help (section 3.3), simple classification wants short prompts
(about 20), hard labelling long ones (about 100), and each task begins anew from the vocabulary.
"""

from __future__ import annotations

import potluck
from potluck_plugins.tuners._shared.deep import DeepConfig, DeepTuner
from potluck_plugins.tuners._shared.starts import Start


class PTuningV2Config(DeepConfig):
    """Settings of P-tuning v2."""

    init: Start = "labels"
    """Their initial values: those that the model itself computes for the words of the labels, of a text, or any words
    of the vocabulary; or random numbers. A network always begins at random."""


class PTuningV2(DeepTuner):
    """Trains deep prompts."""

    config: PTuningV2Config
    family = "in front of the text, in all layers"
    default_learning_rate = 1e-2


@potluck.hookimpl
def potluck_tuner() -> potluck.Offer[PTuningV2]:
    """Offer the tuner."""
    summary = "P-tuning v2: deep prompts, for understanding"
    return potluck.Offer(summary, PTuningV2Config, PTuningV2, requires=("torch", "transformers", "peft"), extra="tune")

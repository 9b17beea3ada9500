"""Prefix-tuning (Li and Liang 2021, *Prefix-Tuning: Optimizing Continuous Prompts for Generation*), by PEFT.

Some positions stand before the text, and their keys and values in every layer are trained: h_i = P[i, :] for i in the
prefix (equation 3). Without reparameterisation they are trained themselves; with it they are an MLP of a smaller
matrix, which is gone after training. Where they begin decides how fast they train (section 7.4: real words).
"""

from __future__ import annotations

import potluck
from potluck_plugins.tuners._shared.deep import DeepConfig, DeepTuner


class PrefixConfig(DeepConfig):
    """Settings of prefix-tuning."""


class Prefix(DeepTuner):
    """Trains keys and values of all layers, before the text."""

    config: PrefixConfig
    family = "in front of the text, in all layers"
    default_learning_rate = 5e-2


@potluck.hookimpl
def potluck_tuner() -> potluck.Offer[Prefix]:
    """Offer the tuner."""
    summary = "prefix-tuning: trained keys and values before the text, in all layers"
    return potluck.Offer(summary, PrefixConfig, Prefix, requires=("torch", "transformers", "peft"), extra="tune")

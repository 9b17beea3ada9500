"""Conformance kits: the rules of each contract, to be held against a plugin from its own tests.

    @pytest.mark.parametrize("check", checks("splitter"), ids=str)
    def test_it_keeps_the_contract(check, tmp_path):
        check("my-splitter", tmp_path, {"chunk_size": 100})

A check raises ``Violation``, whose message begins with the name of the broken rule. ``potluck conform KIND NAME`` runs
the same checks. For tests of your own ``component(KIND, NAME, folder, settings)`` makes the plugin's component as a
recipe does, and ``tiny_model(folder)`` a language model small enough to be trained in a test.
"""

from potluck.contracts.offer import Kind
from potluck.errors import PotluckError
from potluck.testing import chat, chat_likelihoods, embedder, splitter, store, tuner
from potluck.testing.kit import RULES, Check, Outcome, Skipped, Subject, Violation, component, conform
from potluck.testing.models import tiny_model

_WRITTEN = (splitter, embedder, store, tuner, chat, chat_likelihoods)
"""Importing them registers their rules."""


def checks(kind: Kind) -> list[Check]:
    """The rules of a kind, in order. Raises ``PotluckError`` for a kind that has no kit."""
    if kind not in RULES:
        raise PotluckError(f"there is no conformance kit for a {kind}; there are: {', '.join(RULES)}")
    return list(RULES[kind])


__all__ = ["Check", "Outcome", "Skipped", "Subject", "Violation", "checks", "component", "conform", "tiny_model"]

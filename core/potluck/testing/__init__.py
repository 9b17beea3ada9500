"""Conformance kits: the rules of each contract, to be checked against a plugin from its own tests.

    @pytest.mark.parametrize("check", checks("splitter"), ids=str)
    def test_it_keeps_the_contract(check, tmp_path):
        check("my-splitter", tmp_path, {"chunk_size": 100})

A check raises ``Violation``, whose message begins with the name of the broken rule. ``potluck conform KIND NAME`` runs
the same checks. For tests of your own ``component(KIND, NAME, folder, settings)`` makes the plugin's component as a
recipe does, and ``tiny_model(folder)`` a language model small enough to be trained in a test.

A loader is tried on files: ``checks("loader", samples=Path("tests/samples"))``, where an ``expected.json`` says for
each file which phrases have to come out of it. Of formats of text the kit writes some itself.
"""

from importlib import import_module

from potluck.contracts.kinds import KINDS
from potluck.testing.kit import Check, Outcome, Skipped, Subject, Violation, checks, component, conform
from potluck.testing.models import tiny_model

for _kind in KINDS.values():
    for _module in _kind.kit:
        import_module(_module)  # which registers its rules

__all__ = ["Check", "Outcome", "Skipped", "Subject", "Violation", "checks", "component", "conform", "tiny_model"]

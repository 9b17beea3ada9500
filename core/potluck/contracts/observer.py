"""Observer: is told what happens, and changes nothing."""

from __future__ import annotations

from potluck.contracts.component import Component


class Observer(Component):
    """Watches a run: a progress bar, a log, a tracer.

    It has any of the hooks ``potluck_stage_started``, ``_progressed``, ``_finished``, ``_failed``,
    ``potluck_model_called`` and ``potluck_output_begins`` as methods, each marked with ``@potluck.hookimpl``. It is
    made only if a recipe (``observers: NAME``) or the variable ``POTLUCK_OBSERVERS`` names it; it is not part of a
    fingerprint or a manifest.

    Hooks are called from any thread, between the steps of the work: be quick. An observer that raises is left out from
    then on, with one warning; the run goes on. Counts, times, names of components and the classes of errors may be
    written down; ``message`` and an error's text may hold names of files and words of documents.

    It prints nothing on standard output, and sends nothing but to the host that its offer's ``sends_to`` names.
    ``close`` is called at the end of a run that was not killed; it writes or sends the rest within seconds.
    """

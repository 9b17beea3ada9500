"""Importing plugins safely: each in a process of its own, with a time limit."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from potluck.doctor import RESULT
from potluck.documents import Json
from potluck.json_values import as_json
from potluck.plugins import CONTRACTS, Plugin, declared_contract
from potluck.results.listings import ExaminedResult, RuleResult

SECONDS = 20.0
"""How long a plugin's module may take to be imported."""

CONFORM_SECONDS = 600.0
"""How long a plugin may take to be checked against the rules of its kind."""

SLOW = 1.0
"""Seconds from which on an import is worth a word: the module is imported whenever a recipe names the plugin."""

_LONGEST = 300
"""Characters of a message that are kept; one line is enough."""


@dataclass(frozen=True, slots=True)
class Examination:
    """The result for one plugin. ``problem`` is the class of what is wrong with it; None if it can be used.

    ``seconds`` and ``contract`` are None if it could not be imported. ``message`` says what is wrong, or which optional
    packages are ``missing``. ``rules`` are those of its kind and how they are kept; ``skipped`` says why it was not
    checked against them.
    """

    plugin: Plugin
    seconds: float | None = None
    contract: int | None = None
    missing: tuple[str, ...] = ()
    problem: str | None = None
    message: str = ""
    reached_for: tuple[str, ...] = ()
    rules: tuple[dict[str, Any], ...] = ()
    skipped: str = ""

    @property
    def broken_rules(self) -> list[str]:
        """The rules that it breaks, each with a description."""
        return [f"{rule['rule']}: {rule['why']}" for rule in self.rules if not rule["kept"]]

    @property
    def is_broken(self) -> bool:
        """Whether something is wrong that no package to install puts right."""
        return self.problem is not None or bool(self.reached_for) or bool(self.broken_rules)

    def as_json(self) -> dict[str, Json]:
        """As ``potluck plugins doctor --json`` prints it."""
        return as_json(
            ExaminedResult(
                kind=self.plugin.kind,
                name=self.plugin.name,
                package=self.plugin.package,
                version=self.plugin.version,
                contract=self.contract,
                seconds=round(self.seconds, 4) if self.seconds is not None else None,
                missing=self.missing,
                problem=self.problem,
                message=self.message,
                reached_for=self.reached_for,
                rules=tuple(RuleResult(**rule) for rule in self.rules),
                skipped=self.skipped,
            )
        )


def examine(chosen: Sequence[Plugin], seconds: float = SECONDS, conform: bool = False) -> Iterator[Examination]:
    """Import each plugin, as many at once as there are processors; in the order given.

    ``conform`` also checks those that can be used against the rules of their kind.
    """
    pool = ThreadPoolExecutor(os.cpu_count() or 1)
    try:
        yield from pool.map(lambda plugin: _examine_one(plugin, seconds, conform), chosen)
    finally:
        pool.shutdown(cancel_futures=True)


def _examine_one(plugin: Plugin, seconds: float, conform: bool) -> Examination:
    said, ended = _probe(plugin, seconds)
    if said is None:
        return Examination(plugin, problem="BrokenPlugin", message=f"{plugin.label} does not work: {ended}")
    found = Examination(
        plugin,
        said["seconds"],
        said["contract"],
        tuple(said["missing"]),
        said["problem"] or None,
        _line(said["message"]),
        tuple(said["reached_for"]),
    )
    declared = declared_contract(plugin)
    if found.problem is None and declared is not None and declared != found.contract:
        message = (
            f"{plugin.label} was written for version {found.contract} of the {plugin.kind} contract, and its package "
            f"says version {declared} in {CONTRACTS}: let both say the same"
        )
        return replace(found, problem="ContractMismatch", message=message)
    return _check_rules(found) if conform and found.problem is None and not found.missing else found


def _check_rules(found: Examination) -> Examination:
    """The plugin checked against the rules of its kind."""
    said, ended = _probe(found.plugin, CONFORM_SECONDS, "--conform")
    if said is None:
        message = f"{found.plugin.label} was checked against the rules: {ended}"
        return replace(found, problem="ContractBroken", message=message)
    return replace(found, rules=tuple(said.get("outcomes", ())), skipped=_line(said.get("skipped", "")))


def _probe(plugin: Plugin, seconds: float, *more: str) -> tuple[dict[str, Any] | None, str]:
    """What a process reported on the plugin, None if nothing; and how it ended."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        ended = _run([json.dumps(asdict(plugin)), folder, *more], Path(folder), seconds)
        try:
            return json.loads((Path(folder) / RESULT).read_text(encoding="utf-8")), ended
        except (OSError, ValueError):
            return None, ended


def _run(arguments: Sequence[str], folder: Path, seconds: float) -> str:
    """Let a process examine the plugin and discard its output. Returns how it ended, in words."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-X", "utf8", "-m", "potluck.doctor.probe", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        start_new_session=True,
    )
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired:
        return f"it took longer than {seconds:g} s, and was given up"
    finally:
        _end(process)
    if status < 0:
        return f"it ended its process: {signal.Signals(-status).name}"
    return f"it ended its process with status {status}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process, and what it has started and left behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _line(message: str) -> str:
    """A message as one line that does nothing to a terminal."""
    line = "".join(c if c.isprintable() else " " for c in " ".join(message.split()))
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"

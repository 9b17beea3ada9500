"""Finding runs: by folder, by name or a part of it, and the latest, in this folder's workspace and in all others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from potluck.amounts import many
from potluck.errors import AmbiguousRun, RunNotFound
from potluck.suggestions import did_you_mean
from potluck.workspace.known_workspaces import known_workspaces
from potluck.workspace.location import workspace_beside
from potluck.workspace.manifests import MANIFEST

LATEST = "latest"
SHORTEST = 4
"""Characters of a name that suffice to identify it."""

_NAMED = 5
"""How many runs a message names."""
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]+")


def runs_of(workspace: Path) -> list[Path]:
    """The folders of a workspace's runs, the newest first. A run exists once its manifest does."""
    found = [path.parent for path in (workspace / "runs").glob(f"*/{MANIFEST}") if not path.parent.is_symlink()]
    return sorted(found, key=_age, reverse=True)


def all_runs() -> list[Path]:
    """The runs of all workspaces of this user that are known, and of that in the current folder; the newest first."""
    workspaces = dict.fromkeys([_here(), *known_workspaces()])
    return sorted((run for workspace in workspaces for run in runs_of(workspace)), key=_age, reverse=True)


def latest_run() -> Path:
    """The newest run of the workspace in the current folder; of all workspaces if it has none. Raises
    ``RunNotFound``."""
    for runs in (runs_of(_here()), all_runs()):
        if runs:
            return runs[0]
    raise RunNotFound("no run was kept yet: potluck run RECIPE keeps one")


def find_run(said: str) -> Path:
    """The folder of a run: ``latest``, the folder itself, its manifest, the run's name, or one end of the name.

    A run of the current folder goes before those of other workspaces. Raises ``RunNotFound`` and ``AmbiguousRun``.
    """
    if said == LATEST:
        return latest_run()
    path = Path(said)
    for folder in (path, path.parent if path.name == MANIFEST else path):
        if (folder / MANIFEST).is_file():
            return folder.resolve()
    runs, here = all_runs(), _here()
    for among in ([run for run in runs if run.parents[1] == here], runs):
        for found in ([run for run in among if run.name == said], [run for run in among if _is_end(said, run.name)]):
            if found:
                return _only(said, found)
    raise RunNotFound(_not_found(said, runs))


def _here() -> Path:
    return workspace_beside(Path.cwd()).resolve()


def _age(run: Path) -> tuple[bool, str]:
    """Names of runs begin with the time; a folder that somebody has called otherwise is taken for old."""
    return _ID.fullmatch(run.name) is not None, run.name


def _is_end(said: str, name: str) -> bool:
    return len(said) >= SHORTEST and (name.startswith(said) or name.endswith(said))


def _only(said: str, found: Sequence[Path]) -> Path:
    if len(found) == 1:
        return found[0]
    more = f"\n  and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    listed = "".join(f"\n  {run}" for run in found[:_NAMED])
    raise AmbiguousRun(f"{said!r} is a part of the names of {many(len(found), 'run')}; say which:{listed}{more}")


def _not_found(said: str, runs: Iterable[Path]) -> str:
    names = [run.name for run in runs]
    if not names:
        return f"there is no run {said!r}, and no other was kept yet: potluck run RECIPE keeps one"
    return (
        f"there is no run {said!r}{did_you_mean(said, [*names, LATEST])}; the newest are: "
        f"{', '.join(names[:_NAMED])}; all: potluck runs list"
    )

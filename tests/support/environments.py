"""Clean environments, into which wheels are really built and really installed."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment in ``folder``. What potluck depends on is there; potluck and its plugins are not."""

    folder: Path

    @property
    def programs(self) -> Path:
        """The folder of its programs."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    def run(self, *command: str, cwd: Path) -> str:
        """Run one of its programs, which has to succeed, and return what it printed.

        Pip fetches nothing. Small models are computed by one thread: several would wait for each other.
        """
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_"))}
        more = {
            "PATH": os.pathsep.join([str(self.programs), environment.get("PATH", "")]),
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # this is how pip spells that there shall be none
            "PYTHONIOENCODING": "utf-8",
            "COLUMNS": "120",
            "OMP_NUM_THREADS": "1",
        }
        program, *arguments = command
        modules = {"pip": ["-m", "pip"], "pytest": ["-m", "pytest"], "python": []}
        python, own = str(self.programs / "python"), str(self.programs / program)
        known = [python, *modules[program]] if program in modules else [own]
        done = subprocess.run(
            [*known, *arguments],
            cwd=cwd,
            env={**environment, **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}: {done.returncode}\n{done.stdout}"
        return done.stdout

    def install(self, *wheels: Path) -> None:
        """Install wheels. What they require has to be there."""
        self.run("pip", "install", "--quiet", "--no-compile", *map(str, wheels), cwd=self.folder)

    @property
    def types(self) -> list[str]:
        """mypy's options to see what is installed here."""
        return [f"--python-executable={self.programs / 'python'}", f"--cache-dir={self.folder / 'types'}"]


def clean_environment(folder: Path) -> Environment:
    """Make one that sees the installed libraries of this one, but neither potluck nor any plugin."""
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    libraries = folder / "libraries"
    libraries.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.lower().startswith(("potluck", "_potluck", "__editable__", "__pycache__")):
            (libraries / entry.name).symlink_to(entry)
    environment = Environment(folder)
    (own,) = folder.glob("lib/python*/site-packages") if os.name != "nt" else [folder / "Lib" / "site-packages"]
    (own / "libraries.pth").write_text(f"{libraries}\n", encoding="utf-8")
    return environment


def wheel(package: Path, into: Path) -> Path:
    """Build the wheel of a package's folder, in an empty folder."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(into)]
    done = subprocess.run(command, cwd=package, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = into.iterdir()
    return built


def own_tool(module: str, *arguments: str, folder: Path) -> None:
    """Run a tool of this environment on a folder; it has to find nothing wrong."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

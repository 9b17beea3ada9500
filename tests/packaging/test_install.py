"""The ways to install potluck that the pages name, done: a wheel, an extra added later, the Dockerfile's steps."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.environments import ROOT, Environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
QUESTION = "How many promises were on the board in the first week?"


def test_a_wheel_takes_an_extra_by_name_without_an_index(environment: Environment, tmp_path: Path) -> None:
    done = environment.run("pip", "install", "--dry-run", "potluck[compare]", cwd=tmp_path)

    assert "Requirement already satisfied: potluck[compare]" in done


def test_the_command_that_a_message_names_works(environment: Environment, tmp_path: Path) -> None:
    script = "from potluck.installation import pip_command_of_extra as of\nprint(of('compare'))"
    command = environment.run("python", "-c", script, cwd=tmp_path).strip()
    assert command.endswith(".whl[compare]'")

    environment_of_pip = {**os.environ, "PIP_NO_INDEX": "1"}
    words = command.replace(" install ", " install --dry-run --no-deps ")
    done = subprocess.run(words, shell=True, capture_output=True, text=True, env=environment_of_pip, check=False)
    assert done.returncode == 0, done.stderr


def test_the_examples_travel_in_the_wheel(environment: Environment, tmp_path: Path) -> None:
    environment.run("potluck", "examples", "track-specification", cwd=tmp_path)

    asked = environment.run("potluck", "ask", "track-specification/six-habits.txt", QUESTION, cwd=tmp_path)
    assert "sixty-four" in asked


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the Dockerfile's first stage makes in /opt/potluck, from the files that it copies, by its own commands."""
    folder = tmp_path_factory.mktemp("image")
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").partition("\nFROM python:${PYTHON}-slim\n")[0]
    (folder / "source").mkdir()
    for words in re.findall(r"^COPY (?!--)(.*)$", text, re.MULTILINE):
        for path in words.split()[:-1]:
            target = folder / "source" / path
            if (ROOT / path).is_dir():
                shutil.copytree(ROOT / path, target, ignore=shutil.ignore_patterns("__pycache__", ".potluck"))
            else:
                shutil.copyfile(ROOT / path, target)
    for command in re.findall(r"^RUN (.*)$", text, re.MULTILINE):
        words = command.replace("/opt/potluck", str(folder / "potluck")).replace("python ", f"{sys.executable} ", 1)
        subprocess.run(words, shell=True, check=True, cwd=folder / "source")
    return folder / "potluck" / "bin" / "potluck"


def test_the_image_answers_without_a_network_where_nothing_but_its_cache_can_be_written(
    image: Path, tmp_path: Path
) -> None:
    if subprocess.run(["unshare", "-m", "-n", "true"], check=False).returncode != 0:
        pytest.skip("needs mounts and networks of its own")
    home = tmp_path
    (home / "cache").mkdir()
    shutil.copytree(ROOT / "docs" / "examples" / "track-specification", home / "documents")
    (home / "documents" / "recipe.yaml").unlink()
    steps = [
        f"mount --bind {home}/cache {home}/cache",
        "mount -t tmpfs tmpfs /dev/shm",
        f"mount --bind {home}/documents {home}/documents",
        f"mount -o remount,ro,bind {home}/documents",
        "mount -o remount,ro,bind /",
        f"exec {image} ask documents '{QUESTION}'",
    ]
    variables = {"POTLUCK_CACHE": f"{home}/cache", "HOME": f"{home}/cache", "TMPDIR": "/dev/shm"}

    done = subprocess.run(
        ["unshare", "-m", "-n", "sh", "-c", " && ".join(steps)],
        cwd=home,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "sixty-four" in done.stdout, done.stderr
    assert "what is computed is kept in cache/workspaces/" in done.stderr


def test_the_health_of_the_image_is_told(image: Path, tmp_path: Path) -> None:
    done = subprocess.run([image, "plugins", "list"], cwd=tmp_path, capture_output=True, check=False)

    assert done.returncode == 0

"""The files that GitHub reads: workflows call the scripts of this tree with few rights, and forms are well formed."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = sorted(path for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")
ACTIONS = {"actions/checkout", "actions/setup-python", "actions/upload-artifact", "actions/download-artifact"}
PUBLISHER = "pypa/gh-action-pypi-publish"


def read(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def steps(workflow: Any) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_there_are_a_workflow_of_changes_and_one_of_releases() -> None:
    assert [path.stem for path in WORKFLOWS] == ["ci", "release"]
    assert {path.stem for path in FORMS} == {"bug", "feature", "plugin"}


def test_the_workflow_of_changes_runs_the_script_that_a_fresh_machine_runs() -> None:
    workflow = read(ROOT / ".github" / "workflows" / "ci.yml")

    assert set(workflow["on"]) == {"push", "pull_request"}
    assert [step["run"] for step in steps(workflow) if "run" in step] == [".ci/run"]


def test_it_tests_the_versions_of_python_that_the_package_names() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    workflow = read(ROOT / ".github" / "workflows" / "ci.yml")

    named = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', project)
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == named


def test_a_release_is_tried_before_it_is_published_and_needs_no_token() -> None:
    workflow = read(ROOT / ".github" / "workflows" / "release.yml")
    build, publish = workflow["jobs"]["build"], workflow["jobs"]["publish"]

    assert workflow["on"] == {"push": {"tags": ["v*"]}}
    assert [step["run"] for step in build["steps"] if "run" in step] == ['.ci/wheel "$GITHUB_REF_NAME"']
    assert publish["needs"] == "build"
    assert publish["environment"] == "pypi"
    assert publish["permissions"] == {"id-token": "write"}
    assert "with" not in next(step for step in publish["steps"] if step["uses"].startswith(PUBLISHER))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_no_right_that_it_does_not_need(path: Path) -> None:
    workflow = read(path)

    assert workflow["permissions"] == {"contents": "read"}
    rights = [job["permissions"] for job in workflow["jobs"].values() if "permissions" in job]
    assert rights == ([{"id-token": "write"}] if path.stem == "release" else [])
    assert "secrets" not in path.read_text(encoding="utf-8")
    assert all("timeout-minutes" in job for job in workflow["jobs"].values())
    checkouts = [step for step in steps(workflow) if step.get("uses", "").startswith("actions/checkout@")]
    assert [step["with"] for step in checkouts] == [{"persist-credentials": False}]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_uses_known_actions_of_a_fixed_version(path: Path) -> None:
    for name, _, version in (step["uses"].partition("@") for step in steps(read(path)) if "uses" in step):
        assert name in ACTIONS | {PUBLISHER}
        assert re.fullmatch(r"[0-9a-f]{40}|v\d+|release/v1", version), name


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_script_that_a_workflow_runs_is_there_and_can_be_run(path: Path) -> None:
    for command in (step["run"] for step in steps(read(path)) if "run" in step):
        script = ROOT / shlex.split(command)[0]

        assert os.access(script, os.X_OK), script


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_asks_questions_that_github_can_show(path: Path) -> None:
    form = read(path)
    asked = [part for part in form["body"] if part["type"] != "markdown"]

    assert form["name"]
    assert form["description"]
    assert {part["type"] for part in form["body"]} <= {"markdown", "textarea", "input", "dropdown", "checkboxes"}
    assert all(part["attributes"]["label"] for part in asked)
    assert len({part["id"] for part in asked}) == len(asked)
    assert any(part.get("validations", {}).get("required") for part in asked)


def test_the_form_of_plugins_offers_every_kind() -> None:
    from potluck.contracts import KINDS

    (kinds,) = (part for part in read(ROOT / ".github/ISSUE_TEMPLATE/plugin.yml")["body"] if part["type"] == "dropdown")

    assert kinds["attributes"]["options"] == [*KINDS, "a new kind"]

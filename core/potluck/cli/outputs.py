"""The type of what each command prints with ``--json``. Every command that takes ``--json`` is listed here."""

from __future__ import annotations

from typing import Any

from potluck.documents import Json
from potluck.errors import PotluckError

ERROR = "error"
"""What any command prints instead of its result if something is wrong."""


def outputs() -> dict[str, Any]:
    """The types by the commands' names, such as ``plugins list``; ``schema`` prints what describes any of them."""
    from potluck.results import answers, comparison, kept_runs, listings, runs, stages, strategy

    return {
        "ask": answers.AskResult | answers.TaskAnswerResult,
        "chat": answers.AskResult | answers.TaskAnswerResult | answers.ErrorResult,
        "compare": comparison.ComparisonResult | runs.GateResult,
        "completion": listings.CompletionResult,
        "conform": tuple[listings.RuleResult, ...],
        "evaluate": answers.EvaluationResult | answers.TaskEvaluationResult,
        "examples": tuple[listings.BundledExampleResult, ...] | listings.CopiedExampleResult,
        "help": listings.HelpResult,
        "index": stages.IndexResult,
        "init": listings.InitResult,
        "load": tuple[listings.LoadedResult | listings.NotLoadedResult, ...],
        "lock": runs.LockResult,
        "merge": stages.MergeResult,
        "new": listings.NewResult,
        "plan": stages.PlanResult | stages.TuningPlanResult | stages.TaskPlanResult,
        "plugins doctor": listings.DoctorResult,
        "plugins list": tuple[listings.PluginResult, ...],
        "predict": runs.PredictResult,
        "prompts lint": tuple[listings.FindingResult, ...],
        "prompts list": tuple[listings.PromptResult, ...],
        "prompts score": listings.PromptScoresResult,
        "reproduce": runs.ReproductionResult,
        "run": runs.RunResult,
        "runs diff": kept_runs.RunDiffResult,
        "runs latest": kept_runs.RunDetailResult,
        "runs list": kept_runs.RunListResult,
        "runs open": kept_runs.OpenedRunResult,
        "runs rm": kept_runs.RemovedRunsResult,
        "runs show": kept_runs.RunDetailResult,
        "strategy": strategy.StrategyResult,
        "tune": stages.TuneResult,
        "tuners": tuple[listings.TunerResult, ...],
        "workspace check": runs.WorkspaceCheckResult,
        "workspace repair": runs.WorkspaceRepairResult,
        ERROR: answers.ErrorResult,
    }


def output_schema(command: str) -> dict[str, Json]:
    """The JSON Schema of what a command prints. Raises ``PotluckError`` for an unknown name."""
    from potluck.json_schemas import DRAFT, json_schema_of
    from potluck.suggestions import did_you_mean

    if command == "schema":
        return {"$schema": DRAFT, "title": "potluck schema --json", "$ref": DRAFT}
    known = outputs()
    if command not in known:
        hint = did_you_mean(command, [*known, "schema"])
        raise PotluckError(f"no command {command!r} prints JSON{hint}; there are: {', '.join(sorted(known))}, schema")
    title = "a mistake of any command with --json" if command == ERROR else f"potluck {command} --json"
    return json_schema_of(known[command], title)

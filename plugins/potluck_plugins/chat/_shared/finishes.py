"""Why an answer ended, in the spellings of services, servers and libraries."""

from __future__ import annotations

from potluck.documents import Finish

_SPELLINGS: dict[Finish, tuple[str, ...]] = {
    "stop": (
        *("stop", "stop_sequence", "stop_token", "eos", "eos_token", "end", "end_turn", "end_of_turn", "endoftext"),
        *("complete", "completed", "done", "finish", "finished", "normal", "success"),
    ),
    "length": (
        *("length", "max_length", "max_tokens", "max_new_tokens", "max_output_tokens", "max_completion_tokens"),
        *("model_length", "token_limit", "limit", "context_length", "model_context_window_exceeded", "truncated"),
    ),
    "filter": (
        *("content_filter", "content_filtered", "filtered", "refusal", "safety", "recitation", "blocklist", "blocked"),
        *("prohibited_content", "spii", "sensitive", "guardrail_intervened"),
    ),
}
_BROKEN = (
    *("error", "abort", "aborted", "cancelled", "canceled", "insufficient_system_resource", "network_error", "timeout"),
    *("tool_calls", "tool_call", "function_call", "tool_use", "malformed_function_call"),
)


def finish_of(reason: str) -> Finish | None:
    """The meaning of a reason, or None for an unknown one."""
    plain = reason.strip().lower().replace("-", "_").replace(" ", "_").removeprefix("finish_reason_")
    return next((finish for finish, spellings in _SPELLINGS.items() if plain in spellings), None)


def is_broken(reason: str) -> bool:
    """Whether a reason says that there is no whole answer: an error, a stop by somebody, a call of a tool."""
    return reason.strip().lower() in _BROKEN

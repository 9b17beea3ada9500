"""Names of transformers' ``TrainingArguments`` that mean nothing to a training here, each with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

_REASONS: Mapping[str, tuple[str, ...]] = {
    "what is learned is kept in the workspace, and `potluck tune` says where": (
        *("output_dir", "overwrite_output_dir", "logging_dir", "run_name", "project"),
    ),
    "the recipe has a key seed": ("seed", "data_seed"),
    "the recipe's dataset says what is learned and what is watched": (
        *("do_train", "do_eval", "do_predict", "remove_unused_columns", "label_names", "include_for_metrics"),
        *("length_column_name",),
    ),
    "write dtype: bfloat16 or float32": ("bf16", "fp16", "bf16_full_eval", "fp16_full_eval", "tf32"),
    "write use_cpu": ("no_cuda", "use_mps_device"),
    "write per_device_train_batch_size": ("per_gpu_train_batch_size", "auto_find_batch_size"),
    "validation is computed pack_tokens at a time, and its result does not depend on it": (
        *("per_device_eval_batch_size", "per_gpu_eval_batch_size", "eval_accumulation_steps", "batch_eval_metrics"),
        *("eval_do_concat_batches", "eval_use_gather_object", "prediction_loss_only"),
    ),
    "write eval_strategy": ("evaluation_strategy", "evaluate_during_training"),
    "the first evaluation is that of eval_steps or of the first epoch": ("eval_delay", "eval_on_start"),
    "write save_steps: a killed training resumes from its last checkpoint": ("save_strategy",),
    "only the last checkpoint is kept, and a killed training resumes from it by itself": (
        *("save_total_limit", "save_only_model", "save_on_each_node", "resume_from_checkpoint", "ignore_data_skip"),
        *("restore_callback_states_from_checkpoint", "enable_jit_checkpoint"),
    ),
    "write early_stopping_patience: then the best weights, by the validation loss, are the result": (
        *("load_best_model_at_end", "metric_for_best_model", "greater_is_better"),
    ),
    "write logging_steps": ("logging_strategy", "logging_first_step"),
    "progress is shown on a terminal, and reported to the recipe's observers": (
        *("disable_tqdm", "log_level", "log_level_replica", "log_on_each_node", "logging_nan_inf_filter"),
        *("include_num_input_tokens_seen", "include_tokens_per_second", "debug", "skip_memory_metrics"),
    ),
    "nothing leaves the machine: upload the folder yourself that `potluck merge` or `potluck tune` names": (
        *("push_to_hub", "hub_token", "hub_private_repo", "hub_model_id", "hub_strategy", "hub_always_push"),
        *("hub_revision", "push_to_hub_token", "push_to_hub_model_id", "push_to_hub_organization"),
        *("trackio_space_id", "trackio_bucket_id", "trackio_static_space_id"),
    ),
    "memory follows pack_tokens here: lower that": (
        *("gradient_checkpointing", "gradient_checkpointing_kwargs", "activation_checkpointing"),
        *("activation_checkpointing_kwargs", "torch_empty_cache_steps"),
    ),
    "examples are laid end to end, so that nothing is padded": ("group_by_length", "train_sampling_strategy"),
    "examples are in memory, and no process loads them": (
        *("dataloader_drop_last", "dataloader_num_workers", "dataloader_pin_memory", "dataloader_in_order"),
        *("dataloader_persistent_workers", "dataloader_prefetch_factor", "dataloader_multiprocessing_context"),
        *("accelerator_config",),
    ),
    "the loop is potluck's own, with AdamW and the cross-entropy of the answers": (
        *("optim_args", "optim_target_modules", "adafactor", "label_smoothing_factor", "lr_scheduler_kwargs"),
        *("neftune_noise_alpha", "average_tokens_across_devices", "torch_compile", "torch_compile_backend"),
        *("torch_compile_mode", "use_liger_kernel", "liger_kernel_config", "use_cache", "jit_mode_eval", "use_ipex"),
    ),
    "a training is the same each time, for the recipe's seed": ("full_determinism",),
    "`torchrun` says how many processes there are; fsdp and deepspeed spread the model over them": (
        *("local_rank", "ddp_find_unused_parameters", "ddp_bucket_cap_mb", "ddp_broadcast_buffers"),
        *("ddp_static_graph", "ddp_backend", "ddp_timeout", "fsdp_config", "fsdp_min_num_params"),
        *("fsdp_transformer_layer_cls_to_wrap", "parallelism_config"),
    ),
}


@cache
def refused_arguments() -> Mapping[str, str]:
    """The reason for each name."""
    return dict(_pairs())


def _pairs() -> Iterator[tuple[str, str]]:
    for reason, names in _REASONS.items():
        yield from ((name, reason) for name in names)

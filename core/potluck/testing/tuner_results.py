"""The rules of tuners: answering with the result, merging it, and leaving the rest untouched."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

from potluck.errors import ModelError, Unsupported
from potluck.testing.kit import Skipped, Subject, need, rule
from potluck.testing.models import request
from potluck.testing.quiet import refuse_connections
from potluck.testing.tuner_models import (
    EXACT,
    base_folder,
    load_base,
    local_tuner,
    mean_nats,
    model_logits,
    train_small,
    tuned_logits,
)


@rule("tuner", "answers-as-trained")
def check_answers(subject: Subject) -> None:
    """The right answers are likelier with the result than without."""
    tuner, base = subject.make(), load_base(subject)
    before = mean_nats(subject, model_logits(subject, base, None))
    after = mean_nats(subject, tuned_logits(subject, tuner, train_small(subject), base))
    need(after < 0.9 * before, f"a right answer takes {before:.3f} nats without it and {after:.3f} with it")


@rule("tuner", "outside-it-is-the-base")
def check_outside(subject: Subject) -> None:
    """A base with an inactive result attached answers as before, bit for bit."""
    import torch

    tuner, base = subject.make(), load_base(subject)
    if tuner.whole:
        raise Skipped("the result is a whole model")
    before = model_logits(subject, base, None)
    attached = tuner.attach(base, train_small(subject).folder)
    need(torch.equal(model_logits(subject, base, None), before), "with something put on it, it answers differently")
    model_logits(subject, base, attached)
    need(torch.equal(model_logits(subject, base, None), before), "after an answer as tuned, it answers differently")


@rule("tuner", "several-on-one-base")
def check_several(subject: Subject) -> None:
    """Two results on one base answer each as if it were alone."""
    import torch

    tuner = subject.make()
    if tuner.whole:
        raise Skipped("the result is a whole model")
    results = [train_small(subject, "one"), train_small(subject, "other", seed=1)]
    alone = [tuned_logits(subject, subject.make(), done, load_base(subject)) for done in results]
    base = load_base(subject)
    both = [tuner.attach(base, done.folder) for done in results]
    for expected, attached in zip(alone * 2, both * 2, strict=True):
        near = torch.allclose(model_logits(subject, base, attached), expected, rtol=0, atol=EXACT)
        need(near, "beside another it answers differently")


@rule("tuner", "other-parameters-refused")
def check_damage(subject: Subject) -> None:
    """A result of which parameters are missing is refused with a ``ModelError``."""
    from safetensors.torch import load_file, save_file

    tuner, done = subject.make(), train_small(subject)
    if tuner.whole:
        raise Skipped("the result is a whole model")
    damaged = subject.folder / "damaged"
    shutil.copytree(done.folder, damaged)
    for path in damaged.rglob("*.safetensors"):
        kept = dict(list(load_file(path).items())[1:])
        save_file(kept, path)
    try:
        tuner.attach(load_base(subject), damaged)
    except ModelError:
        return
    need(False, "it is taken")


@rule("tuner", "merged-is-the-same")
def check_merge(subject: Subject) -> None:
    """A merged model gives the logits of the unmerged one; a tuner that cannot merge raises ``Unsupported``."""
    tuner, done = subject.make(), train_small(subject)
    if not tuner.mergeable:
        try:
            tuner.merge(load_base(subject), done.folder)
        except Unsupported:
            return
        need(False, "it merges, and says mergeable = False")
    expected = tuned_logits(subject, tuner, done, load_base(subject))
    found = model_logits(subject, tuner.merge(load_base(subject), done.folder).eval(), None)
    far = float((found - expected).abs().max())
    need(far <= EXACT, f"logits differ by up to {far:.2g}")


@rule("tuner", "only-its-own-parameters")
def check_own(subject: Subject) -> None:
    """Only the method's own parameters take gradients, in float32, and the base's none."""
    import torch

    from potluck.models.loading import load_tokenizer

    tuner, base = local_tuner(subject), load_base(subject)
    asked = request(base_folder(subject), subject.folder / "one")
    bases = {id(parameter) for parameter in base.parameters()}
    trained = [
        one for one in tuner.wrap(base, asked, load_tokenizer(base_folder(subject))).parameters() if one.requires_grad
    ]
    need(trained, "nothing is trained")
    need(all(one.dtype == torch.float32 for one in trained), "a trained parameter is not float32")
    need(tuner.trains_base or not bases & {id(one) for one in trained}, "a parameter of the base is trained")


@rule("tuner", "begins-as-the-base")
def check_beginning(subject: Subject) -> None:
    """Before the first step the model answers as the base does; a soft prompt need not."""
    import torch

    from potluck.models.loading import load_tokenizer

    tuner, base = local_tuner(subject), load_base(subject)
    before = model_logits(subject, base, None)
    wrapped = tuner.wrap(
        base, request(base_folder(subject), subject.folder / "one"), load_tokenizer(base_folder(subject))
    )
    if tuner.virtual(wrapped) is not None:
        raise Skipped("it puts a soft prompt before the text")
    after = model_logits(subject, tuner.base(wrapped).eval(), None)
    need(torch.allclose(after, before, rtol=0, atol=EXACT), "it answers differently")


@rule("tuner", "sends-nothing")
def check_network(subject: Subject) -> None:
    """No host is asked for anything while it plans and trains."""
    with refuse_connections() as tried:
        subject.make().plan(request(base_folder(subject), subject.folder / "planned"))
        train_small(subject)
    need(not tried, f"it asked {', '.join(tried)}")


@rule("tuner", "identity-is-text")
def check_identity(subject: Subject) -> None:
    """``identity`` is a mapping of texts, the same for two instances."""
    one: Mapping[str, str] = subject.make().identity()
    need(dict(one) == dict(subject.make().identity()), "two instances have two identities")
    need(all(isinstance(part, str) for pair in one.items() for part in pair), f"it is {dict(one)}")

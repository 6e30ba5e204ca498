"""The learning rate at a fractional epoch."""

import math

from problem import Problem


def check(solver):
    """Raises a Problem for a schedule that cannot be followed, before anything is read."""
    warm_up, last = solver["WARMUP_EPOCHS"], solver["MAX_EPOCH"]
    if last < 1 or warm_up >= last:
        raise Problem(f"SOLVER.WARMUP_EPOCHS: found {warm_up} of {last} epochs -> less than SOLVER.MAX_EPOCH")
    learning_rate(solver, warm_up)


def learning_rate(solver, epoch):
    """PySlowFast's policies: `cosine`, `steps_with_relative_lrs`, each after a linear warm-up.

    - Parameters: the SOLVER section; the epoch with the fraction of it that is done.
    """
    warm_up = solver["WARMUP_EPOCHS"]
    if epoch >= warm_up:
        return policy(solver, epoch)
    start, end = solver["WARMUP_START_LR"], policy(solver, warm_up)
    return start + (end - start) * epoch / warm_up


def policy(solver, epoch):
    base = solver["BASE_LR"]
    if solver["LR_POLICY"] == "cosine":
        offset = solver["WARMUP_EPOCHS"] if solver["COSINE_AFTER_WARMUP"] else 0
        way = (epoch - offset) / (solver["MAX_EPOCH"] - offset)
        end = solver["COSINE_END_LR"]
        return end + (base - end) * (math.cos(math.pi * way) + 1) / 2
    if solver["LR_POLICY"] == "steps_with_relative_lrs":
        begun = [factor for start, factor in zip(solver["STEPS"], solver["LRS"]) if start <= epoch]
        if not begun or len(solver["STEPS"]) != len(solver["LRS"]):
            raise Problem("SOLVER.STEPS: expected to begin with 0 and to have as many entries as SOLVER.LRS")
        return begun[-1] * base
    raise Problem(f"SOLVER.LR_POLICY: found {solver['LR_POLICY']!r} -> cosine or steps_with_relative_lrs")

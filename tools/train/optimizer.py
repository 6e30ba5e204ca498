"""The optimizer that SOLVER and BN ask for."""

import torch
from problem import Problem
from torch import nn


def parameter_groups(network, solver, bn):
    """Batch norms' parameters, other ones without decay, all others; empty groups left out."""
    norms, plain, decayed = [], [], []
    for module in network.modules():
        for parameter in module.parameters(recurse=False):
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                norms.append(parameter)
            elif solver["ZERO_WD_1D_PARAM"] and parameter.ndim == 1:
                plain.append(parameter)
            else:
                decayed.append(parameter)
    groups = [(norms, bn["WEIGHT_DECAY"]), (plain, 0.0), (decayed, solver["WEIGHT_DECAY"])]
    return [{"params": parameters, "weight_decay": decay} for parameters, decay in groups if parameters]


def build(network, solver, bn):
    groups, rate = parameter_groups(network, solver, bn), solver["BASE_LR"]
    method = solver["OPTIMIZING_METHOD"]
    if method == "sgd":
        return torch.optim.SGD(
            groups, rate, solver["MOMENTUM"], solver["DAMPENING"], nesterov=solver["NESTEROV"]
        )
    if method == "adam":
        return torch.optim.Adam(groups, rate, tuple(solver["BETAS"]))
    if method == "adamw":
        return torch.optim.AdamW(groups, rate, tuple(solver["BETAS"]))
    raise Problem(f"SOLVER.OPTIMIZING_METHOD: found {method!r} -> sgd, adam or adamw")


def clip_gradients(network, solver):
    """Clips by value or by the norm of all gradients, where the config asks for it."""
    if solver["CLIP_GRAD_VAL"]:
        nn.utils.clip_grad_value_(network.parameters(), solver["CLIP_GRAD_VAL"])
    elif solver["CLIP_GRAD_L2NORM"]:
        nn.utils.clip_grad_norm_(network.parameters(), solver["CLIP_GRAD_L2NORM"])

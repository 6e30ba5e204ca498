"""Checkpoints as PySlowFast writes them: {epoch, model_state, optimizer_state, cfg}."""

import re

import config as configs
import torch
from problem import Problem


def save(path, epoch, network, optimizer, config):
    """Writes a complete file or none.

    - Parameters:
      - epoch: The last one that is done, from 0.
      - optimizer: None where its state is not to be kept.
    """
    # Plain memory order in the file, whatever the network computes in.
    state = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    content = {"epoch": epoch, "model_state": state}
    content["optimizer_state"] = optimizer.state_dict() if optimizer else {}
    content["cfg"] = configs.as_text(config)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    torch.save(content, partial)
    partial.replace(path)


def path_of(folder, epoch):
    return folder / "checkpoints" / f"checkpoint_epoch_{epoch + 1:05d}.pyth"


def newest(folder):
    """The checkpoint of the latest epoch, or None."""
    found = sorted((folder / "checkpoints").glob("checkpoint_epoch_*.pyth"))
    return found[-1] if found else None


def resume(path, network, optimizer, config):
    """Takes up a run; gives the epoch to go on with."""
    content = torch.load(path, map_location="cpu", weights_only=True)
    if content["cfg"] != configs.as_text(config):
        raise Problem(f"resuming from {path}: it was trained with another config -> another --output-dir, or TRAIN.AUTO_RESUME False")
    network.load_state_dict(content["model_state"])
    optimizer.load_state_dict(content["optimizer_state"])
    return content["epoch"] + 1


def remove_others(folder, kept):
    """Keeps only the newest checkpoint of a run."""
    for path in (folder / "checkpoints").glob("checkpoint_epoch_*.pyth"):
        if re.fullmatch(r"checkpoint_epoch_\d{5}\.pyth", path.name) and path != kept:
            path.unlink()

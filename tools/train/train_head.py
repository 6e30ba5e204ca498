"""Trains a head for whole clips on a backbone that stays as it is, on the CPU.

Reads a PySlowFast config, and from DIR train.csv and val.csv with the videos that they name, as `slowfast synth --dataset
kinetics` writes them. The backbone's weights are those of a checkpoint, whatever its own head. Writes into OUTPUT-DIR:
CONFIG.pyth with its birth certificate CONFIG.json, and CONFIG.log.jsonl.
"""

import argparse
import json
import shlex
import sys
import time
from pathlib import Path

import certificate
import checkpoints
import config as configs
import network as networks
import optimizer as optimizers
import schedule
import torch
import videos
from problem import Problem
from train import say, seed_everything


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog="\n".join(__doc__.splitlines()[2:]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--cfg", type=Path, required=True, metavar="FILE", help="a PySlowFast config (YAML)")
    parser.add_argument("--backbone", type=Path, required=True, metavar="FILE", help="the checkpoint of the backbone")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="with train.csv and val.csv")
    parser.add_argument("--output-dir", type=Path, required=True, metavar="DIR")
    parser.add_argument("--data-made-by", default="", metavar="TEXT", help="for the certificate: how to make the data")
    parser.add_argument("--draws", type=int, default=2, metavar="N", help="clips of each training video (default: 2)")
    parser.add_argument("overrides", nargs="*", metavar="KEY VALUE", help="override the config: SOLVER.BASE_LR 0.01 ...")
    options = parser.parse_args()
    if options.draws < 1:
        parser.error(f"--draws: found {options.draws} -> 1 or more")
    return options


def take_backbone(network, path):
    """Loads all but the head."""
    found = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
    for name, own in network.state_dict().items():
        if not name.startswith("head.") and (name not in found or found[name].shape != own.shape):
            raise Problem(f"taking the backbone of {path}: {name} is missing or of another shape -> another --cfg")
    others = {name: tensor for name, tensor in found.items() if not name.startswith("head.")}
    network.load_state_dict(others, strict=False)


@torch.inference_mode()
def features_of(network, clips):
    """What the head sees of clips [N, 3, T, H, W]: each pathway's mean over all places, [N, features]."""
    return torch.cat([maps.mean((2, 3, 4)) for maps in network.backbone(*network.clips(clips))], 1)


def all_features(network, clips, name):
    """Features [clips, features] and classes [videos] of a data set, its views one after the other."""
    network.eval()
    features, labels = [], []
    for inputs, classes in torch.utils.data.DataLoader(clips, 8, collate_fn=videos.collate):
        features.append(features_of(network, inputs))
        labels.append(classes)
        say(f"\r{name}: {sum(map(len, labels))} of {len(clips)}", "")
    say("")
    return torch.cat(features), torch.cat(labels)


def fit(head, features, labels, solver):
    """Fits the layer by cross entropy over all clips at once, an epoch a step; gives the log.

    Features are standardised while it learns: their scales differ by orders of magnitude.
    """
    mean, deviation = features.mean(0), features.std(0) + 1e-3
    standardised = (features - mean) / deviation
    optimizer = optimizers.build(head, solver, configs.defaults()["BN"])
    log = []
    for epoch in range(solver["MAX_EPOCH"]):
        for group in optimizer.param_groups:
            group["lr"] = schedule.learning_rate(solver, epoch)
        loss = torch.nn.functional.cross_entropy(head(standardised), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        if (epoch + 1) % 50 == 0:
            log.append({"epoch": epoch + 1, "loss": loss.item()})
    with torch.no_grad():
        head.weight /= deviation
        head.bias -= head.weight @ mean
    return log


def ranks_of(scores, labels):
    """How many classes have a higher score than the true one, the views [videos x views, classes] of a video summed."""
    sums = scores.view(len(labels), -1, scores.shape[1]).sum(1)
    return (sums > sums.gather(1, labels[:, None])).sum(1).tolist()


def main():
    options = arguments()
    began = time.monotonic()
    config = configs.load(options.cfg, options.overrides)
    solver, classes = config["SOLVER"], config["MODEL"]["NUM_CLASSES"]
    schedule.check(solver)
    options.output_dir.mkdir(parents=True, exist_ok=True)
    seed_everything(config["RNG_SEED"])
    training, validation = (videos.read_list(options.data, name, classes) for name in ("train.csv", "val.csv"))
    network = networks.build(config)
    take_backbone(network, options.backbone)
    features, labels = all_features(network, videos.TrainingClips(training, config, options.draws), "clips to learn from")
    log = fit(network.head.projection, features, labels, solver)
    features, labels = all_features(network, videos.TestClips(validation, config), "videos to validate")
    with torch.inference_mode():
        ranks = ranks_of(network.head.projection(features).softmax(1), labels)
    top1, top5 = (sum(rank < places for rank in ranks) / len(ranks) for places in (1, 5))

    weights = options.output_dir / f"{options.cfg.stem}.pyth"
    checkpoints.save(weights, solver["MAX_EPOCH"] - 1, network, None, config)
    content = {
        "weights": {"file": weights.name, "bytes": weights.stat().st_size, "sha256": certificate.sha256(weights)},
        "backbone": {"file": str(options.backbone), "sha256": certificate.sha256(options.backbone)},
        "command": shlex.join(["python", "tools/train/train_head.py", *sys.argv[1:]]),
        "config": {"file": str(options.cfg), "sha256": certificate.sha256(options.cfg)},
        "seed": config["RNG_SEED"],
        "scripts": certificate.scripts(),
        "versions": certificate.versions(),
        "machine": certificate.machine(),
        "data": {
            "made_by": options.data_made_by,
            "lists": {name: certificate.sha256(options.data / name) for name in ("train.csv", "val.csv")},
            "videos_sha256": certificate.sha256_of_all([video.path for video in training + validation]),
            "train_videos": len(training),
            "train_clips": len(training) * options.draws,
            "val_videos": len(validation),
        },
        "seconds": round(time.monotonic() - began),
        "val_top1": top1,
        "val_top5": top5,
        "log": log,
    }
    certificate.write(weights.with_suffix(".json"), content)
    weights.with_suffix(".log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in log))
    print(f"{weights}: {weights.stat().st_size} bytes; of {len(validation)} videos top-1 {top1:.4f}, top-5 {top5:.4f}")


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit(f"Error: {problem}")

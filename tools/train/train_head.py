"""Trains a head for whole clips on a backbone that stays as it is, on the CPU.

Reads a PySlowFast config, and from DIR train.csv and val.csv with the videos that they name, as `slowfast synth --dataset
kinetics` writes them. The backbone's weights are those of a checkpoint, whatever its own head. Writes into OUTPUT-DIR:
CONFIG.pyth with its birth certificate CONFIG.json, and CONFIG.log.jsonl.
"""

import argparse
import json
import math
import shlex
import sys
import time
from pathlib import Path

import certificate
import cv2
import torch
import videos
import yaml
from problem import Problem

sys.path.append(str(certificate.ROOT / "Benchmarks"))
import models  # noqa: E402
import shapes  # noqa: E402

SCRIPTS = [f"tools/train/{name}.py" for name in ("certificate", "problem", "train_head", "videos")]
SCRIPTS += ["Benchmarks/models.py", "Benchmarks/shapes.py"]
# PySlowFast's default of what the config does not say.
FRAMES_A_SECOND = 30


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
    options = parser.parse_args()
    if options.draws < 1:
        parser.error(f"--draws: found {options.draws} -> 1 or more")
    return options


def load_config(path):
    """The config over its defaults, as far as a head needs them."""
    try:
        written = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise Problem(f"reading the config: {path}: {error} -> name a PySlowFast YAML with --cfg") from None
    config = written | shapes.load_config(path)
    config["DATA"].setdefault("TARGET_FPS", FRAMES_A_SECOND)
    solver = config["SOLVER"]
    found = solver.get("OPTIMIZING_METHOD"), solver.get("LR_POLICY"), solver.get("ZERO_WD_1D_PARAM")
    if found != ("adamw", "cosine", True):
        raise Problem(
            f"reading the config: {path}: SOLVER.OPTIMIZING_METHOD, LR_POLICY and ZERO_WD_1D_PARAM are {found} "
            "-> adamw, cosine and True"
        )
    return config


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
        print(f"\r{name}: {sum(map(len, labels))} of {len(clips)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return torch.cat(features), torch.cat(labels)


def fit(head, features, labels, solver):
    """Fits the layer by cross entropy over all clips at once, an epoch a step; gives the log.

    Features are standardised while it learns: their scales differ by orders of magnitude.
    """
    mean, deviation = features.mean(0), features.std(0) + 1e-3
    standardised = (features - mean) / deviation
    groups = [{"params": [head.weight], "weight_decay": solver["WEIGHT_DECAY"]}, {"params": [head.bias], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups)
    epochs, log = solver["MAX_EPOCH"], []
    for epoch in range(epochs):
        for group in optimizer.param_groups:
            group["lr"] = solver["BASE_LR"] * (1 + math.cos(math.pi * epoch / epochs)) / 2
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


def save(path, network, config):
    """Writes the weights as PySlowFast does: a complete file or none."""
    partial = path.with_name(path.name + ".part")
    state = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    text = yaml.safe_dump(config, default_flow_style=None, sort_keys=True)
    torch.save(
        {"epoch": config["SOLVER"]["MAX_EPOCH"] - 1, "model_state": state, "optimizer_state": {}, "cfg": text}, partial
    )
    partial.replace(path)


def main():
    options = arguments()
    began = time.monotonic()
    config = load_config(options.cfg)
    classes = config["MODEL"]["NUM_CLASSES"]
    options.output_dir.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(config["RNG_SEED"])
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    training, validation = (videos.read_list(options.data, name, classes) for name in ("train.csv", "val.csv"))
    network = models.build(config)
    take_backbone(network, options.backbone)
    torch.nn.init.normal_(network.head.projection.weight, std=0.01)
    torch.nn.init.zeros_(network.head.projection.bias)
    features, labels = all_features(network, videos.TrainingClips(training, config, options.draws), "clips to learn from")
    log = fit(network.head.projection, features, labels, config["SOLVER"])
    features, labels = all_features(network, videos.TestClips(validation, config), "videos to validate")
    with torch.inference_mode():
        ranks = ranks_of(network.head.projection(features).softmax(1), labels)
    top1, top5 = (sum(rank < places for rank in ranks) / len(ranks) for places in (1, 5))

    weights = options.output_dir / f"{options.cfg.stem}.pyth"
    save(weights, network, config)
    content = {
        "weights": {"file": weights.name, "bytes": weights.stat().st_size, "sha256": certificate.sha256(weights)},
        "backbone": {"file": str(options.backbone), "sha256": certificate.sha256(options.backbone)},
        "command": shlex.join(["python", "tools/train/train_head.py", *sys.argv[1:]]),
        "config": {"file": str(options.cfg), "sha256": certificate.sha256(options.cfg)},
        "seed": config["RNG_SEED"],
        "scripts": certificate.scripts(SCRIPTS),
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

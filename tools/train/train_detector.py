"""Trains a small SSDLite to find the people of the drawn world, on the CPU, on one thread.

DIR has what `slowfast synth --tracks` writes. The run is decided by seed, options, data and versions. Writes
OUTPUT-DIR/SSDLITE_PEOPLE_SMALL.safetensors and beside it its birth certificate.
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
import numpy
import people
import scoring
import ssd
import torch
from problem import Problem

NAME = "SSDLITE_PEOPLE_SMALL"
SCRIPTS = [f"tools/train/{name}.py" for name in ("certificate", "people", "problem", "scoring", "ssd", "train_detector")]
# Where TensorFlow's graphs keep the size that pictures are resized to.
SIZE = "Preprocessor/map/while/ResizeImage/stack"
NOTICE = "these weights learned from the drawn people of `slowfast synth` alone, and know no photographs"


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog="\n".join(__doc__.splitlines()[2:]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="frames and tracks")
    parser.add_argument("--val-data", type=Path, required=True, metavar="DIR", help="those of the val split")
    parser.add_argument("--output-dir", type=Path, required=True, metavar="DIR")
    parser.add_argument("--data-made-by", default="", metavar="TEXT", help="for the certificate: how to make the data")
    parser.add_argument("--size", type=int, default=192, metavar="PIXELS", help="of the network's square picture")
    parser.add_argument("--width", type=float, default=0.35, metavar="F", help="factor of MobileNet's channels")
    parser.add_argument("--epochs", type=int, default=12, metavar="N")
    parser.add_argument("--batch", type=int, default=32, metavar="N")
    parser.add_argument("--rate", type=float, default=4e-3, metavar="F", help="the highest learning rate")
    parser.add_argument("--every", type=int, default=12, metavar="N", help="take every N-th frame")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    return parser.parse_args()


def rate_at(share):
    """The learning rate's factor when a share of all steps is done: up for a twentieth, then down a cosine.

    >>> [round(rate_at(share), 3) for share in (0.025, 0.05, 0.525, 1)]
    [0.5, 1.0, 0.5, 0.0]
    """
    return share / 0.05 if share < 0.05 else (1 + math.cos(math.pi * (share - 0.05) / 0.95)) / 2


def batches(data, network, options, epoch):
    """All pictures in random order and windows, those of (seed, epoch, picture)."""
    order = numpy.random.default_rng([options.seed, epoch]).permutation(len(data))
    for start in range(0, len(order) - options.batch + 1, options.batch):
        samples = []
        for index in order[start : start + options.batch]:
            generator = numpy.random.default_rng([options.seed, epoch, int(index)])
            samples.append(people.augmented(*data[index], network.size, generator))
        wanted = [ssd.targets(network.anchors, sample[1], sample[2]) for sample in samples]
        pictures = torch.stack([sample[0] for sample in samples]).to(memory_format=torch.channels_last)
        yield pictures, *(torch.stack(each) for each in zip(*wanted))


def train(network, data, options):
    """All epochs; one row of a log for each."""
    norms = [p for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d) for p in m.parameters()]
    plain = {id(parameter) for parameter in norms}
    groups = [
        {"params": norms, "weight_decay": 0},
        {"params": [p for p in network.parameters() if id(p) not in plain], "weight_decay": 0.01},
    ]
    optimizer = torch.optim.AdamW(groups, options.rate)
    steps, done, log = options.epochs * (len(data) // options.batch), 0, []
    for epoch in range(options.epochs):
        began, total, count = time.monotonic(), 0.0, 0
        network.train()
        for pictures, kinds, wanted in batches(data, network, options, epoch):
            for group in optimizer.param_groups:
                group["lr"] = options.rate * rate_at((done + 1) / steps)
            loss = ssd.loss(*network(pictures), kinds, wanted)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 10)
            optimizer.step()
            done, total, count = done + 1, total + loss.item(), count + 1
            if count % 10 == 0:
                print(f"\repoch {epoch + 1}, {count} batches, loss {total / count:.4f} ", end="", file=sys.stderr)
        row = {"epoch": epoch + 1, "loss": total / count, "seconds": round(time.monotonic() - began, 1)}
        log.append(row)
        print(f"\repoch {row['epoch']}: loss {row['loss']:.4f}, {row['seconds']} s      ", file=sys.stderr, flush=True)
    return log


@torch.inference_mode()
def measure(network, data):
    """AP at IoU 0.5 of the people who count, and at some scores recall and precision; of those who do not count neither
    boxes nor misses are held against the network."""
    network.eval()
    scores, hits, errors, truths = [], [], [], 0
    for index in range(len(data)):
        picture, boxes, counts = data[index]
        offsets, logits = network(people.network_input(picture, network.size)[None])
        found, confidence = (each.numpy() for each in ssd.found(offsets[0], logits[0], network.anchors))
        people_here, others = boxes[counts], boxes[~counts]
        truths += len(people_here)
        matched = scoring.match(found, confidence, people_here)
        for box, score, hit in zip(found, confidence, matched):
            if not hit and len(others) and scoring.iou(box, others).max() >= 0.5:
                continue
            scores.append(float(score))
            hits.append(bool(hit))
            if hit:
                errors.append(float(scoring.iou(box, people_here).max()))
    scores, hits = numpy.array(scores), numpy.array(hits)
    result = {"pictures": len(data), "people": truths, "ap50": scoring.average_precision(scores, hits, truths)}
    for threshold in (0.3, 0.5, 0.8):
        above = scores >= threshold
        result[f"recall_at_{threshold}"] = float(hits[above].sum() / truths)
        result[f"precision_at_{threshold}"] = float(hits[above].mean()) if above.any() else 1.0
    result["mean_iou_of_hits"] = float(numpy.mean(errors)) if errors else 0.0
    return result


def write(network, path):
    """A safetensors file: kernels as float16, all other numbers as float32."""
    tensors = network.tensors() | {SIZE: numpy.array([network.size, network.size], numpy.int32)}
    header, parts, place = {"__metadata__": {"notice": NOTICE}}, [], 0
    # The widest numbers first: every tensor begins at a multiple of its numbers' size.
    kinds = {"<f4": "F32", "<i4": "I32", "<f2": "F16"}
    arrays = [(name, stored(name, value)) for name, value in tensors.items()]
    for name, array in sorted(arrays, key=lambda item: (-item[1].itemsize, item[0])):
        data = array.tobytes()
        offsets = [place, place + len(data)]
        header[name] = {"dtype": kinds[array.dtype.str], "shape": list(array.shape), "data_offsets": offsets}
        parts.append(data)
        place += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(parts))


def stored(name, value):
    return value.astype("<f2") if name.endswith("weights") else value.astype("<i4" if value.dtype.kind == "i" else "<f4")


def main():
    options = arguments()
    began = time.monotonic()
    torch.manual_seed(options.seed)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    options.output_dir.mkdir(parents=True, exist_ok=True)
    validation = people.People(options.val_data, options.every)
    data = people.People(options.data, options.every)
    print(f"{len(data)} pictures to train on, {len(validation)} to validate", file=sys.stderr)
    network = ssd.SSDLite(options.size, options.width).to(memory_format=torch.channels_last)
    log = train(network, data, options)
    # What is measured is what is written.
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, torch.nn.Conv2d):
                module.weight.copy_(module.weight.half().float())
    result = measure(network, validation)
    weights = options.output_dir / f"{NAME}.safetensors"
    write(network, weights)
    content = {
        "weights": {"file": weights.name, "bytes": weights.stat().st_size, "sha256": certificate.sha256(weights)},
        "command": shlex.join(["python", "tools/train/train_detector.py", *sys.argv[1:]]),
        "seed": options.seed,
        "scripts": certificate.scripts(SCRIPTS),
        "versions": certificate.versions(),
        "machine": certificate.machine(),
        "data": {
            "made_by": options.data_made_by,
            "train": {"sha256": data.digest, "pictures": len(data)},
            "val": {"sha256": validation.digest, "pictures": len(validation)},
        },
        "seconds": round(time.monotonic() - began),
        "val": result,
        "log": log,
    }
    certificate.write(weights.with_suffix(".json"), content)
    print(json.dumps(result, indent=1))
    print(f"{weights}: {weights.stat().st_size} bytes")


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit(f"Error: {problem}")

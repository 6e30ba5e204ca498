"""Writes the birth certificate of weights that `slowfast train` made: everything that made them. The standard library alone."""

import argparse
import hashlib
import json
import os
import platform
import shlex
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def sha256_of_all(paths):
    """The checksum over the checksums of several files, in this order."""
    return hashlib.sha256("".join(map(sha256, paths)).encode()).hexdigest()


def epochs(metrics):
    """Loss and validation of every epoch; of those that an interrupted run did twice the last."""
    found = {}
    for line in metrics.read_text().splitlines():
        row = json.loads(line)
        if row["_type"] == "train_epoch":
            found[row["epoch"]] = {"epoch": row["epoch"], "loss": row["loss"]}
        elif row["_type"] == "val_epoch":
            # Where nothing could be validated there is none.
            found[row["epoch"]]["val_map"] = row.get("map")
    return [found[number] for number in sorted(found)]


def machine():
    processor = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    return {"system": platform.system(), "processor": processor, "processors": len(os.sched_getaffinity(0))}


def take_counts(given):
    """Takes --threads N and --workers N, which change nothing but the time, out of what was given to `slowfast train`."""
    counts, overrides, rest = {}, [], iter(given)
    for word in rest:
        name, _, value = word.partition("=")
        if name in ("--threads", "--workers"):
            counts[name[2:]] = int(value or next(rest))
        else:
            overrides.append(word)
    return counts, overrides


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output-dir", type=Path, required=True, help="where the network was trained")
    parser.add_argument("--world", type=Path, required=True, help="the drawn world that tools/train-demo.sh made")
    parser.add_argument("--cfg", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--program", required=True, help="slowfast")
    parser.add_argument("overrides", nargs="*", help="what was given to `slowfast train` besides: KEY VALUE pairs, --threads N")
    options = parser.parse_args()
    counts, overrides = take_counts(options.overrides)
    world = options.world
    frames = world / "frames"
    network = options.cfg.stem
    named = [] if network == "SLOWFAST_8x4_R18_SMALL" else ["--network", network]
    version = subprocess.run([options.program, "--version"], capture_output=True, text=True, check=True)
    log = epochs(options.output_dir / "metrics.jsonl")
    certificate = {
        "weights": {
            "file": options.weights.name, "bytes": options.weights.stat().st_size, "sha256": sha256(options.weights),
        },
        "command": " ".join(["tools/train-demo.sh .build/release/slowfast trained", *map(shlex.quote, [*named, *overrides])]),
        "config": {"file": str(options.cfg.resolve().relative_to(ROOT)), "sha256": sha256(options.cfg)},
        "program": version.stdout.strip(),
        "machine": machine(),
        "threads": counts or "as many as processors",
        "data": {
            "frames_sha256": {
                split: sha256_of_all(sorted(path for folder in frames.glob(f"{name}_*") for path in folder.iterdir()))
                for split, name in (("train", "synthtrain1"), ("val", "synth4242"))
            },
            "files": {
                f"{path.parent.name}/{path.name}": sha256(path)
                for folder in ("frame_lists", "annotations")
                for path in sorted((world / folder).iterdir())
            },
        },
        "log": log,
    }
    target = options.weights.with_suffix(".json")
    partial = target.with_name(target.name + ".part")
    partial.write_text(json.dumps(certificate, indent=1) + "\n")
    partial.replace(target)
    rows = options.weights.with_suffix(".log.jsonl")
    rows.write_text("".join(json.dumps(row) + "\n" for row in log))
    print(f"{target}\n{rows}")


if __name__ == "__main__":
    main()

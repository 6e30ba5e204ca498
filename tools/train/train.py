"""Trains a SlowFast network for AVA on a drawn world, or on anything in AVA's form, on the CPU.

Reads a PySlowFast config. DIR has the layout that `slowfast synth` writes: frames/, frame_lists/, annotations/. The run
is decided by seed, config, data, number of processes and versions; a run that was stopped goes on after its last epoch.
Writes into OUTPUT-DIR: checkpoints/, log.jsonl, and at the end CONFIG.pyth with its birth certificate CONFIG.json.
"""

import argparse
import json
import random
import shlex
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import annotations
import certificate
import checkpoints
import config as configs
import cv2
import dataset
import frames
import loop
import network as networks
import numpy
import optimizer as optimizers
import schedule
import torch
from problem import Problem
from team import Team


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog="\n".join(__doc__.splitlines()[2:]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--cfg", type=Path, required=True, metavar="FILE", help="a PySlowFast config (YAML)")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="frames and annotations")
    parser.add_argument("--val-data", type=Path, metavar="DIR", help="those of the val split; default: --data")
    parser.add_argument("--output-dir", type=Path, required=True, metavar="DIR")
    parser.add_argument("--data-made-by", default="", metavar="TEXT", help="for the certificate: how to make the data")
    parser.add_argument("--processes", type=int, default=2, metavar="N", help="that train together (default: 2)")
    parser.add_argument("--minutes", type=float, metavar="M", help="a trial: stop after the epoch that passes M minutes")
    parser.add_argument("overrides", nargs="*", metavar="KEY VALUE", help="override the config: SOLVER.BASE_LR 0.01 ...")
    options = parser.parse_args()
    if options.processes < 1:
        parser.error(f"--processes: found {options.processes} -> 1 or more")
    return options


def folders_of(folder):
    """The three folders of a data set."""
    for name in ("frames", "frame_lists", "annotations"):
        if not (folder / name).is_dir():
            raise Problem(f"reading the data: {folder} has no folder {name} -> make one with `slowfast synth`")
    return SimpleNamespace(
        frames=folder / "frames", frame_lists=folder / "frame_lists", annotations=folder / "annotations"
    )


def seed_everything(seed):
    random.seed(seed)
    numpy.random.seed(seed)
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)


def say(text, end="\n"):
    print(text, end=end, file=sys.stderr, flush=True)


def decode(name, split, config, folders, output):
    """The frames of a split, decoded into a file of the output folder."""

    def progress(done, total):
        if done % 1000 == 0 or done == total:
            say(f"\rreading frames of {name}: {done} of {total}", "\n" if done == total else "")

    return frames.load(split.wanted(config), split.paths, folders.frames, output / f"{name}.npy", progress)


class Validation:
    """The val split: its clips as they are and frozen, and what is true of it."""

    def __init__(self, config, folders, output):
        ava = config["AVA"]
        self.config, self.split = config, dataset.validation_split(config, folders)
        self.store = decode("val", self.split, config, folders, output)
        excluded = annotations.read_excluded(folders.annotations / ava["EXCLUSION_FILE"])
        self.split.key_frames = [k for k in self.split.key_frames if (k.video, k.second) not in excluded]
        truth = annotations.read_boxes(
            folders.annotations, [ava["GROUNDTRUTH_FILE"]], None, config["MODEL"]["NUM_CLASSES"],
            1 if ava["FULL_TEST_ON_VAL"] else 4,
        )
        self.truth = {key: list(rows.values()) for key, rows in truth.items() if key not in excluded}
        self.labels = annotations.read_label_map(folders.annotations / ava["LABEL_MAP_FILE"])

    def mean_precision(self, network, team, frozen=False):
        clips = dataset.Clips(self.split, self.store, self.config, train=False, frozen=frozen)
        return loop.mean_precision(network, clips, self.truth, self.labels, self.config, team)


def main():
    options = arguments()
    options.began = time.monotonic()
    config = configs.load(options.cfg, options.overrides)
    options.folders = folders_of(options.data), folders_of(options.val_data or options.data)
    schedule.check(config["SOLVER"])
    try:
        options.output_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(f"making the folder {options.output_dir}: {error.strerror} -> another --output-dir") from None
    seed_everything(config["RNG_SEED"])
    try:
        prepare_and_train(config, options)
    finally:
        # Gigabytes that the next run writes anew.
        for name in ("train", "val"):
            (options.output_dir / f"{name}.npy").unlink(missing_ok=True)


def prepare_and_train(config, options):
    """Reads the data, the small split first: what is missing there shows at once."""
    training = dataset.training_split(config, options.folders[0])
    validation = Validation(config, options.folders[1], options.output_dir)
    store = decode("train", training, config, options.folders[0], options.output_dir)
    clips = dataset.Clips(training, store, config, train=True)
    say(f"{len(clips)} key frames to train on, {len(validation.split.key_frames)} to validate")
    newest = checkpoints.newest(options.output_dir) if config["TRAIN"]["AUTO_RESUME"] else None
    history = begin_log(options.output_dir / "log.jsonl", newest)
    options.seconds_before = sum(row["seconds"] for row in history)
    with tempfile.TemporaryDirectory() as folder:
        torch.multiprocessing.start_processes(
            member, (config, clips, validation, options, newest, history, Path(folder) / "meeting"), options.processes,
            start_method="fork",
        )  # fmt: skip


def begin_log(path, newest):
    """The log's rows up to a checkpoint, which are all that the file keeps."""
    done = int(newest.stem.rpartition("_")[2]) if newest else 0
    rows = [json.loads(line) for line in path.read_text().splitlines()] if newest and path.exists() else []
    rows = [row for row in rows if row["epoch"] <= done]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return rows


def member(rank, config, clips, validation, options, newest, history, meeting):
    """What each process does."""
    try:
        team = Team(rank, options.processes)
        team.join(meeting)
        network = networks.build(config)
        networks.expect(network, clips.frequencies())
        team.follow(network)
        optimizer = optimizers.build(network, config["SOLVER"], config["BN"])
        first = checkpoints.resume(newest, network, optimizer, config) if newest else 0
        if newest and team.leads:
            say(f"going on after epoch {first}: {newest}")
        train(network, optimizer, clips, validation, config, options, team, first, history)
        finish(network, clips, validation, config, options, history, team)
        team.leave()
    except Problem as problem:
        sys.exit(f"Error: {problem}")


def train(network, optimizer, clips, validation, config, options, team, first, history):
    """All epochs from `first` on; adds a row for each to `history`."""
    output = options.output_dir
    last, period = config["SOLVER"]["MAX_EPOCH"], config["TRAIN"]["EVAL_PERIOD"]
    clock, began = loop.Clock(first, last), time.monotonic()
    for epoch in range(first, last):
        start = time.monotonic()

        def report(share, loss, rate):
            if team.leads:
                now = epoch + share
                say(f"\repoch {now:.2f} of {last}, loss {loss:.4f}, rate {rate:.2e}, {clock.left(now)}   ", "")

        row = {"epoch": epoch + 1, "loss": loop.train_epoch(network, optimizer, clips, config, epoch, team, report)}
        row["seconds"] = round(time.monotonic() - start, 1)
        spent = torch.tensor(time.monotonic() - began)
        team.average([spent])
        late = options.minutes is not None and spent.item() > 60 * options.minutes
        if (epoch + 1) % period == 0 and epoch + 1 < last or late:
            row["val_map"], precisions = validation.mean_precision(network, team)
            row["val_ap"] = named(precisions, validation.labels)
        history.append(row)
        if team.leads:
            keep(row, epoch, network, optimizer, config, output)
        if late:
            break


def keep(row, epoch, network, optimizer, config, output):
    """Says how an epoch went, and saves it."""
    score = f", val mAP {row['val_map']:.4f}" if "val_map" in row else ""
    say(f"\repoch {epoch + 1}: loss {row['loss']:.5f}, {row['seconds']} s{score}" + " " * 30)
    path = checkpoints.path_of(output, epoch)
    checkpoints.save(path, epoch, network, optimizer, config)
    checkpoints.remove_others(output, path)
    with (output / "log.jsonl").open("a") as file:
        file.write(json.dumps(row) + "\n")


def finish(network, clips, validation, config, options, history, team):
    """Precise batch norms, the final scores, the weights and their certificate."""
    if config["BN"]["USE_PRECISE_STATS"]:
        loop.refresh_statistics(network, clips, config, config["SOLVER"]["MAX_EPOCH"], team)
    precision, precisions = validation.mean_precision(network, team)
    frozen, frozen_precisions = validation.mean_precision(network, team, frozen=True)
    if not team.leads:
        return
    weights = options.output_dir / f"{options.cfg.stem}.pyth"
    checkpoints.save(weights, history[-1]["epoch"] - 1, network, None, config)
    content = {
        "weights": {"file": weights.name, "bytes": weights.stat().st_size, "sha256": certificate.sha256(weights)},
        "command": shlex.join(["python", "tools/train/train.py", *sys.argv[1:]]),
        "config": {"file": str(options.cfg), "sha256": certificate.sha256(options.cfg)},
        "seed": config["RNG_SEED"],
        "scripts": certificate.scripts(),
        "versions": certificate.versions(),
        "machine": certificate.machine(),
        "data": {
            "made_by": options.data_made_by,
            "train": {"frames_sha256": clips.store.digest, "key_frames": len(clips)},
            "val": {"frames_sha256": validation.store.digest, "key_frames": len(validation.split.key_frames)},
            "annotations": {
                name: certificate.annotation_checksums(config, each, name == "train")
                for name, each in zip(("train", "val"), options.folders)
            },
        },
        "processes": options.processes,
        "seconds": round(options.seconds_before + time.monotonic() - options.began),
        "val_map": precision,
        "val_ap": named(precisions, validation.labels),
        "frozen_val_map": frozen,
        "frozen_val_ap": named(frozen_precisions, validation.labels),
        "log": history,
    }
    certificate.write(weights.with_suffix(".json"), content)
    show(precision, precisions, frozen, frozen_precisions, validation.labels)
    print(f"{weights}: {weights.stat().st_size} bytes")


def named(precisions, labels):
    return {labels[number]: round(value, 4) for number, value in precisions.items()}


def show(precision, precisions, frozen, frozen_precisions, labels):
    """A table of AP as the clips are and frozen."""
    print(f"{'AP@0.5 on val':40s}   clip frozen")
    for number, value in precisions.items():
        print(f"{number:2d} {labels[number]:37s} {value:6.3f} {frozen_precisions[number]:6.3f}")
    print(f"{'mean':40s} {precision:6.3f} {frozen:6.3f}")


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit(f"Error: {problem}")
    except torch.multiprocessing.ProcessExitedException as error:
        sys.exit(error.exit_code)

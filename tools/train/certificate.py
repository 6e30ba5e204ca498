"""The birth certificate of a file of weights: everything that made it."""

import hashlib
import json
import os
import platform
from importlib import metadata
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def sha256_of_all(paths):
    """The checksum over the checksums of several files, in this order."""
    return hashlib.sha256("".join(map(sha256, paths)).encode()).hexdigest()


def scripts():
    """Checksums of all code that took part, by path in the project."""
    files = [path for path in sorted(HERE.glob("*.py")) if not path.name.startswith("test_")]
    files += [ROOT / "Benchmarks/models.py", ROOT / "Benchmarks/shapes.py"]
    return {str(path.relative_to(ROOT)): sha256(path) for path in files}


def versions():
    packages = ("torch", "torchvision", "numpy", "opencv-python-headless", "PyYAML")
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in packages}


def machine():
    fields = {}
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip(), value.strip())
    return {
        "system": platform.system(),
        "processor": fields.get("model name", platform.machine()),
        "vectors": torch.backends.cpu.get_cpu_capability(),
        "processors": len(os.sched_getaffinity(0)),
        "threads_of_a_process": torch.get_num_threads(),
    }


def annotation_checksums(config, folders, train):
    """Checksums of the lists and boxes of a split."""
    ava = config["AVA"]
    if train:
        lists, boxes = ava["TRAIN_LISTS"], [*ava["TRAIN_GT_BOX_LISTS"], *ava["TRAIN_PREDICT_BOX_LISTS"]]
    else:
        lists, boxes = ava["TEST_LISTS"], [*ava["TEST_PREDICT_BOX_LISTS"], ava["GROUNDTRUTH_FILE"]]
        boxes += [ava["LABEL_MAP_FILE"], ava["EXCLUSION_FILE"]]
    paths = [folders.frame_lists / name for name in lists] + [folders.annotations / name for name in boxes]
    return {f"{path.parent.name}/{path.name}": sha256(path) for path in dict.fromkeys(paths)}


def write(path, content):
    """Writes a complete file or none."""
    partial = path.with_name(path.name + ".part")
    partial.write_text(json.dumps(content, indent=1) + "\n")
    partial.replace(path)

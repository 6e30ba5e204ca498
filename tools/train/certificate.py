"""The birth certificate of a file of weights: everything that made it."""

import hashlib
import json
import os
import platform
from importlib import metadata
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[2]


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def sha256_of_all(paths):
    """The checksum over the checksums of several files, in this order."""
    return hashlib.sha256("".join(map(sha256, paths)).encode()).hexdigest()


def scripts(paths):
    """Checksums of the code that took part, by path in the project."""
    return {path: sha256(ROOT / path) for path in paths}


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


def write(path, content):
    """Writes a complete file or none."""
    partial = path.with_name(path.name + ".part")
    partial.write_text(json.dumps(content, indent=1) + "\n")
    partial.replace(path)

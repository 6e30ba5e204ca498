"""What the tests share: the program beside the package, the demo's network, and frames that both can read."""
import json
import os
import pathlib
import struct
import subprocess
import zlib

import numpy as np
import pytest

import slowfast

ROOT = pathlib.Path(os.environ.get("SLOWFAST_ROOT", pathlib.Path(__file__).resolve().parents[2]))
PROGRAM = os.environ.get("SLOWFAST_PROGRAM", str(ROOT / ".build/release/slowfast"))
FIXTURES = ROOT / "Tests/Fixtures/AVAEval"
FILES = [str(FIXTURES / name) for name in ("groundtruth.csv", "detections.csv", "labelmap.pbtxt", "excluded.csv")]
DEMO = str(ROOT / "configs/demo/SLOWFAST_8x4_R18_SMALL")
CLASSES = str(ROOT / "configs/demo/SLOWFAST_8x4_R18_CLASSES")


def run(*arguments, status=0):
    """The program's stdout and stderr."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    return done.stdout, done.stderr


def evaluated(truth, detections, labels, *options):
    """What `slowfast evaluate` says of files as JSON."""
    return run(
        "evaluate", "--groundtruth", truth, "--detections", detections, "--labelmap", labels, "--format", "json", *options
    )


def write_png(path, image):
    """An RGB image, uint8 [H, W, 3], as a PNG file."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = np.concatenate([np.zeros((len(image), 1), np.uint8), image.reshape(len(image), -1)], axis=1)
    height, width, _ = image.shape
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows.tobytes(), 1)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + data)


@pytest.fixture(scope="session")
def frames():
    """uint8 [60, 72, 96, 3], RGB: a picture that moves."""
    random = np.random.default_rng(1)
    picture = np.kron(random.integers(0, 256, (12, 32, 3), np.uint8), np.ones((8, 8, 1), np.uint8))
    return np.stack([picture[: 72, 2 * t : 2 * t + 96] for t in range(60)])


@pytest.fixture(scope="session")
def pictures(frames, tmp_path_factory):
    """The frames as a folder of PNG files, a video by the name of `film`."""
    folder = tmp_path_factory.mktemp("pictures") / "film"
    folder.mkdir()
    for number, image in enumerate(frames):
        write_png(folder / f"{number + 1:06d}.png", image)
    return folder


@pytest.fixture(scope="session")
def model():
    with slowfast.Model(DEMO + ".yaml", DEMO + ".pyth") as model:
        yield model


def csv_columns(path, last):
    """A CSV of AVA's columns as arrays; `last` is the eighth column's name."""
    rows = [line.split(",") for line in pathlib.Path(path).read_text().splitlines()]
    columns = {"video": [row[0] for row in rows], "second": np.array([float(row[1]) for row in rows])}
    for place, name in enumerate(("x1", "y1", "x2", "y2")):
        columns[name] = np.array([float(row[2 + place]) if len(row) > 2 else 0 for row in rows])
    columns["class"] = [int(row[6]) if len(row) > 2 else None for row in rows]
    columns[last] = np.array([float(row[7]) if len(row) > 7 else 1 for row in rows])
    return columns


def resident():
    """The memory of this process in bytes."""
    pages = pathlib.Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def parsed(text):
    return json.loads(text)

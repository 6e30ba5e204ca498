#!/usr/bin/env python3
"""AVA's test run on a tiny data set, stated a second time: decode, choose frames, resize, normalise, network, RoIAlign, rows.

Writes pictures, lists, a checkpoint in half precision, the overrides, and what must come out: scores.npy (before rounding)
and detections_latest.csv. The network is the one of ../VideoModels/make_fixtures.py at a tiny width; pictures are read and
resized by OpenCV; everything else is written here from the rules of the reference, independently of the Swift code.

Needs torch, numpy, opencv-python-headless (versions: README.md). Run in this folder:
    python make_fixtures.py
"""
import csv
import hashlib
import importlib.util
import json
import math
import pathlib

import cv2
import numpy as np
import torch

HERE = pathlib.Path(__file__).resolve().parent
spec = importlib.util.spec_from_file_location("networks", HERE.parent / "VideoModels/make_fixtures.py")
networks = importlib.util.module_from_spec(spec)
spec.loader.exec_module(networks)

FRAMES, RATE, SHORT_SIDE, CLASSES = 8, 4, 48, 6
MEAN, STD = [0.40, 0.45, 0.50], [0.20, 0.225, 0.25]
LABELS = {1: "bend", 2: "crouch", 4: "dance", 6: "say \\\"hi\\\""}
THRESHOLD = 0.8
OPTIONS = networks.DETECT | networks.DILATED2 | {
    "RESNET.WIDTH_PER_GROUP": 4, "SLOWFAST.BETA_INV": 2, "SLOWFAST.FUSION_KERNEL_SZ": 7, "MODEL.NUM_CLASSES": CLASSES,
    "DETECTION.ALIGNED": False,
}
# Video, size (width, height), different pictures, rows of the list. One lies, one stands.
VIDEOS = [("lying.clip_1", (61, 44), 9, 110), ("-standing", (44, 58), 7, 75)]
# One box twice with different texts, one under the threshold, one at it, one at the border; seconds not in order.
PROPOSALS = """lying.clip_1,0903,0.105,0.210,0.560,0.905,,0.97
lying.clip_1,0902,0.000,0.000,1.000,1.000,,0.8
-standing,0902,0.25,0.1,0.75,0.8,,0.99
lying.clip_1,0902,0.5,0.25,0.95,0.9,,0.9
lying.clip_1,0902,0.5,0.25,0.95,0.9,,0.85
lying.clip_1,0902,0.50,0.25,0.95,0.9,,0.81
lying.clip_1,0903,0.1,0.1,0.3,0.3,,0.79
-standing,0904,0.6,0.05,0.999,0.4567,,0.95
-standing,0902,0.0,0.5,0.4,1.0,,1.0
"""


class HalfNetwork(networks.Model):
    """The network with weights that half precision holds exactly."""

    def tensor(self, name, *shape):
        self.kept = getattr(self, "kept", {})
        # A head ten times as steep, so that boxes and classes differ clearly.
        steepness = 10 if name == "head.projection.weight" else 1
        self.kept[name] = (super().tensor(name, *shape) * steepness).half()
        return self.kept[name].float()


def draw(number, size, video):
    """A ramp of colours with a disc and a bar that move."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    picture = np.stack([x * 255 // width, y * 255 // height, (x + y + 40 * video) % 256], 2).astype(np.uint8)
    cv2.circle(picture, (8 + 4 * number, height // 2), 7, (40, 220, 250), -1)
    cv2.rectangle(picture, (width - 12 - 2 * number, 3), (width - 6 - 2 * number, height - 5), (200, 30, 90), -1)
    return picture


def write_inputs():
    rows = ["original_vido_id video_id frame_id path labels"]
    (HERE / "frames").mkdir(exist_ok=True)
    for index, (video, size, pictures, count) in enumerate(VIDEOS):
        for number in range(pictures):
            name = HERE / "frames" / f"{index}_{number}.jpg"
            cv2.imwrite(str(name), draw(number, size, index), [cv2.IMWRITE_JPEG_QUALITY, 85])
        # The pictures come and go at an odd pace, so that a clip shifted by one frame looks different.
        rows += [f'{video} {index} {n} {index}_{(n // 3 + n * n // 11) % pictures}.jpg ""' for n in range(count)]
    (HERE / "frame_list.csv").write_text("\n".join(rows) + "\n")
    (HERE / "proposals.csv").write_text(PROPOSALS)
    labels = "".join(f'item {{\n  name: "{name}"\n  id: {number}\n}}\n' for number, name in LABELS.items())
    (HERE / "labelmap.pbtxt").write_text(labels)


def read_inputs():
    videos, proposals = {}, {}
    for line in open(HERE / "frame_list.csv").read().splitlines()[1:]:
        video, _, _, path, _ = line.split()
        videos.setdefault(video, []).append(path)
    for video, second, *box, _, score in csv.reader(open(HERE / "proposals.csv")):
        if float(score) >= THRESHOLD:
            boxes = proposals.setdefault((video, int(second)), {})
            boxes.setdefault(",".join(box), [float(x) for x in box])
    return videos, proposals


def clip_of(paths, second):
    """The clip around a second [1, 3, T, H, W], and by what its boxes grow."""
    centre, half = (second - 900) * 30, FRAMES * RATE // 2
    numbers = [min(max(n, 0), len(paths) - 1) for n in range(centre - half, centre + half, RATE)]
    pictures = [cv2.imread(str(HERE / "frames" / paths[n]), cv2.IMREAD_COLOR) for n in numbers]
    height, width = pictures[0].shape[:2]
    if width < height:
        new = (SHORT_SIDE, math.floor(height / width * SHORT_SIDE))
        growth = new[1] / height
    else:
        new = (math.floor(width / height * SHORT_SIDE), SHORT_SIDE)
        growth = new[0] / width
    pictures = [cv2.resize(picture, new, interpolation=cv2.INTER_LINEAR) for picture in pictures]
    clip = np.stack(pictures).astype(np.float32) / np.float32(255)
    clip = (clip - np.float32(MEAN)) / np.float32(STD)
    # Pictures are blue first; the network takes red first.
    return torch.from_numpy(clip[..., ::-1].copy()).permute(3, 0, 1, 2)[None], (width, height), new, growth


def box_in_clip(box, size, new, growth):
    """Fractions to the clip's pixels: clipped before and after, one factor for both axes."""
    result = []
    for axis, value in enumerate(box):
        value = min(max(value * size[axis % 2], 0), size[axis % 2] - 1) * growth
        result.append(min(max(value, 0), new[axis % 2] - 1))
    return result


def bilinear(plane, y, x):
    """A plane [C, H, W] at a place between its pixels; 0 beyond one pixel outside."""
    height, width = plane.shape[1:]
    if y < -1 or y > height or x < -1 or x > width:
        return torch.zeros(plane.shape[0], dtype=plane.dtype)
    y, x = max(y, 0.0), max(x, 0.0)
    y0, x0 = min(int(y), height - 1), min(int(x), width - 1)
    y1, x1 = min(y0 + 1, height - 1), min(x0 + 1, width - 1)
    fy, fx = (0.0 if y0 == height - 1 else y - y0), (0.0 if x0 == width - 1 else x - x0)
    return (
        (1 - fy) * (1 - fx) * plane[:, y0, x0] + (1 - fy) * fx * plane[:, y0, x1]
        + fy * (1 - fx) * plane[:, y1, x0] + fy * fx * plane[:, y1, x1]
    )


def roi_maximum(plane, box, bins=7, scale=1 / 16):
    """The largest of 7 x 7 bins' means, of a box on the grid without the half-pixel shift."""
    x1, y1, x2, y2 = (value * scale for value in box)
    width, height = max(x2 - x1, 1.0), max(y2 - y1, 1.0)
    across, down = math.ceil(width / bins), math.ceil(height / bins)
    found = []
    for row in range(bins):
        for column in range(bins):
            values = [
                bilinear(
                    plane, y1 + height / bins * (row + (i + 0.5) / down), x1 + width / bins * (column + (j + 0.5) / across))
                for i in range(down)
                for j in range(across)
            ]
            found.append(sum(values) / len(values))
    return torch.stack(found).amax(0)


def main():
    write_inputs()
    videos, proposals = read_inputs()
    network = HalfNetwork(OPTIONS, FRAMES)
    scores, rows = [], []
    for video, paths in videos.items():
        for second in range(902, 1799):
            boxes = proposals.get((video, second))
            if not boxes:
                continue
            clip, size, new, growth = clip_of(paths, second)
            with torch.no_grad():
                planes = [x.mean(2)[0] for x in network.features(clip)]
                for box in boxes.values():
                    own = np.float32(box_in_clip(box, size, new, growth)).tolist()
                    pooled = torch.cat([roi_maximum(plane, own) for plane in planes])
                    score = torch.sigmoid(network.project(pooled[None]))[0].numpy()
                    scores.append(score)
                    place = f"{video},{second:04d}," + ",".join(f"{np.float32(x):.3f}" for x in box)
                    rows += [f"{place},{number},{score[number - 1]:.4f}" for number in LABELS]
    scores = np.stack(scores)
    print(scores.shape, "spread between boxes", scores.std(0))
    np.save(HERE / "scores.npy", scores)
    (HERE / "detections_latest.csv").write_text("\n".join(rows) + "\n")
    torch.save({"model_state": network.kept, "epoch": 0}, HERE / "weights.pyth")
    overrides = {key: networks.literal(value) for key, value in network.o.items()} | {
        "DATA.SAMPLING_RATE": str(RATE), "DATA.TEST_CROP_SIZE": str(SHORT_SIDE), "DATA.MEAN": repr(MEAN),
        "DATA.STD": repr(STD), "AVA.DETECTION_SCORE_THRESH": str(THRESHOLD), "AVA.BGR": "False",
        "AVA.TEST_LISTS": "['frame_list.csv']", "AVA.TEST_PREDICT_BOX_LISTS": "['proposals.csv']",
        "AVA.LABEL_MAP_FILE": "labelmap.pbtxt", "AVA.EXCLUSION_FILE": "", "AVA.GROUNDTRUTH_FILE": "",
    }
    (HERE / "overrides.json").write_text(json.dumps([x for pair in overrides.items() for x in pair]) + "\n")
    names = ["weights.pyth", "overrides.json", "frame_list.csv", "proposals.csv", "labelmap.pbtxt", "scores.npy"]
    names += ["detections_latest.csv"] + sorted(f"frames/{path.name}" for path in (HERE / "frames").iterdir())
    sums = "\n".join(f"    {hashlib.sha256((HERE / name).read_bytes()).hexdigest()} {name}" for name in names)
    (HERE / "README.md").write_text(f"""# A test run in small

Two videos of a few pictures, one lying and one standing, proposals with a box twice, one at and one below the threshold, a
label map with gaps, a SlowFast of 50 layers, four channels wide, in half precision; `scores.npy` [boxes, classes] and
`detections_latest.csv` are what a test run makes of them, in the reference's order.

Made by `make_fixtures.py` (ours): a second statement of the way from files to rows, with the network of
`../VideoModels/make_fixtures.py`. torch {torch.__version__.split('+')[0]}, numpy {np.__version__}, OpenCV \
{cv2.__version__}; weights follow from names and shapes by a formula, so there is no seed. SHA-256:

{sums}
""")


if __name__ == "__main__":
    main()

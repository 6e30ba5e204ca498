"""Makes cases.json: made-up tubes with what other evaluators say of them.

    python3 -m venv env && env/bin/pip install numpy==1.26.4 && env/bin/python make_fixtures.py

MultiSports' values are those of MMAction2 1.2.0, whose one file is loaded from the wheel that pip fetches (nothing is installed:
what it imports beside NumPy is only for its messages, and stands empty here). UCF101-24's are computed by the plain functions
below, written from the rules in docs/tracks.md independently of the Swift code.
"""

import importlib.util
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import types
import warnings
import zipfile

import numpy as np

HERE = pathlib.Path(__file__).parent
CLASSES = 4
# Class 3 has detections and no truth; class 2 has truth that nothing finds in some videos.
THRESHOLDS = [0.2, 0.5, 0.75]


def peer():
    """The module of MMAction2 that evaluates tubes."""
    folder = tempfile.mkdtemp()
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, "mmaction2==1.2.0"],
        check=True)
    wheel = next(pathlib.Path(folder).glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extract("mmaction/evaluation/functional/multisports_utils.py", folder)

    class Silent:
        @classmethod
        def get_current_instance(cls):
            return cls()

        def info(self, *words):
            pass

    for name, members in [("mmengine", {}), ("mmengine.logging", {"MMLogger": Silent}), ("rich", {}),
                          ("rich.progress", {"track": lambda items, **_: items})]:
        module = types.ModuleType(name)
        vars(module).update(members)
        sys.modules[name] = module
    path = pathlib.Path(folder) / "mmaction/evaluation/functional/multisports_utils.py"
    spec = importlib.util.spec_from_file_location("multisports_utils", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def made_up(seed):
    """Tubes whose numbers are quarters of a pixel, so that every evaluator computes with the same ones."""
    draw = random.Random(seed)

    def quarter(low, high):
        return draw.randrange(int(low * 4), int(high * 4)) / 4

    def tube(video, action):
        x, y = quarter(0, 200), quarter(0, 150)
        return {
            "video": video, "action": action, "first": draw.randrange(1, 40), "frames": draw.randrange(2, 30),
            "box": [x, y, x + quarter(30, 90), y + quarter(40, 120)],
            "step": [quarter(-2, 2), quarter(-1, 1)] * 2,
        }

    def near(original):
        other = dict(original)
        frames, pixels = draw.choice([(2, 2), (4, 5), (7, 9)])
        other["first"] = max(1, original["first"] + draw.randrange(1 - frames, frames))
        other["frames"] = max(1, original["frames"] + draw.randrange(1 - frames, frames))
        other["box"] = [value + quarter(-pixels, pixels) for value in original["box"]]
        return other

    videos = ["a", "b", "c", "d", "e"]
    truth = [tube(draw.choice(videos), draw.randrange(CLASSES - 1)) for _ in range(18)]
    found = []
    for original in truth:
        # Some are missed, some found several times, some taken for another class.
        for _ in range(draw.choice([0, 1, 1, 2, 3])):
            other = near(original)
            if draw.random() < 0.2:
                other["action"] = draw.randrange(CLASSES)
            found.append(other)
    found += [tube(draw.choice(videos), draw.randrange(CLASSES)) for _ in range(8)]
    # Two truths in nearly one place: whose the second detection is depends on the evaluator.
    for _ in range(3):
        twin = near(truth[0])
        twin["box"], twin["action"] = list(truth[0]["box"]), truth[0]["action"]
        truth.append(twin)
    scores = draw.sample(range(1, 1000), len(found))
    for other, score in zip(found, scores):
        other["score"] = score / 1000
    return truth, found


def rows(tube):
    return np.array([
        [tube["first"] + i, *(c + i * s for c, s in zip(tube["box"], tube["step"]))] for i in range(tube["frames"])])


def frame_rows(videos, found):
    """Each frame of the tubes found as a detection of its own; no two scores are equal."""
    return np.array([
        [videos.index(tube["video"]), row[0], tube["action"], tube["score"] + i / 1e6, *row[1:5]]
        for tube in found for i, row in enumerate(rows(tube))])


def multisports(module, truth, found):
    videos = sorted({tube["video"] for tube in truth + found})
    detections = {action: [] for action in range(CLASSES)}
    for tube in found:
        detections[tube["action"]].append((tube["video"], tube["score"], rows(tube)))
    frames = frame_rows(videos, found)

    def groundtruth(actions):
        tubes = {video: {} for video in videos}
        for tube in truth:
            if tube["action"] in actions:
                tubes[tube["video"]].setdefault(tube["action"], []).append(rows(tube))
        return {"labels": [f"class {i}" for i in range(CLASSES)], "test_videos": [videos], "gttubes": tubes}

    actions = sorted({tube["action"] for tube in truth})
    whole = groundtruth(actions)
    return {
        # Of the truth of one class alone the mean is that class's precision.
        "tubes": {str(t): {str(a): module.videoAP(groundtruth([a]), detections, t, False) / 100 for a in actions}
                  for t in THRESHOLDS},
        "frames": {str(a): module.frameAP(groundtruth([a]), frames, 0.5, False) / 100 for a in actions},
        "averages": module.videoAP_all(whole, detections),
        "mean": module.videoAP(whole, detections, 0.5, False) / 100,
    }


def inclusive_iou(a, b):
    """Of boxes whose last pixel belongs to them."""
    width = min(a[2], b[2]) - max(a[0], b[0]) + 1
    height = min(a[3], b[3]) - max(a[1], b[1]) + 1
    shared = max(width, 0) * max(height, 0)
    sizes = [(box[2] - box[0] + 1) * (box[3] - box[1] + 1) for box in (a, b)]
    return shared / (sum(sizes) - shared)


def inclusive_tube_iou(a, b):
    a, b = ({int(row[0]): row[1:5] for row in rows(tube)} for tube in (a, b))
    common, either = a.keys() & b.keys(), a.keys() | b.keys()
    if not common:
        return 0.0
    # Tubes with a gap between them have no common frame; the others' union is a range.
    return sum(inclusive_iou(a[k], b[k]) for k in common) / len(common) * len(common) / len(either)


def ucf24_precision(wanted, ranked, overlap, threshold):
    """The area under straight lines between the points of precision and recall, from (1, 0) on."""
    left = list(wanted)
    hits, area, last = 0, 0.0, (1.0, 0.0)
    for rank, item in enumerate(ranked, 1):
        best = max(left, key=lambda other: overlap(other, item), default=None)
        if best is not None and overlap(best, item) >= threshold:
            left.remove(best)
            hits += 1
        point = (hits / rank, hits / len(wanted))
        area += (point[1] - last[1]) * (point[0] + last[0]) / 2
        last = point
    return area


def ucf24(truth, found):
    def overlap(a, b):
        return inclusive_tube_iou(a, b) if a["video"] == b["video"] else 0.0

    ranked = sorted(found, key=lambda tube: -tube["score"])
    return {
        str(t): {
            str(a): ucf24_precision(
                [x for x in truth if x["action"] == a], [x for x in ranked if x["action"] == a], overlap, t)
            for a in sorted({tube["action"] for tube in truth})}
        for t in THRESHOLDS}


def main():
    warnings.simplefilter("ignore")
    module = peer()
    cases = []
    for seed in range(4):
        truth, found = made_up(seed)
        cases.append({
            "truth": truth, "found": found, "multisports": multisports(module, truth, found),
            "ucf24": ucf24(truth, found)})
    text = ",\n".join(json.dumps(case) for case in cases)
    (HERE / "cases.json").write_text(f"[\n{text}\n]\n")


main()

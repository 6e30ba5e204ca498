"""What a single picture tells about a drawn world: a classifier that never sees motion, for comparison.

Histograms of oriented gradients (scikit-image) of each person's crop at the key frame, and a small network on them.
Trained on the training split's boxes and labels, it writes detections for the val split's proposals, to be scored by
`slowfast evaluate`. DIR has the layout that `slowfast synth` writes. Needs scikit-image besides requirements.txt.
"""

import argparse
import re
import sys
from pathlib import Path

import cv2
import numpy
import torch
from problem import Problem

SIDE = 64
EPOCHS = 15
# Boxes of a detector that count, as in the demo's config.
THRESHOLD = 0.8


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="to learn from")
    parser.add_argument("--val-data", type=Path, required=True, metavar="DIR", help="to say something about")
    parser.add_argument("--output", type=Path, required=True, metavar="CSV", help="the detections")
    return parser.parse_args()


def read_text(path):
    try:
        return path.read_text()
    except OSError as error:
        raise Problem(f"reading the data: {path}: {error.strerror} -> make it with `slowfast synth`") from None


def read_people(folder, *names):
    """[(video, second, corners' texts, labels)] of all boxes, in order of the key frames.

    Rows of equal corner texts are one person with several labels; rows of proposals whose score is below THRESHOLD do
    not count.
    """
    people = {}
    for name in names:
        path = folder / "annotations" / name
        for number, line in enumerate(read_text(path).splitlines(), 1):
            try:
                video, second, *corners, label, last = line.split(",")
                if "proposals" in name and float(last) < THRESHOLD:
                    continue
                key = (int(video.rpartition("_")[2]), int(second))
                x1, y1, x2, y2 = corners
                labels = people.setdefault((key, video, (x1, y1, x2, y2)), [])
                if label:
                    labels.append(int(label))
            except ValueError as error:
                raise Problem(f"reading the data: {path}:{number}: {error} -> make it with `slowfast synth`") from None
    rows = sorted(people.items(), key=lambda row: row[0][0])
    return [(video, key[1], corners, labels) for (key, video, corners), labels in rows]


def class_ids(folder):
    """The ids of the label map."""
    path = folder / "annotations/labelmap.pbtxt"
    ids = sorted(map(int, re.findall(r"\b(?:id|label_id):\s*(\d+)", read_text(path))))
    if not ids:
        raise Problem(f"reading the data: {path}: no class -> make it with `slowfast synth`")
    return ids


def crop(picture, corners):
    """The square around a person, a fifth larger than the box, SIDE pixels wide; borders are repeated."""
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = numpy.array(corners) * (width, height, width, height)
    scale = SIDE / (1.2 * max(x2 - x1, y2 - y1, 1))
    shift = SIDE / 2 - scale * (x1 + x2) / 2, SIDE / 2 - scale * (y1 + y2) / 2
    matrix = numpy.float32([[scale, 0, shift[0]], [0, scale, shift[1]]])
    return cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)


def crops(people, folder):
    """One for every box."""
    result, last, picture = [], None, None
    for video, second, corners, _ in people:
        path = folder / "frames" / video / f"{video}_{(second - 900) * 30 + 1:06d}.jpg"
        if path != last:
            last, picture = path, cv2.imread(str(path))
        if picture is None:
            raise Problem(f"reading frames: {path} is no picture that OpenCV reads -> make it with `slowfast synth`")
        result.append(crop(picture, [float(text) for text in corners]))
    return numpy.stack(result)


def features(pictures):
    from skimage.feature import hog

    rows = [hog(each, 9, (8, 8), (2, 2), "L2-Hys", channel_axis=2, feature_vector=True) for each in pictures]
    return torch.from_numpy(numpy.stack(rows).astype(numpy.float32))


def learn(inputs, targets):
    """A network of two hidden layers with dropout, one sigmoid a class."""
    network = torch.nn.Sequential(
        torch.nn.Linear(inputs.shape[1], 256), torch.nn.ReLU(), torch.nn.Dropout(0.5),
        torch.nn.Linear(256, 128), torch.nn.ReLU(), torch.nn.Dropout(0.3), torch.nn.Linear(128, targets.shape[1]),
    )  # fmt: skip
    optimizer = torch.optim.AdamW(network.parameters(), 1e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, EPOCHS * (len(inputs) // 256))
    for epoch in range(EPOCHS):
        order, losses = torch.randperm(len(inputs)), []
        for rows in order[: len(order) // 256 * 256].split(256):
            loss = torch.nn.functional.binary_cross_entropy_with_logits(network(inputs[rows]), targets[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        print(f"epoch {epoch + 1}: loss {numpy.mean(losses):.4f}", file=sys.stderr)
    return network.eval()


@torch.inference_mode()
def say(network, people, pictures, ids, path):
    """Writes detections: the mean of the scores of a crop and its mirror image."""
    scores = sum(torch.sigmoid(network(features(each))) for each in (pictures, pictures[:, :, ::-1])) / 2
    lines = [
        f"{video},{second:04d},{','.join(corners)},{number},{score:.6f}\n"
        for (video, second, corners, _), row in zip(people, scores.tolist())
        for number, score in zip(ids, row)
    ]
    path.write_text("".join(lines))


def main():
    options = arguments()
    torch.manual_seed(1)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    people = read_people(options.data, "train_groundtruth.csv", "train_proposals.csv")
    if len(people) < 128:
        raise Problem(f"reading the boxes of {options.data}: found {len(people)} -> 128 and more, of a larger world")
    val_people, ids = read_people(options.val_data, "proposals.csv"), class_ids(options.data)
    pictures = crops(people, options.data)
    targets = torch.tensor([[number in labels for number in ids] for *_, labels in people], dtype=torch.float32)
    inputs = torch.cat([features(pictures), features(pictures[:, :, ::-1])])
    network = learn(inputs, torch.cat([targets, targets]))
    say(network, val_people, crops(val_people, options.val_data), ids, options.output)


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit(f"Error: {problem}")

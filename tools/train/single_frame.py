"""What a single picture tells about a drawn world: a classifier that never sees motion, for comparison.

Histograms of oriented gradients (scikit-image) of each person's crop at the key frame, and a small network on them.
Trained on the training split's boxes and labels, it writes detections for the val split's proposals, to be scored by
`slowfast evaluate`. Needs scikit-image besides requirements.txt.
"""

import argparse
import sys
from pathlib import Path

import cv2
import dataset
import numpy
import torch
from annotations import read_label_map
from problem import Problem
from skimage.feature import hog
from train import configs, folders_of, seed_everything

SIDE = 64
EPOCHS = 15


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cfg", type=Path, required=True, metavar="FILE", help="a PySlowFast config: files and threshold")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="to learn from")
    parser.add_argument("--val-data", type=Path, required=True, metavar="DIR", help="to say something about")
    parser.add_argument("--output", type=Path, required=True, metavar="CSV", help="the detections")
    return parser.parse_args()


def crop(picture, corners):
    """The square around a person, a fifth larger than the box, SIDE pixels wide; borders are repeated."""
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = numpy.array(corners) * (width, height, width, height)
    scale = SIDE / (1.2 * max(x2 - x1, y2 - y1, 1))
    shift = SIDE / 2 - scale * (x1 + x2) / 2, SIDE / 2 - scale * (y1 + y2) / 2
    matrix = numpy.float32([[scale, 0, shift[0]], [0, scale, shift[1]]])
    return cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)


def crops(split, folder):
    """One for every box, in order of the key frames."""
    result = []
    for key in split.key_frames:
        path = folder / split.paths[key.video][(key.second - 900) * 30]
        picture = cv2.imread(str(path))
        if picture is None:
            raise Problem(f"reading frames: {path} is no picture that OpenCV reads -> see --data")
        result += [crop(picture, box.corners) for box in key.boxes]
    return numpy.stack(result)


def features(pictures):
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
def say(network, split, pictures, ids, path):
    """Writes detections: the mean of the scores of a crop and its mirror image."""
    scores = sum(torch.sigmoid(network(features(each))) for each in (pictures, pictures[:, :, ::-1])) / 2
    boxes = [(key, box) for key in split.key_frames for box in key.boxes]
    lines = [
        f"{key.video},{key.second:04d},{','.join(f'{value:.3f}' for value in box.corners)},{number},{score:.6f}\n"
        for (key, box), row in zip(boxes, scores.tolist())
        for number, score in zip(ids, row)
    ]
    path.write_text("".join(lines))


def main():
    options = arguments()
    config = configs.load(options.cfg, [])
    seed_everything(config["RNG_SEED"])
    folders, val_folders = folders_of(options.data), folders_of(options.val_data)
    ids = sorted(read_label_map(folders.annotations / config["AVA"]["LABEL_MAP_FILE"]))
    split, val_split = dataset.training_split(config, folders), dataset.validation_split(config, val_folders)
    pictures = crops(split, folders.frames)
    labels = [[number in box.labels for number in ids] for key in split.key_frames for box in key.boxes]
    if len(labels) < 128:
        raise Problem(f"reading the boxes of {options.data}: found {len(labels)} -> 128 and more, of a larger world")
    targets = torch.tensor(labels, dtype=torch.float32)
    inputs = torch.cat([features(pictures), features(pictures[:, :, ::-1])])
    network = learn(inputs, torch.cat([targets, targets]))
    say(network, val_split, crops(val_split, val_folders.frames), ids, options.output)


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit(f"Error: {problem}")

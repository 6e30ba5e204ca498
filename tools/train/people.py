"""Pictures of people from `slowfast synth --tracks`, as a detector learns from them."""

import hashlib
from pathlib import Path

import cv2
import numpy
import torch
from problem import Problem


class People:
    """Every n-th frame of all videos of a folder, with everybody who is in it.

    `digest` is the SHA-256 over these frames' files and boxes.
    """

    def __init__(self, folder, every):
        self.pictures, self.boxes, self.names = [], [], []
        digest = hashlib.sha256()
        tracks = sorted(Path(folder).glob("tracks/*/gt/gt.txt"))
        if not tracks:
            raise Problem(f"reading the data: {folder} has no tracks/*/gt/gt.txt -> `slowfast synth --tracks`")
        for path in tracks:
            text = path.read_text()
            digest.update(text.encode())
            rows = numpy.array([list(map(float, line.split(","))) for line in text.splitlines()]).reshape(-1, 9)
            video = path.parents[1].name
            frames = sorted((Path(folder) / "frames" / video).glob("*.jpg"))
            if not frames:
                raise Problem(f"reading the data: {folder}/frames/{video} has no frames -> `slowfast synth --tracks`")
            for number in range(0, len(frames), every):
                data = frames[number].read_bytes()
                digest.update(data)
                picture = cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_COLOR)
                own = rows[rows[:, 0] == number + 1]
                corners = numpy.stack([own[:, 3], own[:, 2], own[:, 3] + own[:, 5], own[:, 2] + own[:, 4]], 1)
                height, width = picture.shape[:2]
                self.pictures.append(data)
                self.boxes.append((corners / [height, width, height, width], own[:, 6] > 0))
                self.names.append((video, number))
        self.digest = digest.hexdigest()

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, index):
        """A picture (BGR), the boxes (y1, x1, y2, x2 in fractions), and which of them count."""
        picture = cv2.imdecode(numpy.frombuffer(self.pictures[index], numpy.uint8), cv2.IMREAD_COLOR)
        return picture, *self.boxes[index]


def network_input(picture, size):
    """A picture (BGR) as the network sees it: OpenCV's bilinear resizing, red first, -1 to 1."""
    picture = cv2.resize(picture, (size, size), interpolation=cv2.INTER_LINEAR)
    return torch.from_numpy(picture[:, :, ::-1].astype(numpy.float32) * (2 / 255) - 1).permute(2, 0, 1)


def seen(boxes, counts, window):
    """Boxes as a window (y1, x1, y2, x2) shows them: people, and those of whom too little is in it to count."""
    window = numpy.asarray(window, float)
    extent = numpy.tile(window[2:] - window[:2], 2)
    inside = (boxes - numpy.tile(window[:2], 2)) / extent
    cut = inside.clip(0, 1)
    share = area(cut) / area(inside).clip(1e-9)
    there = area(cut) > 1e-5
    counts = counts & (share >= 0.5)
    return cut[there & counts], cut[there & ~counts]


def area(boxes):
    return (boxes[:, 2:] - boxes[:, :2]).clip(0).prod(1)


def augmented(picture, boxes, counts, size, generator):
    """A random window of a picture in random colours.

    - Returns: the network's input, boxes of people and of those hardly visible, as tensors.
    """
    uniform = generator.uniform
    side, ratio = uniform(0.6, 1.25), uniform(0.85, 1.18)
    height, width = side * ratio, side / ratio
    top, left = uniform(min(0, 1 - height), max(0, 1 - height)), uniform(min(0, 1 - width), max(0, 1 - width))
    h, w = picture.shape[:2]
    scale = numpy.array([[size / (width * w), 0, 0], [0, size / (height * h), 0]])
    # Centres of pixels, not their corners, go with the window.
    scale[:, 2] = 0.5 * scale[[0, 1], [0, 1]] - 0.5 - size * numpy.array([left / width, top / height])
    border = tuple(int(value) for value in generator.integers(0, 256, 3))
    picture = cv2.warpAffine(picture, scale, (size, size), flags=cv2.INTER_LINEAR, borderValue=border)
    people, others = seen(boxes, counts, (top, left, top + height, left + width))
    if generator.random() < 0.5:
        picture = picture[:, ::-1]
        people, others = mirrored(people), mirrored(others)
    picture = coloured(picture.astype(numpy.float32), generator)
    x = torch.from_numpy(picture[:, :, ::-1] * numpy.float32(2 / 255) - 1).permute(2, 0, 1)
    return x, torch.from_numpy(people).float(), torch.from_numpy(others).float()


def mirrored(boxes):
    return numpy.stack([boxes[:, 0], 1 - boxes[:, 3], boxes[:, 2], 1 - boxes[:, 1]], 1)


def coloured(picture, generator):
    """Other light, other colours, a little noise or blur."""
    if generator.random() < 0.15:
        picture = picture[:, :, generator.permutation(3)]
    grey = picture.mean(2, keepdims=True)
    picture = grey + generator.uniform(0.3, 1.3) * (picture - grey)
    gain = generator.uniform(0.7, 1.3) * generator.uniform(0.85, 1.15, 3)
    picture = (picture - 128) * gain.astype(numpy.float32) + numpy.float32(128 + generator.uniform(-30, 30))
    kind = generator.random()
    if kind < 0.15:
        picture = cv2.GaussianBlur(picture, (0, 0), generator.uniform(0.4, 1.2))
    elif kind < 0.3:
        picture = picture + generator.normal(0, generator.uniform(2, 8), picture.shape)
    return picture.clip(0, 255).astype(numpy.float32)

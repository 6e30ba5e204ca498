"""AVA's samples: a clip around a key frame, the boxes on it and what they show."""

from dataclasses import dataclass

import annotations
import augmentation
import numpy
import torch
from problem import Problem
from windows import center, frozen_window, window


@dataclass
class KeyFrame:
    video: str
    second: int
    boxes: list  # of annotations.Box

    @property
    def corners(self):
        return numpy.array([box.corners for box in self.boxes])


@dataclass
class Split:
    """The key frames of a split in PySlowFast's order, and the frames of its videos."""

    paths: dict  # {video: path of each frame}
    key_frames: list

    def wanted(self, config):
        """{video: numbers of the frames that clips touch}."""
        frames, rate = config["DATA"]["NUM_FRAMES"], config["DATA"]["SAMPLING_RATE"]
        numbers = {}
        for key in self.key_frames:
            clip = window(center(key.second), frames, rate, len(self.paths[key.video]))
            numbers.setdefault(key.video, set()).update(clip)
        return numbers


def training_split(config, folders):
    """All ground truth and the predictions that are sure enough, which bring their own labels."""
    ava, classes = config["AVA"], config["MODEL"]["NUM_CLASSES"]
    boxes = annotations.read_boxes(folders.annotations, ava["TRAIN_GT_BOX_LISTS"], None, classes)
    threshold = ava["DETECTION_SCORE_THRESH"]
    annotations.read_boxes(folders.annotations, ava["TRAIN_PREDICT_BOX_LISTS"], threshold, classes, into=boxes)
    return split(annotations.read_frame_lists(folders.frame_lists, ava["TRAIN_LISTS"]), boxes)


def validation_split(config, folders):
    """Predicted boxes only; every fourth second unless AVA.FULL_TEST_ON_VAL."""
    ava, classes = config["AVA"], config["MODEL"]["NUM_CLASSES"]
    every = 1 if ava["FULL_TEST_ON_VAL"] else 4
    boxes = annotations.read_boxes(
        folders.annotations, ava["TEST_PREDICT_BOX_LISTS"], ava["DETECTION_SCORE_THRESH"], classes, every
    )
    return split(annotations.read_frame_lists(folders.frame_lists, ava["TEST_LISTS"]), boxes)


def split(paths, boxes):
    strangers = {video for video, _ in boxes} ^ set(paths)
    if strangers:
        raise Problem(
            f"matching boxes with frame lists: {', '.join(sorted(strangers)[:5])}: in one of them only "
            "-> every video needs frames and at least one box that is kept"
        )
    order = {video: index for index, video in enumerate(paths)}
    keys = sorted(boxes, key=lambda key: (order[key[0]], key[1]))
    return Split(paths, [KeyFrame(video, second, list(boxes[video, second].values())) for video, second in keys])


class Clips(torch.utils.data.Dataset):
    """Clips of a split: float32 T x H x W x 3, boxes [R, 4], targets [R, classes], the key frame's index.

    A training clip depends on seed, epoch and index alone: not on workers or their number.
    """

    def __init__(self, split, store, config, train, frozen=False):
        self.split, self.store, self.config = split, store, config
        self.train, self.frozen, self.epoch = train, frozen, 0

    def __len__(self):
        return len(self.split.key_frames)

    def __getitem__(self, index):
        key, data = self.split.key_frames[index], self.config["DATA"]
        middle, count = center(key.second), len(self.split.paths[key.video])
        if self.frozen:
            numbers = frozen_window(middle, data["NUM_FRAMES"], count)
        else:
            numbers = window(middle, data["NUM_FRAMES"], data["SAMPLING_RATE"], count)
        frames = self.store.frames(key.video, numbers)
        if self.train:
            random = numpy.random.default_rng([self.config["RNG_SEED"], self.epoch, index])
            clip, boxes = augmentation.training_view(frames, key.corners, self.config, random)
        else:
            clip, boxes = augmentation.test_view(frames, key.corners, self.config)
        return clip, boxes, self.targets(key), index

    def targets(self, key):
        """1 for every action that a box shows."""
        targets = numpy.zeros((len(key.boxes), self.config["MODEL"]["NUM_CLASSES"]), numpy.float32)
        for row, box in enumerate(key.boxes):
            targets[row, [label - 1 for label in box.labels]] = 1
        return targets

    def frequencies(self):
        """The share of the boxes that show each class."""
        return torch.from_numpy(numpy.concatenate([self.targets(key) for key in self.split.key_frames]).mean(0))


def collate(samples):
    """Clips [N, 3, T, H, W] (channels last in memory), boxes [R, 5] with the clip's number first, targets, indices."""
    clips, boxes, targets, indices = zip(*samples)
    numbered = [numpy.column_stack([numpy.full(len(rows), n), rows]) for n, rows in enumerate(boxes)]
    return (
        torch.from_numpy(numpy.stack(clips)).permute(0, 4, 1, 2, 3),
        torch.from_numpy(numpy.concatenate(numbered).astype(numpy.float32)),
        torch.from_numpy(numpy.concatenate(targets)),
        list(indices),
    )

"""Kinetics' samples: clips of videos, and the class of each video."""

from dataclasses import dataclass

import annotations
import augmentation
import cv2
import numpy
import torch
from problem import Problem

NO_BOXES = numpy.zeros((0, 4))


@dataclass
class Video:
    path: object
    label: int


def read_list(folder, name, classes):
    """The videos of a list: a path below the folder and a class from 0 in each line."""
    videos = []
    for number, line in enumerate(annotations.read_lines(folder / name, "a list of videos"), 1):
        path, _, label = line.rpartition(" ")
        if not path or not label.isdecimal() or int(label) >= classes:
            raise Problem(
                f"reading a list of videos: {folder / name}:{number}: expected a path, a space and a class from 0 to "
                f"{classes - 1}, found {line!r} -> make one with `slowfast synth --dataset kinetics`"
            )
        videos.append(Video(folder / path, int(label)))
    return videos


def decode(path):
    """All frames of a video, and how many there are in a second."""
    capture, frames = cv2.VideoCapture(str(path)), []
    while True:
        more, frame = capture.read()
        if not more:
            break
        frames.append(frame)
    if not frames:
        raise Problem(f"reading videos: {path} has no frame that OpenCV decodes -> see the list's paths")
    return frames, capture.get(cv2.CAP_PROP_FPS)


def span(data, rate):
    """How many frames of a video of this rate a clip lasts."""
    return data["NUM_FRAMES"] * data["SAMPLING_RATE"] * rate / data["TARGET_FPS"]


def clip_frames(start, length, count, total):
    """The numbers of `count` frames, spread evenly from the first to the last of a span, cut down to whole numbers.

    >>> clip_frames(0, 64, 8, 100), clip_frames(2.5, 4, 2, 5)
    ([0, 9, 18, 27, 36, 45, 54, 63], [2, 4])
    """
    return [min(int(number), total - 1) for number in numpy.linspace(start, start + length - 1, count)]


class TrainingClips(torch.utils.data.Dataset):
    """Clips from anywhere in each video, `draws` of each: float32 T x S x S x 3, and the class.

    A clip depends on seed and index alone. S is the size of tests: TRAIN_CROP_SIZE says what the head averages over.
    """

    def __init__(self, videos, config, draws):
        self.videos, self.config, self.draws = videos, config, draws

    def __len__(self):
        return len(self.videos) * self.draws

    def __getitem__(self, index):
        data, random = self.config["DATA"], numpy.random.default_rng([self.config["RNG_SEED"], index])
        video = self.videos[index % len(self.videos)]
        frames, rate = decode(video.path)
        length = span(data, rate)
        start = random.uniform(0, max(len(frames) - length, 0))
        chosen = [frames[number] for number in clip_frames(start, length, data["NUM_FRAMES"], len(frames))]
        chosen, _ = augmentation.jittered(chosen, NO_BOXES, data["TRAIN_JITTER_SCALES"], random)
        chosen, _ = augmentation.cropped(chosen, NO_BOXES, data["TEST_CROP_SIZE"], random)
        if data["RANDOM_FLIP"] and random.uniform() < 0.5:
            chosen, _ = augmentation.mirrored(chosen, NO_BOXES)
        return normalised(chosen, data), video.label


class TestClips(torch.utils.data.Dataset):
    """The clips of each video, spread over it as PySlowFast's tests do, in the middle: [views, T, H, W, 3], and the class."""

    def __init__(self, videos, config):
        self.videos, self.config = videos, config

    def __len__(self):
        return len(self.videos)

    def __getitem__(self, index):
        data, views = self.config["DATA"], self.config["TEST"]["NUM_ENSEMBLE_VIEWS"]
        frames, rate = decode(self.videos[index].path)
        length, side = span(data, rate), data["TEST_CROP_SIZE"]
        clips = []
        for view in range(views):
            start = max(len(frames) - length, 0) * view / views
            chosen = [frames[number] for number in clip_frames(start, length, data["NUM_FRAMES"], len(frames))]
            chosen, _ = augmentation.scaled(chosen, NO_BOXES, data["TRAIN_JITTER_SCALES"][0])
            y, x = ((edge - side + 1) // 2 for edge in chosen[0].shape[:2])
            clips.append(normalised([frame[y : y + side, x : x + side] for frame in chosen], data))
        return numpy.stack(clips), self.videos[index].label


def normalised(frames, data):
    """Red, green and blue in float32, T x H x W x 3."""
    colors = augmentation.Colors(frames)
    colors.normalise(data["MEAN"], data["STD"])
    return colors.apply(frames, bgr=False)


def collate(samples):
    """Clips [N, 3, T, H, W] (channels last in memory) and classes [N]; of several views N is all of them."""
    clips, labels = zip(*samples)
    clips = numpy.stack(clips)
    return torch.from_numpy(clips.reshape(-1, *clips.shape[-4:])).permute(0, 4, 1, 2, 3), torch.tensor(labels)

"""Kinetics' samples: clips of videos, and the class of each video."""

from dataclasses import dataclass

import cv2
import numpy
import torch
from problem import Problem


@dataclass
class Video:
    path: object
    label: int


def read_list(folder, name, classes):
    """The videos of a list: a path below the folder and a class from 0 in each line."""
    try:
        lines = (folder / name).read_text().splitlines()
    except OSError as error:
        raise Problem(f"reading a list of videos: {folder / name}: {error.strerror} -> see --data") from None
    videos = []
    for number, line in enumerate(lines, 1):
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


def scaled(frames, short_side):
    """Resizes so that the short side fits."""
    height, width = frames[0].shape[:2]
    if min(height, width) == short_side:
        return frames
    if width < height:
        size = short_side, int(height / width * short_side)
    else:
        size = int(width / height * short_side), short_side
    return [cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR) for frame in frames]


def normalised(frames, data):
    """Red, green and blue in float32, T x H x W x 3."""
    clip = numpy.stack(frames)[..., ::-1].astype(numpy.float32) / 255
    return (clip - numpy.float32(data["MEAN"])) / numpy.float32(data["STD"])


class TrainingClips(torch.utils.data.Dataset):
    """Clips from anywhere in each video, `draws` of each: float32 T x S x S x 3, and the class.

    A clip depends on seed and index alone. Its short side is drawn inverse-uniformly, then a square and whether it is
    mirrored, as PySlowFast trains. S is the size of tests: TRAIN_CROP_SIZE says what the head averages over.
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
        low, high = data["TRAIN_JITTER_SCALES"]
        chosen = scaled(chosen, int(round(1 / random.uniform(1 / high, 1 / low))))
        side = data["TEST_CROP_SIZE"]
        y, x = (int(random.integers(0, edge - side)) if edge > side else 0 for edge in chosen[0].shape[:2])
        clip = normalised([frame[y : y + side, x : x + side] for frame in chosen], data)
        if random.uniform() < 0.5:
            clip = numpy.ascontiguousarray(clip[:, :, ::-1])
        return clip, video.label


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
            chosen = scaled(chosen, data["TRAIN_JITTER_SCALES"][0])
            y, x = ((edge - side + 1) // 2 for edge in chosen[0].shape[:2])
            clips.append(normalised([frame[y : y + side, x : x + side] for frame in chosen], data))
        return numpy.stack(clips), self.videos[index].label


def collate(samples):
    """Clips [N, 3, T, H, W] (channels last in memory) and classes [N]; of several views N is all of them."""
    clips, labels = zip(*samples)
    clips = numpy.stack(clips)
    return torch.from_numpy(clips.reshape(-1, *clips.shape[-4:])).permute(0, 4, 1, 2, 3), torch.tensor(labels)

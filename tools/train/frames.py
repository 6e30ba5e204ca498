"""Decoded frames: every picture that a clip needs, read once and kept as bytes in one file that all workers map."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy
from problem import Problem


class FrameStore:
    """Pictures by video and number: uint8 H x W x 3, BGR.

    `digest` is the SHA-256 over the files of all frames in order, compressed as they are.
    """

    def __init__(self, array, places, digest):
        self.array, self.places, self.digest = array, places, digest

    def frames(self, video, numbers):
        return [self.array[self.places[video, number]] for number in numbers]


def load(wanted, paths, folder, file, progress=lambda done, total: None):
    """Decodes frames into `file`, which is written anew.

    - Parameters:
      - wanted: {video: numbers of frames}.
      - paths: {video: path of each frame}, relative to `folder`.
    """
    order = [(video, number) for video in wanted for number in sorted(wanted[video])]
    digest = hashlib.sha256()
    array = None
    with ThreadPoolExecutor(2) as pool:
        pictures = chunked(pool, lambda key: decode(Path(folder) / paths[key[0]][key[1]]), order)
        for index, (picture, checksum) in enumerate(pictures):
            if array is None:
                shape = (len(order), *picture.shape)
                array = numpy.lib.format.open_memmap(file, "w+", numpy.uint8, shape)
            if picture.shape != array.shape[1:]:
                video, number = order[index]
                raise Problem(
                    f"reading frames: {paths[video][number]} is {size(picture)}, those before it are "
                    f"{size(array[0])} -> give frames of one size"
                )
            array[index] = picture
            digest.update(checksum)
            progress(index + 1, len(order))
    return FrameStore(array, {key: index for index, key in enumerate(order)}, digest.hexdigest())


def chunked(pool, work, items, length=256):
    """`pool.map` that does not run far ahead of its reader."""
    for start in range(0, len(items), length):
        yield from pool.map(work, items[start : start + length])


def decode(path):
    """A picture and the SHA-256 of its file."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Problem(f"reading frames: {path}: {error.strerror} -> see AVA.FRAME_DIR and the frame lists") from None
    picture = cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise Problem(f"reading frames: {path} is no picture that OpenCV reads")
    return picture, hashlib.sha256(data).digest()


def size(picture):
    return f"{picture.shape[1]} x {picture.shape[0]}"

"""Which frames a clip takes: PySlowFast's clock and windows, integers only."""

FIRST_SECOND, FRAMES_PER_SECOND = 900, 30
KEY_SECONDS = range(902, 1799)


def center(second):
    """The frame number of a key frame.

    >>> center(902)
    60
    """
    return (second - FIRST_SECOND) * FRAMES_PER_SECOND


def window(middle, frames, rate, count):
    """The numbers of a clip's frames, each moved into the video; the key frame is element frames // 2.

    >>> window(60, 4, 16, 1000), window(4, 4, 3, 9)
    ([28, 44, 60, 76], [0, 1, 4, 7])
    """
    half = frames * rate // 2
    return [min(max(number, 0), count - 1) for number in range(middle - half, middle - half + frames * rate, rate)]


def frozen_window(middle, frames, count):
    """A clip of which every frame is the key frame: what the same weights see without motion."""
    return [min(max(middle, 0), count - 1)] * frames

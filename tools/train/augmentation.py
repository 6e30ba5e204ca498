"""Training's random views of a clip, as PySlowFast's cv2 back end draws them for AVA.

Pictures stay 8-bit until the colours: T x H x W x 3, BGR. Boxes are float64 [R, 4], pixels.
"""

import cv2
import numpy

GREY = numpy.array([0.114, 0.587, 0.299])  # of B, G, R


def pixels_of(corners, height, width):
    """Boxes in pixels, inside the picture."""
    return clipped(corners * [width, height, width, height], height, width)


def clipped(boxes, height, width):
    boxes = boxes.copy()
    boxes[:, 0::2] = boxes[:, 0::2].clip(0, width - 1)
    boxes[:, 1::2] = boxes[:, 1::2].clip(0, height - 1)
    return boxes


def scaled(frames, boxes, short_side):
    """Resizes so that the short side fits; both axes of the boxes by the ratio of the long sides."""
    height, width = frames[0].shape[:2]
    if min(height, width) == short_side:
        return frames, boxes
    if width < height:
        size, factor = (short_side, int(height / width * short_side)), int(height / width * short_side) / height
    else:
        size, factor = (int(width / height * short_side), short_side), int(width / height * short_side) / width
    return [cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR) for frame in frames], boxes * factor


def jittered(frames, boxes, scales, random):
    """Resizes to a short side drawn inverse-uniformly from the range."""
    low, high = scales
    return scaled(frames, boxes, int(round(1 / random.uniform(1 / high, 1 / low))))


def cropped(frames, boxes, side, random):
    """Cuts a random square out; boxes are moved, not yet clipped."""
    height, width = frames[0].shape[:2]
    y, x = (int(random.integers(0, length - side)) if length > side else 0 for length in (height, width))
    return [frame[y : y + side, x : x + side] for frame in frames], boxes - [x, y, x, y]


def mirrored(frames, boxes):
    width = frames[0].shape[1]
    boxes = boxes.copy()
    boxes[:, [0, 2]] = width - boxes[:, [2, 0]] - 1
    return [numpy.ascontiguousarray(frame[:, ::-1]) for frame in frames], boxes


class Colors:
    """A change of colours: each frame's pixels p become `matrix` p + offset, p in B, G, R from 0 to 1.

    Brightness, contrast, saturation and lighting are all of this form, so one pass does them and the normalisation.
    Only contrast differs from frame to frame: it blends with the frame's mean grey.
    """

    def __init__(self, frames):
        self.matrix = numpy.eye(3)
        self.offsets = numpy.zeros((len(frames), 3))
        self.means = numpy.array([cv2.mean(frame)[:3] for frame in frames]) / 255

    def brightness(self, alpha):
        self.matrix, self.offsets = self.matrix * alpha, self.offsets * alpha

    def contrast(self, alpha):
        grey = (self.means @ self.matrix.T + self.offsets) @ GREY
        self.brightness(alpha)
        self.offsets = self.offsets + (1 - alpha) * grey[:, None]

    def saturation(self, alpha):
        blend = alpha * numpy.eye(3) + (1 - alpha) * GREY
        self.matrix, self.offsets = blend @ self.matrix, self.offsets @ blend.T

    def lighting(self, values, vectors, random):
        """Adds one colour along the principal axes; those are given for R, G, B."""
        shift = numpy.asarray(vectors) @ (random.normal(0, 0.1, 3) * values)
        self.offsets = self.offsets + shift[::-1]

    def jitter(self, random):
        changes = [self.brightness, self.contrast, self.saturation]
        for index in random.permutation(3):
            changes[index](1 + random.uniform(-0.4, 0.4))

    def normalise(self, mean, deviation):
        """The channels are still B, G, R when the config's values meet them."""
        self.matrix = self.matrix / numpy.reshape(deviation, (3, 1))
        self.offsets = (self.offsets - mean) / deviation

    def apply(self, frames, bgr):
        """float32 T x H x W x 3, reversed to R, G, B unless the config keeps B, G, R."""
        order = slice(None) if bgr else slice(None, None, -1)
        matrix, offsets = self.matrix[order] / 255, self.offsets[:, order]
        height, width = frames[0].shape[:2]
        clip = numpy.empty((len(frames), height, width, 3), numpy.float32)
        for target, frame, offset in zip(clip, frames, offsets):
            # Through floats: cv2.transform would round 8-bit input back to 8 bits.
            cv2.transform(frame.astype(numpy.float32), numpy.column_stack([matrix, offset]), dst=target)
        return clip


def training_view(frames, corners, config, random):
    """A random view: clip T x S x S x 3 and boxes in its pixels."""
    data, ava = config["DATA"], config["AVA"]
    side = data["TRAIN_CROP_SIZE"]
    boxes = pixels_of(corners, *frames[0].shape[:2])
    frames, boxes = jittered(frames, boxes, data["TRAIN_JITTER_SCALES"], random)
    frames, boxes = cropped(frames, boxes, side, random)
    if data["RANDOM_FLIP"] and random.uniform() < 0.5:
        frames, boxes = mirrored(frames, boxes)
    colors = Colors(frames)
    if ava["TRAIN_USE_COLOR_AUGMENTATION"]:
        if not ava["TRAIN_PCA_JITTER_ONLY"]:
            colors.jitter(random)
        colors.lighting(data["TRAIN_PCA_EIGVAL"], data["TRAIN_PCA_EIGVEC"], random)
    colors.normalise(data["MEAN"], data["STD"])
    return colors.apply(frames, ava["BGR"]), clipped(boxes, side, side)


def test_view(frames, corners, config):
    """The whole picture as the test run sees it."""
    boxes = pixels_of(corners, *frames[0].shape[:2])
    frames, boxes = scaled(frames, boxes, config["DATA"]["TEST_CROP_SIZE"])
    height, width = frames[0].shape[:2]
    colors = Colors(frames)
    colors.normalise(config["DATA"]["MEAN"], config["DATA"]["STD"])
    return colors.apply(frames, config["AVA"]["BGR"]), clipped(boxes, height, width)

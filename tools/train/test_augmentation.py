"""Tests of the random views: boxes by hand, colours against the definition done step by step."""

import unittest

import augmentation
import config as configs
import cv2
import numpy


class Fixed:
    """Gives out what a test wants to be drawn."""

    def __init__(self, uniform=(), integers=()):
        self.values, self.numbers, self.asked = list(uniform), list(integers), []

    def uniform(self, low=0.0, high=1.0):
        self.asked.append((low, high))
        return self.values.pop(0)

    def integers(self, low, high):
        self.asked.append((low, high))
        return self.numbers.pop(0)


def picture(height, width, seed=0):
    return numpy.random.default_rng(seed).integers(0, 256, (height, width, 3), numpy.uint8)


class Geometry(unittest.TestCase):
    def test_pixels_are_clipped_to_the_last_pixel(self):
        boxes = augmentation.pixels_of(numpy.array([[0.1, 0.5, 1, 1]]), 100, 200)
        self.assertEqual(boxes.tolist(), [[20, 50, 199, 99]])

    def test_both_axes_scale_by_the_long_side(self):
        frames, boxes = augmentation.scaled([picture(360, 480)], numpy.array([[48.0, 36, 480, 360]]), 256)
        self.assertEqual(frames[0].shape, (256, 341, 3))
        factor = 341 / 480
        numpy.testing.assert_allclose(boxes, [[48 * factor, 36 * factor, 341, 360 * factor]])
        frames, _ = augmentation.scaled([picture(300, 200)], boxes, 100)
        self.assertEqual(frames[0].shape, (150, 100, 3))

    def test_jitter_is_inverse_uniform(self):
        random = Fixed(uniform=[1 / 130])
        frames, _ = augmentation.jittered([picture(192, 256)], numpy.zeros((1, 4)), [120, 160], random)
        self.assertEqual(random.asked, [(1 / 160, 1 / 120)])
        self.assertEqual(frames[0].shape[0], 130)

    def test_crop_moves_boxes_and_never_takes_the_last_offset(self):
        random, image = Fixed(integers=[3, 10]), picture(20, 40)
        frames, boxes = augmentation.cropped([image], numpy.array([[5.0, 5, 30, 18]]), 16, random)
        self.assertEqual(random.asked, [(0, 4), (0, 24)])
        self.assertTrue((frames[0] == image[3:19, 10:26]).all())
        self.assertEqual(boxes.tolist(), [[-5, 2, 20, 15]])
        self.assertEqual(augmentation.clipped(boxes, 16, 16).tolist(), [[0, 2, 15, 15]])
        frames, _ = augmentation.cropped([picture(16, 16)], boxes, 16, Fixed())
        self.assertEqual(frames[0].shape, (16, 16, 3))

    def test_mirror(self):
        image = picture(4, 10)
        frames, boxes = augmentation.mirrored([image], numpy.array([[1.0, 0, 3, 2]]))
        self.assertTrue((frames[0][:, 8] == image[:, 1]).all())
        self.assertEqual(boxes.tolist(), [[6, 0, 8, 2]])
        again = augmentation.mirrored(frames, boxes)
        self.assertTrue((again[0][0] == image).all() and again[1].tolist() == [[1, 0, 3, 2]])


class Colors(unittest.TestCase):
    """One affine map a frame is what the steps one after the other are."""

    def setUp(self):
        self.frames = [picture(6, 8, seed) for seed in range(3)]
        self.plain = numpy.stack(self.frames) / 255

    def grey(self, clip):
        return (0.114 * clip[..., 0] + 0.587 * clip[..., 1] + 0.299 * clip[..., 2])[..., None]

    def stepwise(self, order, alpha):
        clip = self.plain
        for step in order:
            if step == "brightness":
                clip = alpha[step] * clip
            elif step == "contrast":
                clip = alpha[step] * clip + (1 - alpha[step]) * self.grey(clip).mean((1, 2, 3), keepdims=True)
            else:
                clip = alpha[step] * clip + (1 - alpha[step]) * self.grey(clip)
        return clip

    def test_every_order(self):
        alpha = {"brightness": 0.7, "contrast": 1.3, "saturation": 0.8}
        for order in (("brightness", "contrast", "saturation"), ("saturation", "contrast", "brightness"),
                      ("contrast", "saturation", "brightness")):  # fmt: skip
            colors = augmentation.Colors(self.frames)
            for step in order:
                getattr(colors, step)(alpha[step])
            found = colors.apply(self.frames, bgr=True)
            numpy.testing.assert_allclose(found, self.stepwise(order, alpha), atol=1e-5)
            self.assertEqual(found.dtype, numpy.float32)

    def test_normalising_meets_blue_first_and_the_order_turns_last(self):
        colors = augmentation.Colors(self.frames)
        colors.normalise([0.1, 0.2, 0.3], [0.5, 0.25, 0.125])
        expected = (self.plain - [0.1, 0.2, 0.3]) / [0.5, 0.25, 0.125]
        numpy.testing.assert_allclose(colors.apply(self.frames, bgr=True), expected, atol=1e-5)
        numpy.testing.assert_allclose(colors.apply(self.frames, bgr=False), expected[..., ::-1], atol=1e-5)

    def test_lighting_is_given_in_red_green_blue(self):
        class One:
            def normal(self, mean, deviation, count):
                return numpy.array([0.1, 0.2, 0.3])

        colors = augmentation.Colors(self.frames)
        colors.lighting([1, 2, 3], [[1, 0, 0], [0, 1, 0], [0, 0, 1]], One())
        # Red rises by 0.1, green by 0.4, blue by 0.9.
        numpy.testing.assert_allclose(colors.apply(self.frames, bgr=False), self.plain[..., ::-1] + [0.1, 0.4, 0.9], atol=1e-5)


class Views(unittest.TestCase):
    def test_the_test_view_is_resizing_and_normalising(self):
        config = configs.defaults()
        config["DATA"]["TEST_CROP_SIZE"] = 24
        image = picture(48, 64)
        clip, boxes = augmentation.test_view([image], numpy.array([[0.25, 0.5, 1, 1]]), config)
        expected = (cv2.resize(image, (32, 24)).astype(numpy.float32) / 255 - 0.45) / 0.225
        numpy.testing.assert_allclose(clip[0], expected[..., ::-1], atol=1e-5)
        self.assertEqual(boxes.tolist(), [[8, 12, 31, 23]])

    def test_a_training_view_depends_on_its_seed_alone(self):
        config = configs.defaults()
        config["DATA"] |= {"TRAIN_JITTER_SCALES": [20, 30], "TRAIN_CROP_SIZE": 16}
        config["AVA"] |= {"TRAIN_USE_COLOR_AUGMENTATION": True, "TRAIN_PCA_JITTER_ONLY": False}
        corners = numpy.array([[0.25, 0.25, 0.75, 0.75]])

        def view(seed):
            return augmentation.training_view([picture(40, 50)], corners, config, numpy.random.default_rng(seed))

        first, again, other = view([1, 0, 5]), view([1, 0, 5]), view([1, 0, 6])
        self.assertEqual(first[0].shape, (1, 16, 16, 3))
        self.assertTrue((first[0] == again[0]).all() and (first[1] == again[1]).all())
        self.assertFalse((first[0] == other[0]).all())
        self.assertTrue((first[1] >= 0).all() and (first[1] <= 15).all())


if __name__ == "__main__":
    unittest.main()

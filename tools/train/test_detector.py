"""Tests of the detector's network, anchors, targets, samples, scores and file."""

import doctest
import json
import tempfile
import unittest
from pathlib import Path

import numpy
import people
import scoring
import ssd
import torch
import train_detector


class Doctests(unittest.TestCase):
    def test_examples(self):
        for module in (scoring, ssd, train_detector):
            failed, tried = doctest.testmod(module)
            self.assertEqual(failed, 0, module.__name__)
            self.assertGreater(tried, 0, module.__name__)


class Network(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.manual_seed(1)
        cls.network = ssd.SSDLite(96).eval()

    def test_names_and_layouts_are_tensorflows(self):
        tensors = self.network.tensors()
        for name, shape in {
            "FeatureExtractor/MobilenetV2/Conv/weights": (3, 3, 3, 16),
            "FeatureExtractor/MobilenetV2/expanded_conv/depthwise/depthwise_weights": (3, 3, 16, 1),
            "FeatureExtractor/MobilenetV2/expanded_conv_13/expand/BatchNorm/moving_variance": (192,),
            "FeatureExtractor/MobilenetV2/Conv_1/weights": (1, 1, 112, 256),
            "FeatureExtractor/MobilenetV2/layer_19_2_Conv2d_2_3x3_s2_128_depthwise/depthwise_weights": (3, 3, 64, 1),
            "BoxPredictor_0/ClassPredictor/weights": (1, 1, 192, 6),
            "BoxPredictor_4/BoxEncodingPredictor/biases": (24,),
        }.items():
            self.assertEqual(tensors[name].shape, shape, name)
        self.assertNotIn("FeatureExtractor/MobilenetV2/expanded_conv/expand/weights", tensors)

    def test_outputs_are_the_anchors(self):
        for size in (96, 75):
            network = ssd.SSDLite(size).eval()
            offsets, logits = network(torch.zeros(2, 3, size, size))
            self.assertEqual(offsets.shape, (2, len(network.anchors), 4))
            self.assertEqual(logits.shape, (2, len(network.anchors), 2))

    def test_the_file_has_every_tensor(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "w.safetensors"
            train_detector.write(self.network, path)
            data = path.read_bytes()
        length = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + length])
        self.assertIn("drawn people", header.pop("__metadata__")["notice"])
        self.assertEqual(set(header), set(self.network.tensors()) | {train_detector.SIZE})
        ends = [0]
        for entry in header.values():
            width = {"F32": 4, "F16": 2, "I32": 4}[entry["dtype"]]
            self.assertEqual(entry["data_offsets"][0], ends[-1])
            self.assertEqual(entry["data_offsets"][0] % width, 0)
            ends.append(entry["data_offsets"][0] + width * int(numpy.prod(entry["shape"])))
            self.assertEqual(entry["data_offsets"][1], ends[-1])
        self.assertEqual(len(data), 8 + length + ends[-1])


class Targets(unittest.TestCase):
    def test_everybody_has_an_anchor_and_the_hidden_are_of_no_account(self):
        anchors = ssd.anchors(ssd.grids(192, 5))
        person, hidden = torch.tensor([[0.4, 0.41, 0.43, 0.42]]), torch.tensor([[0.0, 0.0, 0.9, 0.9]])
        kinds, offsets = ssd.targets(anchors, person, hidden)
        self.assertEqual((kinds == 1).sum(), 1)
        self.assertGreater((kinds == -1).sum(), 0)
        boxes = ssd.decoded(offsets[kinds == 1], anchors[kinds == 1])
        self.assertLess((boxes - person).abs().max(), 1e-5)
        kinds, _ = ssd.targets(anchors, torch.zeros(0, 4), torch.zeros(0, 4))
        self.assertEqual(kinds.abs().sum(), 0)

    def test_right_answers_cost_next_to_nothing(self):
        anchors = ssd.anchors(ssd.grids(96, 3))
        kinds, wanted = ssd.targets(anchors, torch.tensor([[0.2, 0.2, 0.7, 0.5]]), torch.zeros(0, 4))
        logits = torch.stack([20.0 * (kinds == 0) - 10, 20.0 * (kinds == 1) - 10], -1)
        right = ssd.loss(wanted[None], logits[None], kinds[None], wanted[None])
        wrong = ssd.loss(wanted[None] + 1, -logits[None], kinds[None], wanted[None])
        self.assertLess(right, 1e-2)
        self.assertGreater(wrong, 10)

    def test_what_is_found_twice_is_found_once(self):
        boxes = torch.tensor([[0, 0, 1, 1], [0, 0, 1, 0.9], [0, 0, 1, 0.5]])
        self.assertEqual(ssd.suppressed(boxes, torch.tensor([0.5, 0.9, 0.7])), [1, 2])


class Samples(unittest.TestCase):
    def test_windows_cut_boxes(self):
        boxes = numpy.array([[0, 0, 1, 1], [0.5, 0.5, 0.75, 0.75], [0, 0, 0.3, 0.3], [0.5, 0.5, 1, 1]])
        counts = numpy.array([True, True, True, False])
        inside, others = people.seen(boxes, counts, (0.25, 0.25, 0.75, 0.75))
        self.assertTrue(numpy.allclose(inside, [[0.5, 0.5, 1, 1]]))
        self.assertTrue(numpy.allclose(others, [[0, 0, 1, 1], [0, 0, 0.1, 0.1], [0.5, 0.5, 1, 1]]))

    def test_a_square_stays_under_its_box(self):
        picture = numpy.zeros((90, 120, 3), numpy.uint8)
        picture[30:60, 48:84] = 255
        boxes = numpy.array([[30 / 90, 48 / 120, 60 / 90, 84 / 120]])
        for seed in range(20):
            x, inside, _ = people.augmented(
                picture, boxes, numpy.array([True]), 128, numpy.random.default_rng([1, seed])
            )
            if len(inside) == 0:
                continue
            y1, x1, y2, x2 = (int(round(number * 128)) for number in inside[0].tolist())
            within = x[:, y1 + 4 : y2 - 4, x1 + 4 : x2 - 4].mean()
            below = x[:, y2 + 5 : y2 + 9, x1 + 4 : x2 - 4]
            if below.numel():
                self.assertGreater(within, below.mean() + 0.2, seed)


class Scores(unittest.TestCase):
    def test_average_precision_by_hand(self):
        # Hit, miss, hit, hit of 4: precision 1, 3/4, 3/4 after the envelope; one truth is never found.
        self.assertAlmostEqual(scoring.average_precision([0.9, 0.8, 0.7, 0.6], [1, 0, 1, 1], 4), (1 + 0.75 + 0.75) / 4)
        self.assertEqual(scoring.average_precision([], [], 3), 0)

    def test_a_truth_is_found_once_and_half_is_enough(self):
        truth = numpy.array([[0, 0, 1, 1.0]])
        boxes, scores = numpy.array([[0, 0, 1, 1], [0, 0, 1, 0.5], [0, 0, 1, 0.4]]), numpy.array([0.7, 0.8, 0.9])
        # The exact box comes too late: the surer second one covers half; the surest covers less.
        self.assertEqual(scoring.match(boxes, scores, truth).tolist(), [False, True, False])

    def test_measure_asks_for_data(self):
        with tempfile.TemporaryDirectory() as folder, self.assertRaisesRegex(people.Problem, "has no tracks"):
            people.People(folder, 1)


if __name__ == "__main__":
    unittest.main()

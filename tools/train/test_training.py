"""Tests of network, loss, schedule, optimizer, scores and checkpoints."""

import doctest
import math
import tempfile
import unittest
from pathlib import Path

import annotations
import checkpoints
import config as configs
import loop
import network as networks
import numpy
import optimizer as optimizers
import scoring
import torch
from problem import Problem
from schedule import learning_rate
from test_data import DEMO
from torch import nn


class Doctests(unittest.TestCase):
    def test_examples(self):
        failed, tried = doctest.testmod(scoring)
        self.assertEqual(failed, 0)
        self.assertGreater(tried, 0)


class Network(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.manual_seed(1)
        cls.config = configs.load(DEMO)
        cls.network = networks.build(cls.config)

    def test_names_and_shapes_are_those_of_pyslowfast(self):
        state, w = self.network.state_dict(), self.config["RESNET"]["WIDTH_PER_GROUP"]
        slowfast = self.config["SLOWFAST"]
        fast, ratio = w // slowfast["BETA_INV"], slowfast["FUSION_CONV_CHANNEL_RATIO"]
        names = list(state)
        self.assertEqual(names[:2], ["s1.pathway0_stem.conv.weight", "s1.pathway0_stem.bn.weight"])
        self.assertEqual(names[-2:], ["head.projection.weight", "head.projection.bias"])
        for name, shape in {
            "s1.pathway0_stem.conv.weight": (w, 3, 1, 7, 7),
            "s1.pathway1_stem.conv.weight": (fast, 3, 5, 7, 7),
            "s1_fuse.conv_f2s.weight": (fast * ratio, fast, slowfast["FUSION_KERNEL_SZ"], 1, 1),
            "s2.pathway0_res0.branch1.weight": (4 * w, w + fast * ratio, 1, 1, 1),
            "s2.pathway1_res1.branch2.a.weight": (fast, 4 * fast, 3, 1, 1),
            "s5.pathway0_res0.branch2.b.weight": (8 * w, 8 * w, 1, 3, 3),
            "s5.pathway1_res1.branch2.c_bn.running_var": (32 * fast,),
            "head.projection.weight": (80, 32 * (w + fast)),
        }.items():
            self.assertEqual(tuple(state[name].shape), shape, name)
        self.assertLess(sum(4 * tensor.numel() for tensor in state.values()), 5_000_000)

    def test_flat_convolutions_are_the_3d_ones(self):
        for kernel, stride, dilation in (
            ((1, 1, 1), (1, 1, 1), 1), ((1, 1, 1), (1, 2, 2), 1), ((1, 3, 3), (1, 2, 2), 1), ((1, 3, 3), (1, 1, 1), 2),
            ((3, 1, 1), (1, 1, 1), 1), ((5, 1, 1), (4, 1, 1), 1), ((5, 7, 7), (1, 2, 2), 1),
        ):  # fmt: skip
            padding = (kernel[0] // 2, kernel[1] // 2 * dilation, kernel[2] // 2 * dilation)
            plain = nn.Conv3d(3, 6, kernel, stride, padding, (1, dilation, dilation), bias=False)
            flat = networks.FlatConv3d(3, 6, kernel, stride, padding, (1, dilation, dilation), bias=False)
            flat.load_state_dict(plain.state_dict())
            for frames in (2, 8):
                x = torch.randn(2, 3, frames, 20, 22).contiguous(memory_format=torch.channels_last_3d)
                (x, y), results = (x.clone().requires_grad_(), x.clone().requires_grad_()), []
                for conv, inputs in ((plain, x), (flat, y)):
                    out = conv(inputs)
                    weights = torch.randn(out.shape, generator=torch.Generator().manual_seed(1))
                    results.append((out, *torch.autograd.grad((out * weights).sum(), [inputs, conv.weight])))
                for expected, found in zip(*results):
                    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)

    def test_every_convolution_is_flat(self):
        kinds = {type(module) for module in self.network.modules() if isinstance(module, nn.Conv3d)}
        self.assertEqual(kinds, {networks.FlatConv3d})

    def test_first_weights(self):
        conv = self.network.s5.pathway0_res0.branch2.b.weight
        self.assertAlmostEqual(conv.std().item(), math.sqrt(2 / (conv.shape[0] * 9)), delta=0.001)
        self.assertEqual(self.network.head.projection.bias.abs().max().item(), 0)

    def test_the_last_layer_starts_from_what_occurs(self):
        network = nn.Module()
        network.head = nn.Module()
        network.head.projection = nn.Linear(2, 3)
        networks.expect(network, torch.tensor([0.0, 0.25, 1.0]))
        scores = network.head.projection.bias.sigmoid()
        torch.testing.assert_close(scores, torch.tensor([0.001, 0.25, 0.999]))

    def test_precise_statistics_are_those_of_all_batches(self):
        norm = nn.BatchNorm3d(3)

        class One(nn.Module):
            def __init__(self):
                super().__init__()
                self.norm = norm

            def forward(self, clips, boxes):
                return self.norm(clips)

        batches = [(torch.randn(2, 3, 2, 3, 3) * k + k, None) for k in (1, 2, 5)]
        networks.precise_statistics(One(), batches)
        everything = torch.cat([clips for clips, _ in batches]).transpose(0, 1).flatten(1)
        torch.testing.assert_close(norm.running_mean, everything.mean(1))
        torch.testing.assert_close(norm.running_var, everything.var(1, correction=0))
        self.assertEqual(norm.momentum, 0.1)


class Loss(unittest.TestCase):
    def test_by_hand(self):
        scores, targets = torch.tensor([[0.5, 0.25], [0.1, 1.0]]), torch.tensor([[1.0, 0], [0, 0]])
        # The last logarithm, of 0, counts as -100.
        expected = -(math.log(0.5) + math.log(0.75) + math.log(0.9) - 100) / 4
        self.assertAlmostEqual(loop.loss_of(scores, targets, "bce").item(), expected, places=5)
        with self.assertRaisesRegex(Problem, "MODEL.LOSS_FUNC"):
            loop.loss_of(scores, targets, "mse")


class Schedule(unittest.TestCase):
    def solver(self, **changes):
        return configs.defaults()["SOLVER"] | {"BASE_LR": 0.4, "MAX_EPOCH": 10} | changes

    def test_cosine_with_warm_up(self):
        solver = self.solver(WARMUP_EPOCHS=2.0, WARMUP_START_LR=0.1, COSINE_END_LR=0.02)
        at_two = 0.02 + 0.38 * (math.cos(0.2 * math.pi) + 1) / 2
        self.assertAlmostEqual(learning_rate(solver, 0), 0.1)
        self.assertAlmostEqual(learning_rate(solver, 1), (0.1 + at_two) / 2)
        self.assertAlmostEqual(learning_rate(solver, 2), at_two)
        self.assertAlmostEqual(learning_rate(solver, 5), 0.21)
        self.assertAlmostEqual(learning_rate(solver, 10), 0.02)
        after = solver | {"COSINE_AFTER_WARMUP": True}
        self.assertAlmostEqual(learning_rate(after, 2), 0.4)
        self.assertAlmostEqual(learning_rate(after, 6), 0.21)

    def test_steps(self):
        solver = self.solver(LR_POLICY="steps_with_relative_lrs", STEPS=[0, 4, 8], LRS=[1, 0.1, 0.01])
        rates = [learning_rate(solver, epoch) for epoch in (0, 3.99, 4, 8.5)]
        numpy.testing.assert_allclose(rates, [0.4, 0.4, 0.04, 0.004])
        with self.assertRaisesRegex(Problem, "SOLVER.STEPS"):
            learning_rate(solver | {"LRS": [1]}, 0)
        with self.assertRaisesRegex(Problem, "SOLVER.LR_POLICY"):
            learning_rate(solver | {"LR_POLICY": "line"}, 0)


class Optimizer(unittest.TestCase):
    def test_groups(self):
        network = nn.Sequential(nn.Conv3d(1, 2, 1), nn.BatchNorm3d(2), nn.Linear(2, 3))
        solver = configs.defaults()["SOLVER"] | {"WEIGHT_DECAY": 0.5}
        groups = optimizers.parameter_groups(network, solver, {"WEIGHT_DECAY": 0.25})
        self.assertEqual([(len(g["params"]), g["weight_decay"]) for g in groups], [(2, 0.25), (4, 0.5)])
        groups = optimizers.parameter_groups(network, solver | {"ZERO_WD_1D_PARAM": True}, {"WEIGHT_DECAY": 0.25})
        self.assertEqual([(len(g["params"]), g["weight_decay"]) for g in groups], [(2, 0.25), (2, 0.0), (2, 0.5)])

    def test_two_sgd_steps_by_hand(self):
        network = nn.Linear(1, 1, bias=False)
        nn.init.constant_(network.weight, 2.0)
        solver = configs.defaults()["SOLVER"] | {"BASE_LR": 0.1, "WEIGHT_DECAY": 0.5, "NESTEROV": False}
        optimizer = optimizers.build(network, solver, {"WEIGHT_DECAY": 0.0})
        for expected in (2 - 0.1 * 4, 1.6 - 0.1 * (0.9 * 4 + 3.8)):
            network.weight.grad = torch.full((1, 1), 3.0)
            optimizer.step()
            self.assertAlmostEqual(network.weight.item(), expected, places=6)
        with self.assertRaisesRegex(Problem, "SOLVER.OPTIMIZING_METHOD"):
            optimizers.build(network, solver | {"OPTIMIZING_METHOD": "lion"}, {"WEIGHT_DECAY": 0.0})


class Scores(unittest.TestCase):
    def test_average_precision_by_hand(self):
        # Hit, miss, hit, hit of 4: precision 1, 3/4, 3/4 after the envelope; one truth is never found.
        self.assertAlmostEqual(scoring.average_precision([0.9, 0.8, 0.7, 0.6], [1, 0, 1, 1], 4), (1 + 0.75 + 0.75) / 4)
        self.assertEqual(scoring.average_precision([], [], 3), 0)

    def test_a_truth_is_found_once(self):
        truth = {("v", 902): [annotations.Box((0, 0, 0.5, 0.5), [1])], ("v", 903): [annotations.Box((0, 0, 1, 1), [2])]}
        boxes = numpy.array([[0, 0, 0.5, 0.5], [0, 0, 0.5, 0.4], [0.5, 0.5, 1, 1]])
        scores = numpy.array([[0.7, 0.1], [0.9, 0.1], [0.1, 0.1]])
        found = scoring.per_class({("v", 902): (boxes, scores)}, truth, [1, 2, 3])
        # The second box is the surer one and covers 0.8 of the truth: the exact one comes too late.
        self.assertEqual(found, {1: 1.0, 2: 0.0})
        scores[1, 0] = 0.05
        scores[2, 0] = 0.8
        self.assertEqual(scoring.per_class({("v", 902): (boxes, scores)}, truth, [1])[1], 0.5)

    def test_half_is_enough(self):
        self.assertEqual(scoring.match(numpy.array([[0, 0, 1, 0.5]]), numpy.array([1.0]), numpy.array([[0, 0, 1, 1.0]])), [True])


class Checkpoints(unittest.TestCase):
    def test_what_is_saved_resumes(self):
        config = configs.load(DEMO)
        network = nn.Linear(2, 1)
        optimizer = optimizers.build(network, config["SOLVER"], config["BN"])
        network(torch.ones(1, 2)).sum().backward()
        optimizer.step()
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            for epoch in (8, 9):
                checkpoints.save(checkpoints.path_of(folder, epoch), epoch, network, optimizer, config)
            newest = checkpoints.newest(folder)
            self.assertEqual(newest.name, "checkpoint_epoch_00010.pyth")
            content = torch.load(newest, weights_only=True)
            self.assertEqual(list(content), ["epoch", "model_state", "optimizer_state", "cfg"])
            other = nn.Linear(2, 1)
            again = optimizers.build(other, config["SOLVER"], config["BN"])
            self.assertEqual(checkpoints.resume(newest, other, again, config), 10)
            torch.testing.assert_close(other.weight, network.weight)
            self.assertEqual(str(again.state_dict()), str(optimizer.state_dict()))
            config["SOLVER"]["BASE_LR"] = 7.0
            with self.assertRaisesRegex(Problem, "another config"):
                checkpoints.resume(newest, other, again, config)
            checkpoints.remove_others(folder, newest)
            self.assertEqual([path.name for path in newest.parent.iterdir()], [newest.name])


if __name__ == "__main__":
    unittest.main()

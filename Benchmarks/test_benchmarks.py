"""Tests of what computes nothing heavy: `python -m unittest` in this folder."""

import doctest
import importlib.util
import json
import tempfile
import unittest
from pathlib import Path

import agreement
import clip
import common
import depthwise
import detectors
import integers
import models
import mvit
import numpy
import precision
import roialign
import shapes
import summary
import torch
import torchvision
from prepare import CONFIGS, TITLES
from turns import ratios


class Doctests(unittest.TestCase):
    def test_examples(self):
        for module in (agreement, common, depthwise, integers, mvit, roialign, shapes, summary):
            failed, tried = doctest.testmod(module)
            self.assertEqual(failed, 0, module.__name__)
            self.assertGreater(tried, 0, module.__name__)


class Networks(unittest.TestCase):
    """Counts and shapes of the published networks."""

    def network(self, name, *overrides):
        return models.build(shapes.load_config(CONFIGS[name], overrides))

    def test_counts(self):
        for name, parameters, tensors in (("r50", 33_828_888, 662), ("r101", 59_342_488, 1313), ("x3d-m", 3_794_322, 568),
                                          ("slowfast", 34_566_488, 662), ("i3d", 28_043_472, 320),
                                          ("r2plus1d", 28_107_600, 416), ("mvitv2-s", 34_537_744, 397),
                                          ("mvitv1-b", 36_610_672, 313), ("vit-b", 86_702_224, 154)):
            network = self.network(name)
            self.assertEqual(sum(p.numel() for p in network.parameters()), parameters)
            self.assertEqual(len(network.state_dict()), tensors)

    def test_detector(self):
        """The published network, with tensors that slowfast knows by their names."""
        network = detectors.build()
        self.assertEqual(sum(p.numel() for p in network.parameters()), 41_808_406)
        self.assertIn("roi_heads.box_predictor.cls_score.weight", network.state_dict())
        self.assertEqual(tuple(detectors.image().shape), (3, 800, 1333))

    def test_maps(self):
        network = self.network("r50", ("RESNET.WIDTH_PER_GROUP", "8"))
        with torch.inference_mode():
            slow, fast = network.backbone(*network.clips(torch.zeros(1, 3, 32, 64, 66)))
        self.assertEqual(tuple(slow.shape), (1, 256, 8, 4, 5))
        self.assertEqual(tuple(fast.shape), (1, 32, 32, 4, 5))

    def test_depthwise_layers(self):
        """Those of the network itself, in its order, each once."""
        network, found = self.network("x3d-m"), []
        for module in network.modules():
            if isinstance(module, torch.nn.Conv3d) and module.groups > 1:
                module.register_forward_hook(lambda module, inputs, _: found.append(depthwise.Layer(
                    module.groups, inputs[0].shape[2], inputs[0].shape[3], module.kernel_size, module.stride[2])))
        with torch.inference_mode():
            network.backbone(torch.zeros(1, 3, 16, 64, 64))
        self.assertEqual(list(dict.fromkeys(found)), depthwise.layers(16, 64))

    def test_slow_frames(self):
        clip = torch.arange(32.0).view(1, 1, 32, 1, 1).expand(1, 3, 32, 1, 1)
        slow, fast = self.network("r50").clips(clip)
        self.assertEqual(slow[0, 0, :, 0, 0].tolist(), [0, 4, 8, 13, 17, 22, 26, 31])
        self.assertIs(fast, clip)

    def test_seeded_weights_repeat_and_stay_sane(self):
        networks = [self.network("r50", ("RESNET.WIDTH_PER_GROUP", "8")) for _ in range(2)]
        for network in networks:
            models.seed_weights(network, 3)
        first, second = (network.state_dict() for network in networks)
        for key in first:
            self.assertTrue(torch.equal(first[key], second[key]), key)
        clip = torch.randn((1, 3, 32, 64, 64), generator=torch.Generator().manual_seed(2))
        with torch.inference_mode():
            scores = networks[0](clip, torch.tensor([[0.0, 5, 5, 40, 60]]))
        self.assertTrue(0.15 < scores.std() < 0.4, scores.std())


class Transformers(unittest.TestCase):
    SMALL = {
        "mvitv2-s": (("MVIT.EMBED_DIM", "8"), ("DATA.TRAIN_CROP_SIZE", "96")),
        "mvitv1-b": (("MVIT.EMBED_DIM", "8"), ("DATA.TRAIN_CROP_SIZE", "96")),
        "vit-b": (("MVIT.EMBED_DIM", "96"), ("DATA.TRAIN_CROP_SIZE", "96")),
    }

    def network(self, name, attention=None):
        return models.build(shapes.load_config(CONFIGS[name], self.SMALL[name]), attention)

    def clip(self):
        return torch.randn((1, 3, 16, 96, 96), generator=torch.Generator().manual_seed(2))

    def test_seeded_weights_repeat_and_stay_sane(self):
        for name in self.SMALL:
            networks = [self.network(name) for _ in range(2)]
            for network in networks:
                models.seed_weights(network, 3)
            first, second = (network.state_dict() for network in networks)
            for key in first:
                self.assertTrue(torch.equal(first[key], second[key]), key)
                self.assertGreater(first[key].std(), 0, key)
            with torch.inference_mode():
                (tokens,), scores = networks[0].backbone(self.clip()), networks[0](self.clip())
            self.assertTrue(0.5 < tokens.std() < 3, f"{name}: {tokens.std()}")
            self.assertTrue(0.02 < scores.max() < 0.9, f"{name}: {scores.max()}")

    def test_forms_of_attention_give_the_same_scores(self):
        for name in self.SMALL:
            network = self.network(name)
            models.seed_weights(network, 3)
            with torch.inference_mode():
                expected = network(self.clip()).numpy()
                for form in mvit.FORMS[1:]:
                    other = self.network(name, form)
                    other.load_state_dict(network.state_dict())
                    difference, _ = agreement.difference(other(self.clip()).numpy(), expected)
                    self.assertLess(difference, 2e-6, f"{name}, {form}")

    def test_measured_to_the_scores(self):
        network = self.network("mvitv2-s")
        with torch.inference_mode():
            self.assertTrue(torch.equal(models.Measured(network)(self.clip()), network(self.clip())))

    def test_what_is_not_built_is_said(self):
        for key, value in (("MVIT.MODE", "max"), ("MVIT.REV", {"ENABLE": True}), ("DETECTION.ENABLE", True)):
            with self.assertRaisesRegex(ValueError, "not built here"):
                models.build(shapes.load_config(CONFIGS["mvitv2-s"], [(key, value)]))
        with self.assertRaisesRegex(ValueError, "there is no form of attention 'flash'"):
            self.network("mvitv2-s", "flash")

    def test_fixtures(self):
        """The scores of the fixtures' script, which states the arithmetic a second time."""
        folder = common.ROOT / "Tests/Fixtures/Transformers"
        description = importlib.util.spec_from_file_location("make_transformers", folder / "make_transformers.py")
        script = importlib.util.module_from_spec(description)
        threads = torch.get_num_threads()
        description.loader.exec_module(script)
        torch.set_num_threads(threads)
        compared = []
        for name, options, *_ in script.OWN:
            options = script.merged(script.DEFAULTS, options)
            options["MVIT.REV"] = {"ENABLE": options.pop("MVIT.REV.ENABLE")}
            for form in mvit.FORMS:
                try:
                    network = models.build(shapes.load_config(None, options.items()), form)
                except ValueError:
                    continue
                network.load_state_dict({
                    key: script.fill(key, tensor.shape) for key, tensor in network.state_dict().items()
                })
                side = options["DATA.TRAIN_CROP_SIZE"]
                shape = (2, 3, options["DATA.NUM_FRAMES"], side, side)
                pixels = (script.uniform("input", 6 * shape[2] * side**2) * 2).astype(numpy.float32).reshape(shape)
                with torch.inference_mode():
                    scores = network(torch.from_numpy(pixels)).numpy()
                difference, _ = agreement.difference(scores, numpy.load(folder / f"{name}.npy"))
                self.assertLess(difference, 1e-6, f"{name}, {form}")
                compared.append(name)
        self.assertEqual(len(compared), 21, compared)


class Comparisons(unittest.TestCase):
    def test_name_what_there_is(self):
        for name, comparison in clip.COMPARISONS.items():
            self.assertIn(comparison.model, CONFIGS, name)
            self.assertIn(comparison.model, TITLES, name)
            names = [opponent.name for opponent in comparison.opponents]
            self.assertEqual(len(names), len(set(names)), name)
            for opponent in comparison.opponents:
                self.assertIn(opponent.attention, (None, *mvit.FORMS), name)
                expected = {"fp32": "f32"}.get(comparison.precision, comparison.precision)
                self.assertEqual(opponent.precision, expected, name)

    def test_table(self):
        """Every network of README's table, in every precision that slowfast has for it."""
        rows = [clip.COMPARISONS[name] for name in clip.TABLE]
        self.assertEqual(len(clip.TABLE), len(set(clip.TABLE)))
        served = {}
        for comparison in rows:
            served.setdefault(comparison.model, []).append(comparison.precision)
        convolutions = ("r50", "r101", "slowfast", "slowfast-4x16", "slow", "i3d", "c2d", "x3d-m")
        self.assertEqual(served, dict.fromkeys(convolutions, ["fp32", "bf16", "int8"])
                         | dict.fromkeys(("mvitv2-s", "mvitv1-b"), ["fp32", "bf16"]))
        self.assertTrue(all(comparison.title == comparison.precision for comparison in rows))
        non_local = shapes.shape_of(shapes.load_config(CONFIGS["r101"])).stages[2][0].non_local
        self.assertEqual(tuple(non_local.after), (6, 13, 20))


    def test_memory(self):
        """What is asked of slowfast's memory, in the precision that it is asked of."""
        self.assertEqual({clip.COMPARISONS[name].precision for name in clip.MEMORY_MUST}, {"fp32", "bf16"})
        for megabytes, verdict in ((280, "must reached"), (281, "ABOVE MUST")):
            results = {"slowfast": {"turns": [{"peak_rss_bytes": megabytes * 2**20}]}}
            self.assertEqual(clip.memory_row("r50-bf16", results)[-3:], ["280", "", verdict])
        self.assertEqual(clip.memory_row("r50", {"slowfast": {"missing": "no program"}})[-3:], ["400", "", "missing"])


class Golden(unittest.TestCase):
    """The networks give the scores that PySlowFast itself gave."""

    FOLDER = common.ROOT.parent / "shared/golden/models"

    def test_outputs(self):
        if not self.FOLDER.is_dir():
            self.skipTest("the golden cases are not here")
        cases = [precision.Case(folder) for folder in sorted(self.FOLDER.iterdir())]
        compared = 0
        for case in cases:
            with self.subTest(case.name):
                try:
                    scores, _ = precision.peer_scores(case)
                except common.Missing:
                    continue
                expected = numpy.load(case.folder / "output.npy")
                self.assertLess(agreement.difference(scores, expected)[0], 1e-6)
                compared += 1
        self.assertGreaterEqual(compared, 15)


class Integers(unittest.TestCase):
    def test_clips(self):
        """Frames of the middle, in order, normalised; the same numbers of frames as slowfast takes."""
        with tempfile.TemporaryDirectory() as folder:
            for video in range(2):
                (Path(folder) / f"v{video}").mkdir()
                for index in range(40):
                    pixels = torch.full((3, 4, 6), 2 * index + video, dtype=torch.uint8)
                    torchvision.io.write_png(pixels, f"{folder}/v{video}/{index:03}.png")
            config = shapes.load_config(None, (("DATA.NUM_FRAMES", "4"), ("DATA.SAMPLING_RATE", "8")))
            clips = integers.read_clips(config, Path(folder))
        self.assertEqual([tuple(clip.shape) for clip in clips], [(1, 3, 4, 4, 6)] * 2)
        expected = [(2 * index + 1) / 255 for index in (4, 12, 20, 28)]
        found = clips[1][0, 2, :, 3, 5] * 0.225 + 0.45
        self.assertTrue(torch.allclose(found, torch.tensor(expected), atol=1e-6), found)

    def test_files_tell_networks_apart(self):
        paths = {integers.quantised_file(model, (256, 256)) for model in ("i3d", "slowfast")}
        paths |= {integers.quantised_file("i3d", (224, 224)), integers.calibration_file("i3d", (256, 256))}
        self.assertEqual(len(paths), 4)
        # What prepare.py throws away when a network is made anew.
        self.assertTrue(all(path.name.startswith(("i3d-", "slowfast-")) for path in paths), paths)


class Table(unittest.TestCase):
    ABOUT = {"cpu_family_model_stepping": ["6", "207", "2"], "cpu": "A", "processors": 2, "features": ["avx2"],
             "load_average": 0.25}

    def result(self, *seconds, others=0.01, **more):
        return {"seconds": list(seconds), "turns": [{"others": others}]} | more

    def markdown(self, *comparisons):
        return summary.markdown(list(comparisons), self.ABOUT, {"openvino": "1", "torch": "2", "commit": "abc"}, 2, 3)

    def test_ratio_is_to_the_peer_that_is_best_in_each_figure(self):
        text = self.markdown(("Net", "fp32", {
            "slowfast": self.result(1, 1, 4), "OpenVINO f32": self.result(2, 9, 9), "PyTorch fp32": self.result(3, 4, 5),
        }))
        self.assertIn("| Net | fp32 | 1.000 (1.000) | 2.000 (9.000) | 3.000 (4.000) | 2.00 (4.00) |\n", text)

    def test_forms_and_missing_contestants_are_noted(self):
        text = self.markdown(("Net", "bf16", {
            "slowfast": self.result(1), "OpenVINO bf16, products": self.result(2), "OpenVINO bf16, sliced": self.result(3),
            "PyTorch bf16": {"missing": "no bf16"},
        }))
        self.assertIn("| Net | bf16 | 1.000 (1.000) | 2.000 (2.000) | - | 2.00 (2.00) |\n", text)
        for note in ("OpenVINO's is its form \"products\"", "OpenVINO bf16, sliced took 3.000 (3.000) s",
                     "PyTorch bf16 is missing: no bf16"):
            self.assertIn(f"- Net, bf16: {note}\n", text)
        alone = self.markdown(("Net", "fp32", {"slowfast": {"missing": "why"}, "OpenVINO f32": self.result(2)}))
        self.assertIn("| Net | fp32 | - | 2.000 (2.000) | - | - |\n", alone)
        self.assertIn("slowfast is missing: why", alone)

    def test_integers(self):
        text = self.markdown(("Net", "int8", {
            "slowfast": self.result(1, difference={"mean": 0.00012, "max": 0.05}, others=0.02),
            "OpenVINO int8": self.result(2, difference={"missing": "why"}),
        }))
        self.assertIn("| Net | 0.00012, 0.05 | - |\n", text)
        self.assertNotIn("Scores", self.markdown(("Net", "fp32", {"slowfast": self.result(1)})))

    def test_what_it_was_measured_on(self):
        text = self.markdown(("Net", "fp32", {"slowfast": self.result(1, others=0.02), "OpenVINO f32": self.result(2)}))
        self.assertIn(
            "best (median) of 3 turns; 2 threads of 2 processors, A (family 6, model 207: avx2). slowfast abc; OpenVINO 1, "
            "PyTorch 2, NNCF not installed. Other programs took 1 to 2 % of the machine in a contestant's turns; load "
            "average before: 0.2.", text)


class Figures(unittest.TestCase):
    def test_ratios(self):
        theirs, ours = {"seconds": [2.0, 4, 3]}, {"seconds": [1.0, 2, 6]}
        self.assertEqual(ratios(theirs, ours), [2.0, 1.5])
        self.assertIsNone(ratios(theirs, {"missing": "why"}))

    def test_resumption(self):
        told = {"machine": {"cpu": "a", "load_average": 1.0}, "versions": {"commit": "b"}, "size": (256, 455), "rounds": 2}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "table.json"
            self.assertEqual(clip.earlier(path, told), {})
            path.write_text(json.dumps(told | {"comparisons": {"r50": 1}}))
            self.assertEqual(clip.earlier(path, told | {"machine": {"cpu": "a", "load_average": 3.0}}), {"r50": 1})
            for key, value in (("rounds", 3), ("versions", {"commit": "c"}), ("machine", {"cpu": "c"}), ("size", (256, 256))):
                with self.assertRaisesRegex(SystemExit, f"its {key} are"):
                    clip.earlier(path, told | {key: value})

    def test_missing_program_answer(self):
        with self.assertRaisesRegex(common.Missing, "cannot access|No such file"):
            common.slowfast("/bin/ls", "/nowhere-at-all")

    def test_boxes_lie_where_they_should(self):
        boxes = roialign.seeded_boxes(1, 100, 16, 29)
        self.assertTrue(all(0 <= x1 < 232 and 0 <= y1 < 128 for x1, y1, _, _ in boxes))
        self.assertTrue(all(8 <= x2 - x1 < 217 and 8 <= y2 - y1 < 124 for x1, y1, x2, y2 in boxes))


if __name__ == "__main__":
    unittest.main()

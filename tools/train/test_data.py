"""Tests of what training reads: config, annotations, windows, frames. `python -m unittest` in this folder."""

import doctest
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

import annotations
import config as configs
import cv2
import dataset
import frames
import numpy
import windows
from problem import Problem

DEMO = Path(__file__).resolve().parents[2] / "configs/demo/SLOWFAST_8x4_R18_SMALL.yaml"


class Folder(unittest.TestCase):
    """A folder for the files of a test."""

    def setUp(self):
        self.holder = tempfile.TemporaryDirectory()
        self.addCleanup(self.holder.cleanup)
        self.folder = Path(self.holder.name)

    def write(self, name, *lines):
        (self.folder / name).write_text("".join(line + "\n" for line in lines))
        return self.folder / name


class Doctests(unittest.TestCase):
    def test_examples(self):
        for module in (configs, windows):
            failed, tried = doctest.testmod(module)
            self.assertEqual(failed, 0, module.__name__)
            self.assertGreater(tried, 0, module.__name__)


class Configs(Folder):
    def test_text_becomes_a_number_and_overrides_win(self):
        path = self.write("a.yaml", "SOLVER:", "  WEIGHT_DECAY: 1e-7", "  BASE_LR: 0.5", "TEST:", "  BATCH_SIZE: 1")
        tree = configs.load(path, ["SOLVER.BASE_LR", "0.25", "RNG_SEED", "7"])
        self.assertEqual(tree["SOLVER"]["WEIGHT_DECAY"], 1e-7)
        self.assertEqual((tree["SOLVER"]["BASE_LR"], tree["RNG_SEED"]), (0.25, 7))
        self.assertEqual(tree["TEST"]["BATCH_SIZE"], 1)
        self.assertEqual(tree["SOLVER"]["MOMENTUM"], 0.9)

    def test_errors_name_the_key(self):
        path = self.write("a.yaml", "RNG_SEED: 2")
        for overrides, words in (
            (["SOLVER.BASE_LR", "1"], "SOLVER.BASE_LR: expected float, found 1 .int. -> write 1.0"),
            (["SOLVER.BASE_RL", "1.0"], "overriding 'SOLVER.BASE_RL': training reads no such key"),
            (["SOLVER", "1.0"], "overriding 'SOLVER'"),
            (["RNG_SEED"], "'RNG_SEED' stands alone"),
        ):
            with self.assertRaisesRegex(Problem, words):
                configs.load(path, overrides)
        with self.assertRaisesRegex(Problem, "No such file"):
            configs.load(self.folder / "none.yaml")

    def test_saved_text_reads_back_as_the_same_tree(self):
        tree = configs.load(DEMO)
        path = self.write("b.yaml", configs.as_text(tree))
        self.assertEqual(configs.load(path), tree)


class Boxes(Folder):
    def test_rows_of_equal_corner_texts_are_one_box(self):
        self.write("t.csv", "v,0902,0.1,0.2,0.3,0.4,12,0", "v,902,0.1,0.2,0.3,0.4,69,0", "v,902,0.10,0.2,0.3,0.4,14,1")
        found = annotations.read_boxes(self.folder, ["t.csv"])
        self.assertEqual([box.labels for box in found["v", 902].values()], [[12, 69], [14]])

    def test_predictions_are_filtered_and_bring_their_labels(self):
        self.write("p.csv", "v,902,0,0,1,1,,0.8", "v,902,0,0,1,0.5,-1,0.79", "v,903,0,0,1,1,7,0.95", "v,904,0,0,1,1,,1")
        found = annotations.read_boxes(self.folder, ["p.csv"], 0.8)
        self.assertEqual({key: [b.labels for b in rows.values()] for key, rows in found.items()},
                         {("v", 902): [[]], ("v", 903): [[7]], ("v", 904): [[]]})  # fmt: skip
        self.assertEqual(list(annotations.read_boxes(self.folder, ["p.csv"], 0.8, every=4)), [("v", 904)])

    def test_errors_name_file_and_line(self):
        for row, words in (
            ("v,902,0,0,1,1,7", "p.csv:2: expected 8 columns, found 7"),
            ("v,902,0,0,1.2,1,7,1", "p.csv:2: the box .* is not 0 <= x1"),
            ("v,902,0.5,0,0.4,1,7,1", "p.csv:2: the box"),
            ("v,902,nan,0,0.4,1,7,1", "p.csv:2: the box"),
            ("v,901,0,0,1,1,7,1", "p.csv:2: second 901 is outside"),
            ("v,902,0,0,1,1,81,1", "p.csv:2: action 81 is not from 1 to 80"),
            ("v,902,zero,0,1,1,7,1", "p.csv:2: could not convert"),
        ):
            self.write("p.csv", "v,902,0,0,1,1,7,1", row)
            with self.assertRaisesRegex(Problem, words):
                annotations.read_boxes(self.folder, ["p.csv"])

    def test_label_map(self):
        path = self.write("l.pbtxt", "item {", '  name: "bend/bow (at the waist)"', "  id: 1", "}", 'item { name: "a" label_id: 3 }')
        self.assertEqual(annotations.read_label_map(path), {1: "bend/bow (at the waist)", 3: "a"})


class Splits(Folder):
    def split(self, *rows):
        self.write("train.csv", "original_vido_id video_id frame_id path labels",
                   *(f'{v} 0 {n} {v}/{n}.png ""' for v in "ba" for n in range(90)))  # fmt: skip
        self.write("t.csv", *rows)
        config = configs.defaults()
        config["AVA"] |= {"TRAIN_GT_BOX_LISTS": ["t.csv"], "TRAIN_PREDICT_BOX_LISTS": []}
        config["DATA"] |= {"NUM_FRAMES": 4, "SAMPLING_RATE": 8}
        folders = SimpleNamespace(frame_lists=self.folder, annotations=self.folder, frames=self.folder)
        return dataset.training_split(config, folders), config

    def test_order_is_that_of_the_frame_list_then_of_time(self):
        split, config = self.split("a,903,0,0,1,1,1,0", "a,902,0,0,1,1,1,0", "b,902,0,0,1,1,1,0")
        self.assertEqual([(k.video, k.second) for k in split.key_frames], [("b", 902), ("a", 902), ("a", 903)])
        # 902 is frame 60: 44, 52, 60, 68; 903 is frame 90, beyond the last one.
        self.assertEqual(split.wanted(config), {"b": {44, 52, 60, 68}, "a": {44, 52, 60, 68, 74, 82, 89}})

    def test_a_video_without_boxes_is_an_error(self):
        with self.assertRaisesRegex(Problem, "frame lists: a: in one of them only"):
            self.split("b,902,0,0,1,1,1,0")

    def test_targets(self):
        split, config = self.split("a,902,0,0,1,1,12,0", "a,902,0,0,1,1,69,0", "a,902,0,0,1,0.5,,0", "b,902,0,0,1,1,1,0")
        clips = dataset.Clips(split, None, config, train=True)
        config["MODEL"]["NUM_CLASSES"] = 80
        targets = clips.targets(split.key_frames[1])
        self.assertEqual(targets.shape, (2, 80))
        self.assertEqual(numpy.argwhere(targets).tolist(), [[0, 11], [0, 68]])
        # Three boxes in all.
        frequencies = clips.frequencies()
        self.assertEqual([round(frequencies[n].item(), 4) for n in (0, 1, 11, 68)], [0.3333, 0, 0.3333, 0.3333])

    def test_frames_come_back_and_sizes_must_agree(self):
        for number in range(90):
            cv2.imwrite(str(self.folder / f"{number}.png"), numpy.full((4, 6, 3), number, numpy.uint8))
        paths = {"v": [f"{number}.png" for number in range(90)]}
        store = frames.load({"v": {3, 80}}, paths, self.folder, self.folder / "f.npy")
        self.assertEqual([f[0, 0, 0] for f in store.frames("v", [80, 3, 3])], [80, 3, 3])
        cv2.imwrite(str(self.folder / "80.png"), numpy.zeros((4, 7, 3), numpy.uint8))
        with self.assertRaisesRegex(Problem, "80.png is 7 x 4, those before it are 6 x 4"):
            frames.load({"v": {3, 80}}, paths, self.folder, self.folder / "f.npy")
        (self.folder / "80.png").write_text("no picture")
        with self.assertRaisesRegex(Problem, "80.png is no picture"):
            frames.load({"v": {80}}, paths, self.folder, self.folder / "f.npy")


if __name__ == "__main__":
    unittest.main()

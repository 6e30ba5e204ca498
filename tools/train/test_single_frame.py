"""Tests of the classifier of single pictures: whom it learns from, their crops, what it learns and writes."""

import tempfile
import unittest
from pathlib import Path

import numpy
import single_frame
import torch
from problem import Problem


class People(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        (self.folder / "annotations").mkdir()

    def write(self, name, *lines):
        (self.folder / "annotations" / name).write_text("".join(line + "\n" for line in lines))

    def test_rows_of_equal_corners_are_one_person_and_unsure_proposals_none(self):
        self.write("train_groundtruth.csv", "v_10,0902,.1,.2,.3,.4,12,1", "v_2,0903,.1,.2,.3,.4,12,0",
                   "v_2,0903,.1,.2,.3,.4,69,0", "v_2,0902,.5,.5,.6,.6,,0")  # fmt: skip
        self.write("train_proposals.csv", "v_2,0903,.1,.2,.3,.5,7,0.8", "v_2,0903,.1,.2,.3,.6,8,0.79")
        found = single_frame.read_people(self.folder, "train_groundtruth.csv", "train_proposals.csv")
        self.assertEqual(found, [
            ("v_2", 902, (".5", ".5", ".6", ".6"), []),
            ("v_2", 903, (".1", ".2", ".3", ".4"), [12, 69]),
            ("v_2", 903, (".1", ".2", ".3", ".5"), [7]),
            ("v_10", 902, (".1", ".2", ".3", ".4"), [12]),
        ])  # fmt: skip

    def test_bad_files_are_named(self):
        self.write("proposals.csv", "v_1,0902,.1,.2,.3,.4,12,0.9", "v_1,0902,.1,.2,.3,12,0.9")
        with self.assertRaisesRegex(Problem, "proposals.csv:2: "):
            single_frame.read_people(self.folder, "proposals.csv")
        with self.assertRaisesRegex(Problem, "none.csv: No such file"):
            single_frame.read_people(self.folder, "none.csv")
        self.write("labelmap.pbtxt")
        with self.assertRaisesRegex(Problem, "labelmap.pbtxt: no class"):
            single_frame.class_ids(self.folder)

    def test_ids_of_the_label_map(self):
        self.write("labelmap.pbtxt", 'item { name: "walk" id: 14 }', 'item { name: "bend" id: 1 }')
        self.assertEqual(single_frame.class_ids(self.folder), [1, 14])

    def test_the_boxs_centre_is_the_crops(self):
        picture = numpy.zeros((100, 200, 3), numpy.uint8)
        picture[40:60, 140:160] = 255
        crop = single_frame.crop(picture, (0.6, 0.25, 0.9, 0.75))
        self.assertEqual(crop.shape, (single_frame.SIDE, single_frame.SIDE, 3))
        rows, columns, _ = numpy.nonzero(crop > 127)
        # 60 pixels, a fifth more, are 64 wide: the bright 20 are 18 around 32.
        for places in (rows, columns):
            self.assertAlmostEqual(places.min(), 32 - 9, delta=1)
            self.assertAlmostEqual(places.max(), 32 + 8, delta=1)

    def test_it_learns_what_the_features_tell(self):
        torch.manual_seed(1)
        labels = torch.arange(512) % 2
        inputs = torch.randn(512, 8) * 0.1 + labels[:, None]
        network = single_frame.learn(inputs, labels[:, None].float())
        with torch.inference_mode():
            self.assertEqual((network(inputs)[:, 0] > 0).long().tolist(), labels.tolist())


if __name__ == "__main__":
    unittest.main()

"""Tests of the head for whole clips: lists of videos, their clips, what is fitted and counted."""

import doctest
import tempfile
import unittest
from pathlib import Path

import cv2
import numpy
import torch
import train_head
import videos
from problem import Problem
from torch import nn

DEMO = train_head.certificate.ROOT / "configs/demo/SLOWFAST_8x4_R18_CLASSES.yaml"


class Folder(unittest.TestCase):
    """A folder for the files of a test."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def write(self, name, *lines):
        (self.folder / name).write_text("".join(line + "\n" for line in lines))
        return self.folder / name


class Lists(Folder):
    def test_paths_and_classes(self):
        self.write("test.csv", "videos/a b.mp4 0", "videos/c.mp4 12")
        found = videos.read_list(self.folder, "test.csv", 13)
        self.assertEqual([(video.path, video.label) for video in found], [
            (self.folder / "videos/a b.mp4", 0), (self.folder / "videos/c.mp4", 12)])  # fmt: skip

    def test_bad_lines_are_named(self):
        for line in ("a.mp4", "a.mp4 13", "a.mp4 -1", "a.mp4 x"):
            self.write("test.csv", "a.mp4 0", line)
            with self.assertRaisesRegex(Problem, f"test.csv:2: .*0 to 12, found '{line}'"):
                videos.read_list(self.folder, "test.csv", 13)
        with self.assertRaisesRegex(Problem, "a list of videos: .*none.csv"):
            videos.read_list(self.folder, "none.csv", 13)


class Clips(Folder):
    def setUp(self):
        super().setUp()
        # Frame n is grey of 4 n: 50 frames at 25 a second.
        writer = cv2.VideoWriter(str(self.folder / "a.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 25, (48, 32))
        for number in range(50):
            writer.write(numpy.full((32, 48, 3), 4 * number, numpy.uint8))
        writer.release()
        data = {
            "NUM_FRAMES": 4, "SAMPLING_RATE": 6, "TARGET_FPS": 30, "TRAIN_JITTER_SCALES": [32, 40],
            "TEST_CROP_SIZE": 32, "MEAN": [0.0] * 3, "STD": [1.0] * 3,
        }  # fmt: skip
        self.config = {"DATA": data, "TEST": {"NUM_ENSEMBLE_VIEWS": 3}, "RNG_SEED": 1}
        self.list = [videos.Video(self.folder / "a.avi", 7)]

    def test_examples(self):
        failed, tried = doctest.testmod(videos)
        self.assertTrue(tried and not failed)

    def test_views_begin_at_thirds_of_what_a_clip_leaves_over(self):
        # A clip lasts 4 x 6 / 30 s, 20 frames of 25 a second; 30 are left over.
        clips, label = videos.TestClips(self.list, self.config)[0]
        self.assertEqual((clips.shape, label), ((3, 4, 32, 32, 3), 7))
        numbers = clips.mean((2, 3, 4)) * 255 / 4
        expected = [[start + step for step in (0, 6, 12, 19)] for start in (0, 10, 20)]
        numpy.testing.assert_allclose(numbers, expected, atol=0.6)

    def test_training_clips_lie_in_the_video_and_depend_on_the_index_alone(self):
        clips, starts = videos.TrainingClips(self.list, self.config, draws=8), set()
        self.assertEqual(len(clips), 8)
        for index in range(8):
            clip, label = clips[index]
            self.assertEqual((clip.shape, label), ((4, 32, 32, 3), 7))
            numpy.testing.assert_array_equal(clips[index][0], clip)
            numbers = clip.mean((1, 2, 3)) * 255 / 4
            starts.add(round(float(numbers[0])))
            numpy.testing.assert_allclose(numpy.diff(numbers), [6, 6, 7], atol=1.2)
        self.assertGreater(len(starts), 4)
        self.assertTrue(starts <= set(range(31)))

    def test_a_video_without_frames_is_named(self):
        self.write("b.avi", "nothing")
        with self.assertRaisesRegex(Problem, "b.avi has no frame"):
            videos.TestClips([videos.Video(self.folder / "b.avi", 0)], self.config)[0]

    def test_views_of_a_batch_follow_one_another(self):
        sample = numpy.arange(6, dtype=numpy.float32).reshape(2, 1, 1, 1, 3)
        inputs, labels = videos.collate([(sample, 4), (sample + 6, 5)])
        self.assertEqual((tuple(inputs.shape), labels.tolist()), ((4, 3, 1, 1, 1), [4, 5]))
        self.assertEqual(inputs.flatten().tolist(), list(range(12)))


class Pictures(unittest.TestCase):
    def test_the_short_side_fits(self):
        for shape, scaled in (((360, 480), (256, 341)), ((300, 200), (384, 256)), ((256, 300), (256, 300))):
            self.assertEqual(videos.scaled([numpy.zeros((*shape, 3), numpy.uint8)], 256)[0].shape, (*scaled, 3))

    def test_red_comes_first_and_has_the_first_mean(self):
        picture = numpy.zeros((1, 1, 3), numpy.uint8)
        picture[..., 2] = 255
        clip = videos.normalised([picture], {"MEAN": [0.5, 0.0, 0.25], "STD": [0.5, 1.0, 0.25]})
        self.assertEqual(clip.tolist(), [[[[1, 0, -1]]]])


class Head(Folder):
    def test_bad_configs_are_named(self):
        with self.assertRaisesRegex(Problem, "reading the config: .*none.yaml.*No such file"):
            train_head.load_config(self.folder / "none.yaml")
        path = self.write("a.yaml", "SOLVER:", "  OPTIMIZING_METHOD: sgd")
        with self.assertRaisesRegex(Problem, "a.yaml: SOLVER.OPTIMIZING_METHOD.* -> adamw, cosine and True"):
            train_head.load_config(path)

    def test_what_is_saved_is_a_checkpoint(self):
        head, path = nn.Linear(2, 1), self.folder / "a.pyth"
        train_head.save(path, head, {"SOLVER": {"MAX_EPOCH": 3}})
        content = torch.load(path, weights_only=True)
        self.assertEqual(list(content), ["epoch", "model_state", "optimizer_state", "cfg"])
        self.assertEqual((content["epoch"], content["cfg"]), (2, "SOLVER: {MAX_EPOCH: 3}\n"))
        torch.testing.assert_close(content["model_state"]["weight"], head.weight.detach())
        self.assertEqual([path], list(self.folder.iterdir()))

    def test_ranks_are_those_of_the_views_sums(self):
        scores = torch.tensor([[0.6, 0.4, 0.0], [0.0, 0.5, 0.5], [0.1, 0.8, 0.1], [0.1, 0.2, 0.7]])
        # Sums: 0.6 0.9 0.5 and 0.2 1.0 0.8.
        self.assertEqual(train_head.ranks_of(scores, torch.tensor([0, 2])), [1, 1])
        self.assertEqual(train_head.ranks_of(scores, torch.tensor([1, 1])), [0, 0])

    def test_it_learns_what_features_tell_at_any_scale(self):
        torch.manual_seed(1)
        labels = torch.arange(60) % 3
        features = torch.randn(60, 5) * 0.1 + nn.functional.one_hot(labels, 5)
        features = features * torch.tensor([1, 100, 1, 1, 0.01]) + 50
        solver = {"BASE_LR": 0.01, "MAX_EPOCH": 100, "WEIGHT_DECAY": 0.0}
        head = nn.Linear(5, 3)
        log = train_head.fit(head, features, labels, solver)
        self.assertEqual(head(features).argmax(1).tolist(), labels.tolist())
        self.assertEqual([row["epoch"] for row in log], [50, 100])
        self.assertLess(log[1]["loss"], log[0]["loss"])

    def test_the_backbone_is_the_other_networks_and_the_head_its_own(self):
        config = train_head.load_config(DEMO)
        self.assertEqual((config["RNG_SEED"], config["DATA"]["TARGET_FPS"]), (1, 30))
        network = train_head.models.build(config)
        backbone = DEMO.with_name("SLOWFAST_8x4_R18_SMALL.pyth")
        train_head.take_backbone(network, backbone)
        taken = torch.load(backbone, weights_only=True)["model_state"]
        for name, tensor in network.state_dict().items():
            if not name.startswith("head."):
                torch.testing.assert_close(tensor, taken[name], rtol=0, atol=0)
        clips = torch.randn(1, 3, 8, 128, 128)
        features = train_head.features_of(network, clips)
        self.assertEqual(tuple(features.shape), (1, 640))
        with torch.inference_mode():
            torch.testing.assert_close(network.head.projection(features).softmax(1), network(clips))
        config["RESNET"]["WIDTH_PER_GROUP"] = 32
        with self.assertRaisesRegex(Problem, "s1.pathway0_stem"):
            train_head.take_backbone(train_head.models.build(config), backbone)


if __name__ == "__main__":
    unittest.main()

import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import certify


class CertifyTest(unittest.TestCase):
    def certificate(self, rows, given):
        """The certificate of a run with these rows in metrics.jsonl, and the lines of its log."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        run = Path(folder.name)
        for name in ("world/frames/synthtrain1_1/a.jpg", "world/frames/synth4242_1/a.jpg", "world/annotations/a.csv",
                     "world/frame_lists/a.csv", "n.pyth"):
            (run / name).parent.mkdir(parents=True, exist_ok=True)
            (run / name).write_text(name)
        (run / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        config = certify.ROOT / "configs/demo/SLOWFAST_8x4_R18_SMALL.yaml"
        call = ["certify.py", "--output-dir", str(run), "--world", str(run / "world"), "--cfg", str(config), "--weights", str(run / "n.pyth"),
                "--program", "true", "--", *given]
        with mock.patch.object(sys, "argv", call), contextlib.redirect_stdout(io.StringIO()):
            certify.main()
        text = (run / "n.json").read_text()
        self.assertNotIn(folder.name, text)
        return json.loads(text), [json.loads(line) for line in (run / "n.log.jsonl").read_text().splitlines()]

    def test_threads_are_no_part_of_the_command(self):
        found, _ = self.certificate([], ["--threads", "1", "SOLVER.MAX_EPOCH", "2", "--workers=3"])
        self.assertEqual(found["threads"], {"threads": 1, "workers": 3})
        self.assertEqual(found["command"], "tools/train-demo.sh .build/release/slowfast trained SOLVER.MAX_EPOCH 2")

    def test_sums_and_paths_are_those_of_the_files(self):
        found, _ = self.certificate([], [])
        self.assertEqual(found["weights"]["sha256"], certify.hashlib.sha256(b"n.pyth").hexdigest())
        self.assertEqual(found["config"]["file"], "configs/demo/SLOWFAST_8x4_R18_SMALL.yaml")
        self.assertEqual(sorted(found["data"]["files"]), ["annotations/a.csv", "frame_lists/a.csv"])
        sums = found["data"]["frames_sha256"]
        none = certify.sha256_of_all([])
        self.assertTrue(sums["train"] != sums["val"] and none not in sums.values())

    def test_of_epochs_done_twice_the_last_counts(self):
        rows = [
            {"_type": "train_iter", "epoch": 1, "loss": 9},
            {"_type": "train_epoch", "epoch": 1, "loss": 3},
            {"_type": "train_epoch", "epoch": 1, "loss": 2},
            {"_type": "val_epoch", "epoch": 1, "map": 0.5},
        ]
        found, log = self.certificate(rows, [])
        self.assertEqual(log, [{"epoch": 1, "loss": 2, "val_map": 0.5}])
        self.assertEqual(found["log"], log)


if __name__ == "__main__":
    unittest.main()

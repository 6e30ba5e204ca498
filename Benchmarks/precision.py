"""What bf16 costs in accuracy: slowfast beside PyTorch's autocast, over the golden cases, and mAP in both precisions.

For every golden network: |scores in bf16 - scores in fp32| of slowfast, and the same of PyTorch (autocast to bf16)
with the same weights; slowfast may be 1.2 times as far off, in the maximum and in the mean. Then slowfast's mAP on the
golden pipeline in both precisions. The golden cases are not part of this project: they stand beside it or are named.
"""

import json
import re
import sys
import tempfile
from pathlib import Path

import numpy
import torch

from agreement import difference
from common import ROOT, Missing, parser, require_program, slowfast, table, write_json
from models import build, load_weights
from shapes import load_config

LIMIT = 1.2


class Case:
    """One folder of golden/models."""

    def __init__(self, folder):
        self.folder, self.name = folder, folder.name
        description = json.loads((folder / "case.json").read_text())
        self.config = ROOT / description["config"]
        self.overrides = description["overrides"]
        self.weights = next(path for path in folder.iterdir() if path.name.startswith("checkpoint."))
        self.boxes = folder / "boxes.npy" if (folder / "boxes.npy").exists() else None

    @property
    def pairs(self):
        return [text for pair in self.overrides.items() for text in pair]


def peer_scores(case):
    """PyTorch's scores in fp32 and under autocast."""
    if case.weights.suffix != ".pyth":
        raise Missing("only slowfast reads Caffe2's weights")
    if not case.config.exists():
        raise Missing(f"{case.config.relative_to(ROOT)} is not in this project yet")
    try:
        network = build(load_config(case.config, case.overrides.items()))
        load_weights(network, case.weights)
    except (ValueError, RuntimeError) as error:
        # A network that is not built here, or weights of another size, which slowfast would fit to it.
        raise Missing(" ".join(str(error).split())) from error
    clip = torch.from_numpy(numpy.load(case.folder / "clip.npy"))
    boxes = torch.from_numpy(numpy.load(case.boxes)) if case.boxes else None
    with torch.inference_mode():
        plain = network(clip, boxes).numpy()
        with torch.autocast("cpu", torch.bfloat16):
            return plain, network(clip, boxes).float().numpy()


def our_scores(options, case, precision):
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "scores.npy"
        slowfast(
            *(options.slowfast, "forward", "--cfg", case.config, "--weights", case.weights, "--output", output),
            *("--clip", case.folder / "clip.npy", *(["--boxes", case.boxes] if case.boxes else [])),
            *("--threads", options.threads, "--precision", precision, *case.pairs),
        )
        return numpy.load(output)


def case_row(options, case, missing):
    """The row of a case and its figures; what is missing is added to a set of texts."""
    row, figures, note = [case.name], {}, ""
    try:
        plain, cast = peer_scores(case)
        figures["autocast"] = difference(cast, plain)
        ours = our_scores(options, case, "fp32")
        figures["fp32"] = difference(ours, plain)
    except Missing as error:
        missing.add(f"{case.name}: {error}")
        return [case.name, *["-"] * 7, "missing"], figures
    try:
        figures["bf16"] = difference(our_scores(options, case, "bf16"), ours)
        ratios = [mine / theirs for mine, theirs in zip(figures["bf16"], figures["autocast"])]
        note = "" if max(ratios) <= LIMIT else "TOO FAR"
    except Missing as error:
        ratios, note = None, "missing"
        missing.add(str(error))
    row.append(f"{figures['fp32'][0]:.1e}")
    row += [f"{value:.2e}" for value in figures["autocast"]]
    row += [f"{value:.2e}" for value in figures["bf16"]] if ratios else ["-", "-"]
    row += [f"{ratio:.2f}" for ratio in ratios] if ratios else ["-", "-"]
    return [*row, note], figures


def pipeline_map(options, golden, variant, precision):
    """The mAP that slowfast's test run prints for a variant of the golden pipeline."""
    folder = golden / "pipeline/basketball"
    expected = json.loads((folder / "expected.json").read_text())
    case = Case(golden / "models" / expected["model"])
    ava = golden.parent / "data/ava"
    settings = {
        "AVA.FRAME_DIR": folder / "frames",
        "AVA.FRAME_LIST_DIR": folder / "frame_lists",
        "AVA.ANNOTATION_DIR": folder / "annotations",
        "AVA.TEST_LISTS": "['val.csv']",
        "AVA.TEST_PREDICT_BOX_LISTS": "['proposals.csv']",
        "AVA.GROUNDTRUTH_FILE": "groundtruth.csv",
        "AVA.LABEL_MAP_FILE": ava / "ava_action_list_v2.2_for_activitynet_2019.pbtxt",
        "AVA.EXCLUSION_FILE": ava / "ava_val_excluded_timestamps_v2.2.csv",
    }
    with tempfile.TemporaryDirectory() as output:
        printed = slowfast(
            *(options.slowfast, "test", "--cfg", case.config, "--weights", case.weights, "--output-dir", output),
            *("--threads", options.threads, "--precision", precision, *case.pairs),
            *(text for pair in settings.items() for text in pair),
            *expected["variants"][variant]["overrides"],
        )
    return float(re.search(r"^mAP.*: ([0-9.e+-]+)$", printed, re.MULTILINE).group(1))


def pipeline_rows(options, golden):
    variants = json.loads((golden / "pipeline/basketball/expected.json").read_text())["variants"]
    for variant, expected in variants.items():
        row = [variant, f"{expected['mAP']:.6f}"]
        for precision in ("fp32", "bf16"):
            try:
                row.append(f"{pipeline_map(options, golden, variant, precision):.6f}")
            except Missing:
                row.append("missing")
        yield row


def main():
    options = parser(__doc__.splitlines()[0])
    options.add_argument(
        "--golden", type=Path, default=ROOT.parent / "shared/golden", metavar="DIR", help="the golden cases"
    )
    options = options.parse_args()
    require_program(options.slowfast)
    if not (options.golden / "models").is_dir():
        sys.exit(f"{options.golden}: there are no golden cases -> name their folder with --golden")
    torch.set_num_threads(options.threads)

    rows, everything, missing = [], {}, set()
    for folder in sorted((options.golden / "models").iterdir()):
        row, everything[folder.name] = case_row(options, Case(folder), missing)
        rows.append(row)
    print("bf16 against fp32, |difference| of the scores; the first column is slowfast against PyTorch in fp32")
    titles = ["case", "fp32 max", "autocast max", "mean", "slowfast max", "mean", "ratio of max", "of mean", ""]
    print(table(titles, rows))
    print(f"the ratios may be {LIMIT} at most")
    for text in sorted(missing):
        print(f"missing: {text}")
    print()
    if (options.golden / "pipeline").is_dir():
        pipeline = list(pipeline_rows(options, options.golden))
        print(table(["mAP on the golden pipeline", "PySlowFast", "slowfast fp32", "slowfast bf16"], pipeline))
        everything["pipeline"] = pipeline
    write_json(options.json, everything)
    sys.exit(1 if any(row[-1] == "TOO FAR" for row in rows) else 0)


if __name__ == "__main__":
    main()

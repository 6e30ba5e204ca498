"""The places where other projects' scripts and configs call this package."""
import importlib
import pathlib
import re
import subprocess
import sys
import types
from importlib import metadata

import numpy as np
import pytest
from conftest import FILES, ROOT, evaluated, parsed, run

import slowfast
from slowfast.pyslowfast import evaluate_ava

pytestmark = pytest.mark.filterwarnings("ignore::slowfast.SlowFastWarning")
NAMES = {1: "bend", 3: "crouch", 4: "dance", 12: "stand"}
LABELS = "".join(f'item {{\n  name: "{name}"\n  id: {id}\n}}\n' for id, name in NAMES.items())


def world(seed):
    """Ground truth by key frame as PySlowFast reads it, and boxes with scores beside it."""
    random = np.random.default_rng(seed)
    truth = ({}, {}, {})
    boxes, metadata = [], []
    for video in range(3):
        for second in range(902, 912):
            key = f"film {video},{second:04d}"
            for column in truth:
                column[key] = []
            for _ in range(random.integers(1, 4)):
                x, y = random.random(2).astype(np.float32) * np.float32(0.5)
                corners = [y, x, y + np.float32(0.4), x + np.float32(0.3)]
                for id in random.choice(list(NAMES), 2, replace=False):
                    truth[0][key].append([float(corner) for corner in corners])
                    truth[1][key].append(int(id))
                    truth[2][key].append(1.0)
                moved = [corner + np.float32(random.normal() * 0.03) for corner in (x, y, corners[3], corners[2])]
                boxes.append([0.0, *moved])
                metadata.append([video, second])
    order = random.permutation(len(boxes))
    scores = random.random((len(boxes), 14)).astype(np.float32)
    return scores, np.array(boxes, np.float32)[order], np.array(metadata, np.float32)[order], truth


def written(path, rows):
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("seed", [1, 2])
def test_evaluate_ava_has_the_value_and_the_files_of_pyslowfast(seed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    preds, boxes, metadata, truth = world(seed)
    videos = [f"film {video}" for video in range(3)]
    excluded = {"film 0,0903", "film 2,0910"}
    categories = [{"id": id, "name": name} for id, name in NAMES.items()]
    found = evaluate_ava(
        preds, boxes, metadata, excluded, set(NAMES), categories, groundtruth=truth, video_idx_to_name=videos, name="own"
    )
    # The same by the program, of rows in full precision whose key frames stand in the order of their first box.
    rows = {}
    for score, box, (video, second) in zip(preds, boxes, metadata):
        for id in NAMES:
            row = (*map(repr, map(float, box[1:])), id, repr(float(score[id - 1])))
            rows.setdefault(f"{videos[int(video)]},{int(second):04d}", []).append(row)
    detections = written(tmp_path / "rows.csv", [(key, *row) for key, some in rows.items() for row in some])
    listed = [
        (key, *(repr(corner[place]) for place in (1, 0, 3, 2)), id)
        for key in truth[0]
        for corner, id in zip(truth[0][key], truth[1][key])
    ]
    (tmp_path / "labels.pbtxt").write_text(LABELS)
    (tmp_path / "excluded.csv").write_text("\n".join(excluded))
    stdout, _ = evaluated(
        *(written(tmp_path / "truth.csv", listed), detections, tmp_path / "labels.pbtxt"),
        *("--exclusions", tmp_path / "excluded.csv", "--protocol", "pyslowfast"),
    )
    assert found == parsed(stdout)["pyslowfast"]["mAP"] and 0 < found < 1
    lines = (tmp_path / "detections_own.csv").read_text().splitlines()
    wanted = [
        "%s,%.03f,%.03f,%.03f,%.03f,%d,%.04f" % (key, *map(float, row[:4]), row[4], float(row[5]))
        for key, some in rows.items()
        for row in some
    ]
    assert lines == wanted
    first = next(iter(truth[0]))
    y1, x1, y2, x2 = truth[0][first][0]
    lines = (tmp_path / "groundtruth_own.csv").read_text().splitlines()
    assert lines[0] == "%s,%.03f,%.03f,%.03f,%.03f,%d,1.0000" % (first, x1, y1, x2, y2, truth[1][first][0])
    assert len(lines) == len(listed)


def test_evaluate_ava_by_hand(tmp_path, monkeypatch):
    """One person: the first box in order takes it, whatever the scores are."""
    monkeypatch.chdir(tmp_path)
    truth = ({"a,0902": [[0, 0, 1, 1]]}, {"a,0902": [1]}, {"a,0902": [1.0]})
    boxes = np.array([[0, 0, 0, 1, 1], [0, 0, 0, 1, 0.95]])
    arguments = (boxes, [[0, 902], [0, 902]], set(), {1}, [{"id": 1, "name": "stand"}])
    assert evaluate_ava(np.array([[0.2], [0.9]]), *arguments, groundtruth=truth, video_idx_to_name=["a"]) == 0.5
    assert evaluate_ava(np.array([[0.9], [0.2]]), *arguments, groundtruth=truth, video_idx_to_name=["a"]) == 1
    with pytest.raises(slowfast.ArgumentError, match="groundtruth is None -> give it"):
        evaluate_ava(np.array([[0.9], [0.2]]), *arguments, video_idx_to_name=["a"])
    with pytest.raises(slowfast.ArgumentError, match="original_boxes is"):
        evaluate_ava(np.array([[0.9]]), *arguments, groundtruth=truth, video_idx_to_name=["a"])


def test_the_metric_says_without_mmengine_what_it_wants():
    module = importlib.import_module("slowfast.mmaction")
    if module.METRICS is not None:
        pytest.skip("mmengine is there")
    with pytest.raises(ImportError, match="pip install mmengine"):
        module.SlowFastAVAMetric("a", None, "b")


def test_evaluate_ava_says_what_does_not_fit(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    truth = ({"a,0902": [[0, 0, 1, 1]]}, {"a,0902": [1]}, {"a,0902": [1.0]})
    given = {"preds": [[0.2], [0.9]], "boxes": [[0, 0, 0, 1, 1]] * 2, "metadata": [[0, 902], [0, 902]], "groundtruth": truth}
    for change, text in (
        ({"metadata": [[0, 902], [-1, 902]]}, "metadata, row 1: expected the number of one of 1 videos, from 0, found -1 -> "),
        ({"metadata": [[0, 902], [1, 902]]}, "metadata, row 1: expected the number of one of 1 videos, from 0, found 1 -> "),
        ({"metadata": [[0, 902], [0, np.nan]]}, "metadata, row 1: expected a second, found nan -> "),
        ({"metadata": [0, 902]}, "metadata is [2] -> give [2, 2]"),
        ({"preds": np.array([[1j], [1]])}, "preds: expected numbers, found complex128"),
        ({"groundtruth": (truth[0], {}, truth[2])}, "groundtruth: key frame 'a,0902' has 1 boxes and 0 labels -> "),
        ({"groundtruth": (truth[0], truth[1], {"a,0902": []})}, "groundtruth: key frame 'a,0902' has 1 boxes and 0 scores -> "),
        ({"groundtruth": ({"a": [[0, 0, 1, 1]]}, {"a": [1]}, {"a": [1.0]})}, "expected key frames such as 'video,0902', found 'a' -> "),
    ):
        own = {**given, **change}
        with pytest.raises(slowfast.Error) as caught:
            evaluate_ava(
                *(own["preds"], own["boxes"], own["metadata"], set(), {1}, [{"id": 1, "name": "stand"}]),
                groundtruth=own["groundtruth"], video_idx_to_name=["a"],
            )
        assert text in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_the_metric_takes_one_threshold_or_one_for_each_class():
    entries = importlib.import_module("slowfast_swift.mmaction").entries
    scores = np.array([[1, 0.3, 0.1]], np.float32)
    for threshold, classes in ((0.2, [1]), (-1, [1]), ([0, 0.5, 0.05], [2])):
        assert entries(np.zeros((1, 4), np.float32), scores, 3, threshold)[1].tolist() == classes
    with pytest.raises(slowfast.ArgumentError, match=r"action_thr is \[2\] -> give one threshold, or 3, the background's first"):
        entries(np.zeros((1, 4), np.float32), scores, 3, [0.1, 0.2])


def test_both_names_have_the_same_objects():
    own = importlib.import_module("slowfast_swift")
    assert own.__all__ == slowfast.__all__ and all(getattr(own, name) is getattr(slowfast, name) for name in own.__all__)
    for adapter, name in (("pyslowfast", "evaluate_ava"), ("mmaction", "SlowFastAVAMetric")):
        first, second = (importlib.import_module(f"{package}.{adapter}") for package in ("slowfast", "slowfast_swift"))
        assert getattr(first, name) is getattr(second, name)


@pytest.fixture
def metric(monkeypatch):
    """The metric's module beside something that has mmengine's form."""

    class BaseMetric:
        def __init__(self, collect_device="cpu", prefix=None):
            self.results, self.prefix = [], prefix or self.default_prefix

    class Registry(dict):
        def register_module(self):
            return lambda kind: self.setdefault(kind.__name__, kind)

    evaluator, registry = types.ModuleType("mmengine.evaluator"), types.ModuleType("mmengine.registry")
    evaluator.BaseMetric, registry.METRICS = BaseMetric, Registry()
    for name, module in (("mmengine", types.ModuleType("mmengine")), ("mmengine.evaluator", evaluator)):
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "mmengine.registry", registry)
    for name in ("slowfast.mmaction", "slowfast_swift.mmaction"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    importlib.import_module("slowfast.mmaction")
    yield registry.METRICS["SlowFastAVAMetric"]
    for name in ("slowfast.mmaction", "slowfast_swift.mmaction"):
        del sys.modules[name]


@pytest.mark.parametrize("custom", [None, [3, 12]])
def test_the_metric_has_the_values_of_mmaction2(metric, custom, tmp_path):
    preds, boxes, metadata, truth = world(3)
    listed = [
        (key, *(repr(corner[place]) for place in (1, 0, 3, 2)), id)
        for key in truth[0]
        for corner, id in zip(truth[0][key], truth[1][key])
    ]
    kept = NAMES if custom is None else custom
    labels = tmp_path / "labels.pbtxt"
    labels.write_text(LABELS)
    path = written(tmp_path / "truth.csv", listed)
    classes = 15 if custom is None else len(custom) + 1
    own = metric(str(path), None, str(labels), num_classes=classes, custom_classes=custom, action_thr=0.1)
    assert own.prefix == "mAP"
    rows = []
    for key in dict.fromkeys(map(tuple, metadata)):
        here = (metadata == key).all(axis=1)
        scores = np.concatenate([np.ones((here.sum(), 1), np.float32), preds[here]], axis=1)[:, :classes]
        sample = {"video_id": f"film {int(key[0])}", "timestamp": int(key[1])}
        own.process(None, [{**sample, "pred_instances": {"bboxes": boxes[here, 1:], "scores": scores}}])
        for column in range(1, classes):
            id = column if custom is None else custom[column - 1]
            for box, score in zip(boxes[here], scores[:, column]):
                if score > np.float64(0.1):
                    rows.append((*sample.values(), *("%.4f" % number for number in box[1:]), id, "%.4f" % score))
    found = own.compute_metrics(own.results)
    stdout, _ = evaluated(path, written(tmp_path / "rows.csv", rows), labels, "--protocol", "mmaction2")
    ap = {int(id): value for id, value in parsed(stdout)["mmaction2"]["ap"].items() if value is not None}
    means = [ap[id] for id in kept]
    assert abs(found["overall"] - sum(means) / len(means)) < 1e-12 and 0 < found["overall"] < 1
    assert abs(found["person_movement"] - found["overall"]) < 1e-12
    assert np.isnan(found["object_manipulation"]) and np.isnan(found["person_interaction"])


def test_pyslowfast_may_be_installed_beside(tmp_path):
    """A package of the same name stays importable, whichever is found first, and this one has a second name."""
    package = tmp_path / "slowfast" / "models"
    package.mkdir(parents=True)
    (tmp_path / "slowfast" / "__init__.py").write_text("")
    (package / "__init__.py").write_text("kind = 'PySlowFast'\n")
    own = str(pathlib.Path(slowfast.__file__).parents[1])
    code = (
        "import {name} as own; import slowfast.models; from {name}.pyslowfast import evaluate_ava\n"
        "assert slowfast.models.kind == 'PySlowFast' and own.api_version() >= 1 and own.__version__\n"
    )
    for order, name in (((own, str(tmp_path)), "slowfast"), ((str(tmp_path), own), "slowfast_swift")):
        script = f"import sys; sys.path[:0] = {list(order)!r}\n" + code.format(name=name)
        subprocess.run([sys.executable, "-c", script], check=True)


def test_the_package_says_what_it_is():
    assert slowfast.api_version() >= 2 and slowfast.kernels()
    assert slowfast.__version__ == metadata.version("slowfast-swift")
    assert run("--version")[0].startswith(f"slowfast {slowfast.__version__} (commit ")
    assert set(slowfast.__all__) <= set(dir(slowfast))
    said = metadata.metadata("slowfast-swift")
    citation = (ROOT / "CITATION.cff").read_text()
    assert f"name: {said['Author']}\n" in citation and f"license: {said['License-Expression']}\n" in citation
    assert said["Summary"] and said["Keywords"] and said.get_payload() == (ROOT / "python/README.md").read_text()
    # There is no address to give.
    assert "Project-URL" not in said and "Home-page" not in said
    assert (pathlib.Path(slowfast.__file__).parent / "py.typed").exists()
    assert FILES


def test_the_wheel_has_the_licences_of_what_is_in_it():
    files = metadata.files("slowfast-swift")
    licences = {file.stem for file in files if "licenses" in file.parts}
    beside = {re.sub(r"-[0-9a-f]*\.so.*", "", file.name) for file in files if file.parts[0] == "slowfast_swift.libs"}
    assert {"libnettle", "libyaml-0", "libzstd"} <= beside <= licences
    assert {"LICENSE", "LGPL-3", "GPL-3", "swift", "swift-collections"} <= licences

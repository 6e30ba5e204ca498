import gzip
import math
import threading
import time
import warnings

import numpy as np
import pytest
from conftest import FILES, csv_columns, evaluated, resident, run

import slowfast

pytestmark = pytest.mark.filterwarnings("ignore::slowfast.SlowFastWarning")
TRUTH, FOUND, LABELS, EXCLUDED = FILES


def columns():
    return csv_columns(TRUTH, "person"), csv_columns(FOUND, "score")


def test_files_give_the_programs_text_and_notices():
    stdout, stderr = evaluated(*FILES[:3], "--exclusions", EXCLUDED, "--explain", "--bootstrap", "20", "--seed", "3")
    with pytest.warns(slowfast.SlowFastWarning) as caught:
        result = slowfast.evaluate(*FILES[:3], exclusions=EXCLUDED, explain=True, bootstrap=20, seed=3)
    assert result.text == stdout
    assert result.notices == stderr.splitlines()
    said = [str(warning.message) for warning in caught]
    assert said == [line[9:] for line in stderr.splitlines() if line.startswith("warning: ")] and said
    assert list(result) == ["official", "pyslowfast", "mmaction2"] and len(result) == 3
    assert result.mAP == result["official"].mAP == result.json["official"]["mAP"]
    assert math.isnan(result.ap[80]) and result.ap[1] == result.json["official"]["ap"]["1"]
    assert result["mmaction2"].explanation["errors"] and result["pyslowfast"].bootstrap
    assert f"{result.mAP:.4f}" in repr(result) and "6 of 7 classes" in repr(result.first)


@pytest.mark.parametrize("form", ["dict", "structured", "rows", "pandas", "categorical", "objects", "float32 ids", "names"])
def test_arrays_give_the_same_text_as_files(form):
    wanted = slowfast.evaluate(*FILES[:3], exclusions=EXCLUDED, explain=True)
    truth, found = columns()
    if form == "structured":
        found["video"] = np.array(found["video"])
        found = np.rec.fromarrays(list(found.values()), names=list(found))
    elif form == "rows":
        found = list(zip(*found.values()))
        truth = list(zip(*truth.values()))
    elif form in ("pandas", "categorical"):
        pandas = pytest.importorskip("pandas")
        truth, found = pandas.DataFrame(truth), pandas.DataFrame(found)
        if form == "categorical":
            found["video"] = found["video"].astype("category")
    elif form == "objects":
        found["video"] = np.array(found["video"], dtype=object)
        found["boxes"] = np.stack([found.pop(side) for side in ("x1", "y1", "x2", "y2")], axis=1)
    elif form == "float32 ids":
        found["class"] = np.array(found["class"], np.float32)
        found["video"] = np.array(found["video"], "S")
    elif form == "names":
        found = {"video_id": found["video"], "timestamp": found["second"], "action_id": found["class"], **found}
        for name in ("video", "second", "class"):
            del found[name]
    result = slowfast.evaluate(truth, found, LABELS, exclusions=EXCLUDED, explain=True)
    assert result.text == wanted.text
    assert result.notices == wanted.notices


def test_files_and_arrays_mix_and_label_maps_and_exclusions_come_as_they_like(tmp_path):
    truth, found = columns()
    wanted = slowfast.evaluate(*FILES[:3], exclusions=EXCLUDED)
    (tmp_path / "found.csv.gz").write_bytes(gzip.compress(open(FOUND, "rb").read()))
    ids = list(wanted.ap)
    keys = open(EXCLUDED).read().split()
    pairs = [(key.split(",")[0], int(key.split(",")[1])) for key in keys]
    for given in (
        (TRUTH, found, ids, EXCLUDED),
        (truth, tmp_path / "found.csv.gz", {id: f"class {id}" for id in ids}, keys),
        (truth, FOUND, np.array(ids), set(pairs)),
        (TRUTH, found, set(ids), {"video": [key[0] for key in pairs], "second": [key[1] for key in pairs]}),
    ):
        assert slowfast.evaluate(*given[:3], exclusions=given[3]).json == wanted.json


def test_rows_without_a_class_list_key_frames():
    truth = {"video": ["a"], "second": [902], "boxes": [[0, 0, 1, 1]], "class": [1]}
    found = {**truth, "video": ["a", "b"], "second": [902, 903], "boxes": [[0, 0, 1, 1]] * 2, "class": [1, 1]}
    found["score"] = [0.5, 0.9]
    assert slowfast.evaluate(truth, found, [1], protocol="official").mAP == 1
    truth = {"video": ["a", "b"], "second": [902, 903], "boxes": np.zeros((2, 4)), "class": [1, np.nan]}
    truth["boxes"][0] = [0, 0, 1, 1]
    assert slowfast.evaluate(truth, found, [1], protocol="official").mAP == 0.5
    rows = [("a", 902, 0, 0, 1, 1, 1), ("b", 903)]
    assert slowfast.evaluate(rows, found, [1], protocol="official").mAP == 0.5


def test_nothing_found_and_nothing_to_find():
    rows = [("a", 902, 0.1, 0.1, 0.5, 0.5, 1)]
    empty = {name: [] for name in ("video", "second", "x1", "y1", "x2", "y2", "class")}
    assert slowfast.evaluate(rows, empty, [1], protocol="pyslowfast").mAP == 0
    with pytest.raises(slowfast.ContentError, match="expected rows of ground truth, found none"):
        slowfast.evaluate(empty, rows, [1])


def test_paths_end_where_they_end(tmp_path):
    (tmp_path / "a.csv").write_text("a,0902,0.1,0.1,0.5,0.5,1,0.5\n")
    with pytest.raises(slowfast.ArgumentError, match="NUL"):
        slowfast.evaluate(TRUTH, f"{tmp_path}/a.csv\0nope", LABELS)


def test_bad_files_raise_the_programs_texts(tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("a,0902,0.1,0.1,0.5,0.5,1,0.5\na,0902,0.1,x,0.5,0.5,1,0.5\n")
    for path, kind in ((bad, slowfast.ContentError), (tmp_path / "none.csv", FileNotFoundError)):
        _, stderr = evaluated_failing(TRUTH, path, LABELS)
        with pytest.raises(slowfast.Error) as caught:
            slowfast.evaluate(TRUTH, path, LABELS)
        assert isinstance(caught.value, kind)
        assert stderr.strip() == f"error: {caught.value}" or stderr.strip() == f"Error: {caught.value}"
    with pytest.raises(OSError):
        slowfast.evaluate(tmp_path, FOUND, LABELS)


def evaluated_failing(truth, detections, labels):
    return run("evaluate", "--groundtruth", truth, "--detections", detections, "--labelmap", labels, status=1)


@pytest.mark.parametrize(
    ("change", "kind", "text"),
    [
        ({"score": None}, slowfast.ContentError, "detections: column 'score': expected numbers, found"),
        ({"score": [0.5, math.nan]}, slowfast.ContentError, "detections, row 1, score: expected a finite number, found nan ->"),
        ({"second": [1, -1]}, slowfast.ContentError, "detections, row 1, second: expected a time in seconds"),
        ({"x2": [0.5, 320]}, slowfast.ContentError, "row 1, x2: expected a fraction of the frame, 0 to 1, found 320.0 -> "),
        ({"class": [1, 1.5]}, slowfast.ContentError, "row 1: expected a whole number, found"),
        ({"class": [1, 2**31]}, slowfast.ContentError, "row 1: expected an id of 32 bits"),
        ({"class": [1, None]}, slowfast.ContentError, "row 1: expected the id of a class, found none"),
        ({"video": ["a", "b\0c"]}, slowfast.ContentError, "zero byte"),
        ({"video": ["a", 1.5]}, slowfast.ContentError, "expected a name, found 1.5"),
        ({"x1": [0.5]}, slowfast.ArgumentError, "column 'x1' is [1] -> give [2]"),
        ({"score": np.ma.array([0.5, 0.5], mask=[0, 1])}, slowfast.ContentError, "column 'score': expected numbers, found a masked one at [1]"),
        ({"score": [0.5, np.ma.masked]}, slowfast.ContentError, "column 'score': expected numbers, found a masked one at [1]"),
        ({"second": np.array(["2020-01-01"] * 2, "M8[s]")}, slowfast.ContentError, "column 'second': expected numbers, found datetime64[s]"),
        ({"second": np.array([1, 2], "m8[s]")}, slowfast.ContentError, "column 'second': expected numbers, found timedelta64[s]"),
        ({"x2": np.array([1, 1j])}, slowfast.ContentError, "column 'x2': expected numbers, found complex128"),
        ({"class": np.array([1, 1j])}, slowfast.ContentError, "column 'class': expected numbers, found complex128"),
        ({"video": ["a", "\ud800"]}, slowfast.ContentError, "the name '\\ud800' has what is no character"),
        ({"video": ["a", ["b"]]}, slowfast.ContentError, "column 'video', row 1: expected a name, found ['b']"),
        ({"y1": [[0.5, 1]]}, slowfast.ArgumentError, "column 'y1' is [1, 2] -> give [2]"),
        ({"second": ...}, slowfast.ArgumentError, "detections has no column 'second'; it has video, x1"),
    ],
)
def test_bad_arrays_are_said_with_row_and_column(change, kind, text):
    rows = {"video": ["a", "a"], "second": [1, 1], "x1": [0, 0], "y1": [0, 0], "x2": [1, 1], "y2": [1, 1], "class": [1, 1]}
    found = {**rows, "score": [0.5, 0.5], **change}
    found = {name: ["x", "y"] if values is None else values for name, values in found.items() if values is not ...}
    with pytest.raises(kind) as caught:
        slowfast.evaluate(rows, found, [1])
    assert text in str(caught.value) and " -> " in str(caught.value)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"protocol": "offical"}, "protocol is 'offical' -> give one of official, pyslowfast, mmaction2, or all"),
        ({"bootstrap": -1}, "bootstrap is -1"),
        ({"seed": 1.5}, "seed is 1.5"),
        ({"threads": 0}, "threads is 0 -> give 1 to 256"),
        ({"labelmap": 7}, "labelmap is int"),
        ({"labelmap": [1, 1]}, "id 1 is both"),
        ({"labelmap": [1, 0]}, "labelmap[1] is 0 -> give whole numbers from 1"),
        ({"labelmap": {}}, "labelmap: expected labels, found none -> give the ids"),
        ({"labelmap": []}, "labelmap: expected labels, found none -> give the ids"),
        ({"labelmap": np.ma.array([1, 2], mask=[0, 1])}, "labelmap: expected numbers, found a masked one at [1]"),
        ({"protocol": "all\0x"}, "protocol is 'all\\x00x', which has a NUL in it"),
        ({"protocol": "\ud800"}, "protocol is '\\ud800', which has what is no character"),
        ({"detections": "\ud800.csv"}, "the path '\\ud800.csv' has what is no character"),
        ({"detections": 7}, "detections is int -> give a path"),
        ({"detections": [(1, 2, 3)]}, "row 0: expected 2, 7 or 8 values"),
    ],
)
def test_bad_calls_say_what_to_do(given, text):
    with pytest.raises(slowfast.Error) as caught:
        slowfast.evaluate(**{"groundtruth": TRUTH, "detections": FOUND, "labelmap": LABELS, **given})
    assert text in str(caught.value)


def test_a_column_of_ground_truth_is_said_with_its_argument():
    rows = {"video": ["a"], "second": [1], "boxes": [[0, 0, 1, 1]], "class": [1], "person": [1]}
    found = {**rows, "score": [0.5]}
    for change, text in (
        ({"person": [math.nan]}, "groundtruth, row 0, person: expected a finite number"),
        ({"boxes": [[0, 0, 320, 1]]}, "groundtruth, row 0, x2: expected a fraction of the frame"),
    ):
        with pytest.raises(slowfast.ContentError) as caught:
            slowfast.evaluate({**rows, **change}, found, [1])
        assert str(caught.value).startswith(text)
    flat = slowfast.evaluate({**rows, "boxes": [[0, 0, 0, 1]]}, found, [1])
    assert flat.notices[0].startswith("warning: groundtruth: 1 row with a box")


def test_swapped_arguments_are_said():
    truth, found = columns()
    classes = [id or 1 for id in truth["class"]]
    with pytest.raises(slowfast.ArgumentError, match="groundtruth has a column 'score' and detections has none: are they swapped"):
        slowfast.evaluate(found, {**truth, "class": classes}, LABELS)
    with pytest.raises(slowfast.ContentError, match="^detections, row 103: .*ground truth, give it as groundtruth"):
        slowfast.evaluate(FOUND, truth, LABELS)
    with pytest.raises(slowfast.ContentError, match="^exclusions: expected key frames such as .*, found 'a' -> "):
        slowfast.evaluate(truth, found, LABELS, exclusions=["a"])


def many(count):
    random = np.random.default_rng(1)
    corners = np.sort(random.random((count, 2, 2)), axis=1).reshape(count, 4)
    return {
        "video": np.repeat([f"v{i}" for i in range(10)], count // 10),
        "second": np.tile(np.arange(count // 10) // 20, 10).astype(float),
        "boxes": corners,
        "class": random.integers(1, 81, count).astype(np.int32),
        "score": random.random(count),
    }


def test_threads_get_the_same_result_and_others_go_on_meanwhile():
    rows = many(200_000)
    wanted = slowfast.evaluate(rows, rows, range(1, 81)).text
    results = [None] * 4

    def work(place):
        results[place] = slowfast.evaluate(rows, rows, range(1, 81), threads=1 + place % 2).text

    threads = [threading.Thread(target=work, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [wanted] * 4

    # Somebody else writes down when it runs. It must have run in the middle of a call.
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    ticker = threading.Thread(target=tick)
    ticker.start()
    start = time.perf_counter()
    slowfast.evaluate(rows, rows, range(1, 81), bootstrap=200, threads=1)
    end = time.perf_counter()
    done.set()
    ticker.join()
    quarter = (end - start) / 4
    assert any(start + quarter < tick < end - quarter for tick in ticks)


def test_nothing_is_kept_of_calls():
    truth, found = columns()

    def calls(count):
        for _ in range(count):
            # A text of 90 kB each.
            slowfast.evaluate(truth, found, LABELS, explain=True, protocol="official")
            with pytest.raises(slowfast.Error):
                slowfast.evaluate(truth, found, [1, 1])

    calls(50)
    before = resident()
    calls(200)
    assert resident() - before < 4 << 20


def test_numbers_are_read_where_they_lie():
    from slowfast_swift._rows import given_rows

    rows = many(1000)
    given = given_rows(rows, "detections", "detections").value
    assert given.boxes == rows["boxes"].ctypes.data and given.scores == rows["score"].ctypes.data
    assert given.classes == rows["class"].ctypes.data and given.seconds == rows["second"].ctypes.data


def test_no_warning_where_nothing_is_wrong():
    rows = [("a", 902, 0.1, 0.1, 0.5, 0.5, 1, 0.5)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert slowfast.evaluate([row[:7] for row in rows], rows, [1]).mAP == 1

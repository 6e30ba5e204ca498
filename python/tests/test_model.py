import copy
import os
import pickle
import re
import threading

import numpy as np
import pytest
from conftest import CLASSES, DEMO, ROOT, parsed, resident, run

import slowfast
from slowfast_swift._errors import in_python
from slowfast_swift._model import frames_of

pytestmark = pytest.mark.filterwarnings("ignore:the weights are random")
BOXES = np.array([[0.1, 0.1, 0.5, 0.9], [0.2, 0.1, 0.6, 0.9]])


def test_boxes_have_the_scores_of_the_program_to_the_last_bit(model, frames, pictures, tmp_path):
    (tmp_path / "boxes.csv").write_text("film,0001,0.1,0.1,0.5,0.9,,0.99\nfilm,0001,0.2,0.1,0.6,0.9,,0.95\n")
    run(
        *("detect", pictures, "--proposals", tmp_path / "boxes.csv", "--cfg", DEMO + ".yaml", "--weights", DEMO + ".pyth"),
        *("--output-dir", tmp_path / "out", "--scores", tmp_path / "scores.npy", "--fps", "25"),
    )
    wanted = np.load(tmp_path / "scores.npy")
    assert wanted.shape == (2, model.classes) and wanted.dtype == np.float32
    scores = model.detect(frames, BOXES, key_frame=25, fps=25, normalized=True)
    assert np.array_equal(scores, wanted)


def test_frames_may_lie_as_they_like_and_are_not_copied(model, frames):
    wanted = model.detect(frames, BOXES, normalized=True)
    count, height, width, _ = frames.shape
    wide = np.full((count, height + 3, width + 5, 4), 99, np.uint8)
    wide[:, 2 : 2 + height, 1 : 1 + width, :3] = frames
    padded = wide[:, 2 : 2 + height, 1 : 1 + width]
    upside_down = np.ascontiguousarray(frames[::-1, ::-1, ::-1])[::-1, ::-1, ::-1]
    bgr = np.ascontiguousarray(frames[..., ::-1])
    abgr = np.ascontiguousarray(padded[..., ::-1])
    for name, given, order in (
        ("in four bytes a pixel", padded, False),
        ("backwards", upside_down, False),
        ("turned to RGB", bgr[..., ::-1], False),
        ("the last three of four", abgr[..., :0:-1], False),
        ("BGR", bgr, True),
        ("BGR of RGB", frames[..., ::-1], True),
    ):
        _, held = frames_of(given, order, None)
        assert held is given or np.shares_memory(held, given), name
        assert np.array_equal(model.detect(given, BOXES, normalized=True, bgr=order), wanted), name
    # Channels apart are copied, once.
    planes = np.ascontiguousarray(frames.transpose(3, 0, 1, 2)).transpose(1, 2, 3, 0)
    assert np.array_equal(model.detect(planes, BOXES, normalized=True), wanted)
    assert np.array_equal(model.detect(list(frames), BOXES.tolist(), normalized=True), wanted)
    still = np.broadcast_to(frames[3], frames.shape)
    assert np.array_equal(model.detect(still, BOXES, normalized=True), model.detect(frames[3:4], BOXES, normalized=True))
    column = frames[:, :, 4:5]
    assert np.array_equal(model.detect(column, BOXES, normalized=True), model.detect(column.copy(), BOXES, normalized=True))


def test_a_model_of_boxes_says_what_to_call(model, frames):
    with pytest.raises(slowfast.ContentError, match="^this model scores boxes .*, not whole clips -> call detect, or"):
        model.classify(frames[:8])


def test_masked_frames_and_boxes_are_refused(model, frames):
    masked = np.ma.array(frames, mask=False)
    assert model.detect(masked, BOXES, normalized=True).shape == (2, model.classes)
    masked[3, 2, 1, 0] = np.ma.masked
    with pytest.raises(slowfast.ContentError, match=r"^frames: expected numbers, found a masked one at \[3, 2, 1, 0\] -> "):
        model.detect(masked, BOXES, normalized=True)
    with pytest.raises(slowfast.ContentError, match=r"^frames: .* masked one at \[3, 2, 1, 0\]"):
        model.detect(list(masked), BOXES, normalized=True)
    with pytest.raises(slowfast.ContentError, match=r"^boxes: .* masked one at \[0, 0\]"):
        model.detect(frames, np.ma.array(BOXES, mask=BOXES == 0.1), normalized=True)


def test_results_go_where_they_are_wanted(model, frames):
    out = np.full((2, model.classes), np.nan, np.float32)
    boxes = BOXES * [96, 72, 96, 72]
    assert model.detect(frames, boxes, out=out) is out
    assert np.allclose(out, model.detect(frames, BOXES, normalized=True), atol=1e-6) and not np.isnan(out).any()
    assert model.detect(frames, []).shape == (0, model.classes)
    for wrong, text in (
        (np.empty((3, model.classes), np.float32), "give a float32 array [2, 80]"),
        (np.empty((2, model.classes)), "out is float64 [2, 80]"),
        (np.empty((model.classes, 2), np.float32).T, "gaps"),
        ([], "out is list"),
    ):
        with pytest.raises(slowfast.ArgumentError) as caught:
            model.detect(frames, BOXES, normalized=True, out=wrong)
        assert text in str(caught.value)


def test_a_clip_has_the_scores_of_the_program(frames, pictures, tmp_path):
    (tmp_path / "clip").mkdir()
    for name in sorted(os.listdir(pictures))[:32]:
        os.link(pictures / name, tmp_path / "clip" / name)
    stdout, _ = run(
        *("classify", tmp_path / "clip", "--cfg", CLASSES + ".yaml", "--weights", CLASSES + ".pyth", "--fps", "30"),
        *("--format", "json", "--top-k", "13"),
    )
    wanted = {entry["id"]: np.float32(entry["score"]) for entry in parsed(stdout)["windows"][0]["classes"]}
    with slowfast.Model(CLASSES + ".yaml", CLASSES + ".pyth") as model:
        assert not model.scores_boxes and model.frames == 8
        # The frames of its one window: eight at equal distances, from the first to the last of 32.
        scores = model.classify(frames[[0, 4, 8, 13, 17, 22, 26, 31]])
        assert len(wanted) == 13 and all(scores[id] == score for id, score in wanted.items())
        out = np.empty(13, np.float32)
        assert model.classify(frames[:8], out=out) is out
        with pytest.raises(slowfast.ContentError, match="frames"):
            model.classify(frames[:7])
        with pytest.raises(slowfast.ContentError, match="^this model scores whole clips .*, not boxes -> call classify, or"):
            model.detect(frames, BOXES, normalized=True)


def test_tensors(model):
    random = np.random.default_rng(2)
    clip = random.standard_normal((2, 3, 8, 64, 96), np.float32)
    boxes = np.array([[0, 5, 5, 40, 60], [1, 5, 5, 40, 60], [0, 10, 0, 60, 60]], np.float32)
    scores = model.forward(clip, boxes)
    assert scores.shape == (3, model.classes) and ((scores > 0) & (scores < 1)).all()
    assert np.allclose(model.forward(clip[1:], np.insert(boxes[1:2, 1:], 0, 0, axis=1)), scores[1:2], atol=1e-5)
    assert model.forward(clip, np.empty((0, 5))).shape == (0, model.classes)
    for given, text in (
        ((clip.astype(float), boxes), "clip is float64 [2, 3, 8, 64, 96] -> give float32 [N, C, T, H, W]"),
        ((clip[0], boxes), "give float32 [N, C, T, H, W]"),
        ((clip, boxes[:, 1:]), "give numbers [R, 5]"),
        ((clip, None), "boxes"),
    ):
        with pytest.raises(slowfast.Error) as caught:
            model.forward(*given)
        assert text in str(caught.value)


@pytest.mark.parametrize("boxes", [BOXES, [[5, 5, 50, 60], [0.1, 0.1, 0.5, 0.9]], [[5, 5, 50, 60], [-0.1, 0.1, 0.5, 1.05]]])
def test_fractions_are_not_taken_for_pixels(model, frames, boxes):
    with pytest.raises(slowfast.ArgumentError, match=r"box [01] is \[.*, fractions where pixels of frames of 96 x 72 are expected"):
        model.detect(frames, boxes)


def test_boxes_smaller_than_a_pixel_are_boxes_elsewhere_and_in_frames_as_small(model, frames):
    assert model.detect(frames, [[40.2, 30.2, 40.9, 30.9]]).shape == (1, model.classes)
    assert model.detect(frames[:, :2, :2], [[0, 0, 2, 2]]).shape == (1, model.classes)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"frames": np.zeros((4, 9, 9, 3), np.float32)}, "frames are float32 -> give uint8 [T, H, W, 3]"),
        ({"frames": np.zeros((9, 9, 3), np.uint8)}, "frames are [9, 9, 3] -> give uint8 [T, H, W, 3 or 4]"),
        ({"frames": np.zeros((4, 9, 9), np.uint8)}, "give uint8 [T, H, W, 3 or 4]"),
        ({"frames": np.zeros((4, 3, 9, 9), np.uint8)}, "frames are [4, 3, 9, 9] -> give uint8 [T, H, W, 3 or 4]"),
        ({"frames": np.zeros((0, 9, 9, 3), np.uint8)}, "one frame or more"),
        ({"boxes": [[0, 0, 1]]}, "boxes are int64 [1, 3] -> give numbers [N, 4]: x1, y1, x2, y2"),
        ({"boxes": [["a", 0, 1, 1]]}, "give numbers [N, 4]"),
        ({"boxes": [[0, 0, 1], [0]]}, "boxes is no array"),
        ({"boxes": [[0.5, 0, 0.2, 1]]}, "box 0 is [0.5, 0.0, 0.2, 1.0], inverted -> "),
        ({"boxes": [[0, 0, 90, 70]]}, "give fractions of the frame, or normalized=False"),
        ({"boxes": [[0, 0, np.nan, 70]]}, "give finite numbers"),
        ({"boxes": [[1.2, 0, 1.5, 1]]}, "box 0 is [1.2, 0.0, 1.5, 1.0], beside the frame -> "),
        ({"key_frame": 60}, "key_frame is 60 of 60 frames"),
        ({"key_frame": 2**64 + 5}, "key_frame is 18446744073709551621 of 60 frames"),
        ({"fps": 1e-300}, "fps is 1e-300 -> give a rate from 0.001 to 1000000, or None for the network's own"),
        ({"key_frame": 1.5}, "key_frame is 1.5"),
        ({"fps": 0}, "fps is 0"),
    ],
)
def test_bad_calls_say_what_to_do(model, frames, change, text):
    with pytest.raises(slowfast.ArgumentError) as caught:
        model.detect(**{"frames": frames, "boxes": BOXES, "normalized": True, **change})
    assert text in str(caught.value) and "slowfast_" not in str(caught.value)


def test_no_text_of_the_library_keeps_the_names_of_c():
    """Of all that it can say with the name of a structure of slowfast.h, as its sources have it."""
    sources = [path.read_text() for path in (ROOT / "Sources/Program/SlowFastLibrary").glob("*.swift")]
    names = {name for text in sources for name in re.findall(r"(?:[a-z_]+|\\\(name\))->[a-z_]+(?:\[.*?\])?", text)}
    assert len(names) > 10
    for name in names:
        name = re.sub(r"\\\(.*?\)", "0", name.replace("\\(name)", "ground_truth"))
        text = in_python(f"slowfast_evaluate: '{name}' is 1 -> give another")
        assert text.count("->") == 1 and "slowfast" not in text and "ground_truth" not in text, (name, text)


def test_models_that_cannot_be_opened(tmp_path):
    for given, kind, text in (
        ((tmp_path / "none.yaml",), FileNotFoundError, "does not exist"),
        ((DEMO + ".yaml", tmp_path / "none.pyth"), FileNotFoundError, "does not exist"),
        ((DEMO + ".yaml", DEMO + ".yaml"), ValueError, " -> "),
        ((7,), slowfast.ArgumentError, "cfg is int -> give a path"),
    ):
        with pytest.raises(kind) as caught:
            slowfast.Model(*given)
        assert text in str(caught.value) and isinstance(caught.value, slowfast.Error)
    for given, text in (
        ({"overrides": {"TEST.BATCHSIZE": 1}}, "did you mean TEST.BATCH_SIZE"),
        ({"overrides": ["TEST.BATCH_SIZE"]}, "overrides has 1 strings -> give pairs"),
        ({"precision": "fp64"}, "precision is 'fp64'"),
        ({"threads": 1000}, "threads is 1000"),
        ({"random_weights": 1}, "weights and random_weights exclude each other -> give one of them"),
        ({"calibration": "none.json"}, "calibration is for the precision int8, not for fp32 -> give both, or leave it out"),
        ({"overrides": {"TEST.BATCH_SIZE\0X": 1}}, "overrides[0] is 'TEST.BATCH_SIZE\\x00X', which has a NUL in it"),
        ({"overrides": {"TEST.BATCH_SIZE": "1\0"}}, "overrides[1] is '1\\x00', which has a NUL in it"),
        ({"overrides": {"TEST.BATCH_SIZE": "\ud800"}}, "overrides[1] is '\\ud800', which has what is no character"),
        ({"overrides": "TEST.BATCH_SIZE 1"}, "overrides is str -> give a dict, or KEY, VALUE"),
        ({"precision": "fp32\0"}, "precision is 'fp32\\x00', which has a NUL in it"),
        ({"random_weights": -1}, "random_weights is -1"),
    ):
        with pytest.raises(ValueError) as caught:
            slowfast.Model(DEMO + ".yaml", DEMO + ".pyth", **given)
        assert text in str(caught.value)


def test_overrides_random_weights_and_what_is_said(frames):
    with slowfast.Model(
        DEMO + ".yaml", overrides={"DATA.TEST_CROP_SIZE": 64}, random_weights=3, threads=1
    ) as model:
        assert model.crop_size == 64 and (model.frames, model.sampling_rate, model.channels) == (8, 4, 3)
        assert model.notices == ["the weights are random (seed 3): the scores mean nothing"]
        first = model.detect(frames, BOXES, normalized=True)
        assert repr(model).endswith("boxes of 8 frames, 4 apart, 80 classes>")
    for given in (
        ["DATA.TEST_CROP_SIZE", 64],
        np.array(["DATA.TEST_CROP_SIZE", "64"]),
        {"DATA.TEST_CROP_SIZE": np.int64(64), "DATA.MEAN": np.array([0.45] * 3), "DATA.STD": [np.float64(0.225)] * 3},
    ):
        with slowfast.Model(DEMO + ".yaml", overrides=given, random_weights=np.int64(3)) as model:
            assert np.array_equal(model.detect(frames, BOXES, normalized=True), first)


def test_messages_name_parameters_and_no_options(tmp_path):
    (tmp_path / "bare.yaml").write_text("".join(
        line for line in open(DEMO + ".yaml").read().splitlines(True) if "CHECKPOINT_FILE_PATH" not in line
    ))
    with pytest.raises(slowfast.Error) as caught:
        slowfast.Model(tmp_path / "bare.yaml")
    assert "weights=FILE or TEST.CHECKPOINT_FILE_PATH FILE" in str(caught.value) and " --" not in str(caught.value)
    assert "random_weights=SEED" in str(caught.value)
    with pytest.raises(slowfast.Error) as caught:
        slowfast.Model(DEMO + ".yaml", DEMO + ".yaml")
    assert "give it as cfg and" in str(caught.value)
    for text, said in (
        ("or give --precision bf16", 'or give precision="bf16"'),
        ("run: slowfast calibrate --cfg FILE, or give --weights FILE", "run: slowfast calibrate --cfg FILE, or give weights=FILE"),
        ("no file 'a--weights'", "no file 'a--weights'"),
    ):
        assert in_python(text) == said


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_model_is_not_copied(model):
    for copied in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="open it once more"):
            copied(model)


def test_a_closed_model_and_one_of_another_process_say_so(model, frames):
    own = slowfast.Model(DEMO + ".yaml", random_weights=1)
    own.close()
    own.close()
    assert own.closed and "closed" in repr(own)
    with pytest.raises(slowfast.ArgumentError, match="closed"):
        own.detect(frames, BOXES, normalized=True)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            model.detect(frames, BOXES, normalized=True)
        except slowfast.Error as error:
            os.write(write, str(error).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    with os.fdopen(read) as said:
        assert "opened in another process" in said.read()


def test_threads_share_a_model_and_closing_waits(frames):
    model = slowfast.Model(DEMO + ".yaml", DEMO + ".pyth", threads=2)
    wanted = model.detect(frames, BOXES, normalized=True)
    found = []

    def work():
        try:
            for _ in range(20):
                found.append(np.array_equal(model.detect(frames, BOXES, normalized=True), wanted))
        except slowfast.ArgumentError as error:
            found.append("closed" in str(error))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    while len(found) < 9:
        pass
    model.close()
    for thread in threads:
        thread.join()
    assert all(found) and len(found) >= 9


def test_nothing_is_kept_of_calls(frames):
    with slowfast.Model(DEMO + ".yaml", random_weights=1, overrides={"DATA.TEST_CROP_SIZE": 64}) as model:
        for _ in range(20):
            model.detect(frames, BOXES, normalized=True)
        before = resident()
        for _ in range(200):
            model.detect(frames, BOXES, normalized=True)
        assert resident() - before < 16 << 20

"""How well the linkers keep people apart in the drawn world, judged by TrackEval (PyPI).

    python3 -m venv env && env/bin/pip install trackeval==1.3.0
    env/bin/python tools/tracks/measure.py .build/release/slowfast

Draws the world with its truth, links the drawn detector's boxes with each linker, and prints HOTA, AssA, IDF1, id switches
and MOTA over all videos, and over the moments in which people pass in front of one another alone.
"""

import argparse
import configparser
import contextlib
import io
import pathlib
import subprocess
import sys
import tempfile

import trackeval

# How much of one box another covers where two people pass, and how long before and after it counts, in seconds.
COVERED = 0.3
AROUND = 1.0


def read_rows(path):
    return [line.split(",") for line in path.read_text().split()]


def sequences(folder):
    """Name to rate, size and length."""
    found = {}
    for path in sorted(folder.glob("*/seqinfo.ini")):
        parser = configparser.ConfigParser()
        parser.optionxform = str
        parser.read(path)
        found[path.parent.name] = dict(parser["Sequence"])
    return found


def covered(a, b):
    """How much of the smaller of two boxes (left, top, width, height) the other covers."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(width, 0) * max(height, 0) / min(a[2] * a[3], b[2] * b[3])


def crossings(rows, rate):
    """The frames in which people pass, and those around them."""
    boxes = {}
    for row in rows:
        boxes.setdefault(int(row[0]), []).append([float(value) for value in row[2:6]])
    frames = set()
    for frame, own in boxes.items():
        if any(covered(a, b) >= COVERED for i, a in enumerate(own) for b in own[i + 1:]):
            frames.update(range(frame - round(AROUND * rate), frame + round(AROUND * rate) + 1))
    return frames


def link(program, source, target, info, options):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [program, "tracks", source, "--mot", "--fps", info["frameRate"], "--size",
             f"{info['imWidth']}x{info['imHeight']}", "--output-dir", folder, *options],
            check=True, stdout=subprocess.DEVNULL)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text((pathlib.Path(folder) / "mot" / (source.stem + ".txt")).read_text())


def score(truth, trackers, lengths):
    """Tracker to the figures over all sequences."""
    quiet = {"PRINT_RESULTS": False, "PRINT_CONFIG": False, "OUTPUT_SUMMARY": False, "OUTPUT_DETAILED": False,
             "PLOT_CURVES": False, "TIME_PROGRESS": False, "LOG_ON_ERROR": None}
    data = trackeval.datasets.MotChallenge2DBox({
        "GT_FOLDER": str(truth), "TRACKERS_FOLDER": str(trackers), "SKIP_SPLIT_FOL": True, "PRINT_CONFIG": False,
        "BENCHMARK": "MOT17", "SEQ_INFO": lengths, "DO_PREPROC": True})
    measures = [trackeval.metrics.HOTA(), trackeval.metrics.Identity({"PRINT_CONFIG": False}),
                trackeval.metrics.CLEAR({"PRINT_CONFIG": False})]
    with contextlib.redirect_stdout(io.StringIO()):
        results, _ = trackeval.Evaluator(quiet).evaluate([data], measures)
    figures = {}
    for tracker, own in results["MotChallenge2DBox"].items():
        whole = own["COMBINED_SEQ"]["pedestrian"]
        figures[tracker] = {
            "HOTA": whole["HOTA"]["HOTA"].mean(), "AssA": whole["HOTA"]["AssA"].mean(),
            "IDF1": whole["Identity"]["IDF1"], "switches": int(whole["CLEAR"]["IDSW"]), "MOTA": whole["CLEAR"]["MOTA"]}
    return figures


def show(title, figures):
    print(f"\n{title}\n\n| linker | HOTA | AssA | IDF1 | switches | MOTA |\n|---|--:|--:|--:|--:|--:|")
    for name, own in sorted(figures.items()):
        print(f"| {name} | {own['HOTA']:.3f} | {own['AssA']:.3f} | {own['IDF1']:.3f} | {own['switches']} "
              f"| {own['MOTA']:.3f} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--videos", default="24")
    parser.add_argument("--seconds", default="20")
    parser.add_argument("--seed", default="7")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        world = folder / "world"
        subprocess.run(
            [options.program, "synth", "--output-dir", world, "--videos", options.videos, "--seconds", options.seconds,
             "--seed", options.seed, "--tracks", "--width", "128", "--height", "96"],
            check=True, stdout=subprocess.DEVNULL)
        truth = world / "tracks"
        infos = sequences(truth)
        linkers = {"motion": ["--linker", "motion"], "overlap": ["--linker", "overlap"]}
        for linker, words in linkers.items():
            for video, info in infos.items():
                source = folder / f"{video}.txt"
                source.write_text((truth / video / "det" / "det.txt").read_text())
                link(options.program, source, folder / "all" / linker / "data" / f"{video}.txt", info, words)
        lengths = {video: int(info["seqLength"]) for video, info in infos.items()}
        show(f"{len(infos)} videos, {sum(lengths.values())} frames", score(truth, folder / "all", lengths))

        kept = 0
        for video, info in infos.items():
            rows = read_rows(truth / video / "gt" / "gt.txt")
            frames = crossings(rows, float(info["frameRate"]))
            kept += len({int(row[0]) for row in rows} & frames)
            places = [truth / video / "gt" / "gt.txt"]
            places += [folder / "all" / linker / "data" / f"{video}.txt" for linker in linkers]
            for place in places:
                text = "".join(",".join(row) + "\n" for row in read_rows(place) if int(row[0]) in frames)
                target = folder / "crossing" / place.relative_to(folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text)
        inner = folder / "crossing"
        crossed = {video: length for video, length in lengths.items()
                   if (inner / "world" / "tracks" / video / "gt" / "gt.txt").stat().st_size}
        show(f"{len(crossed)} videos with people who pass one another: {kept} frames around that",
             score(inner / "world" / "tracks", inner / "all", crossed))


if __name__ == "__main__":
    sys.exit(main())

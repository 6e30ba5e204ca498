"""8-bit integers on both sides: the clips both are calibrated on, OpenVINO's network quantised by NNCF, and how far the
scores of each are from fp32's.

The clips are drawn by `slowfast synth`, at the size that the network sees, so that nothing is scaled: one clip from the
middle of each video, calibration and comparison from worlds of their own. What a network was quantised from is kept in
.cache; slowfast is calibrated anew in every run, since its calibration depends on the program.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from common import CACHE, Missing, clean_environment, slowfast, versions
from prepare import CONFIGS, TITLES, made_by, openvino_file, prepare

CLIPS = 8
SECONDS = 4  # of a video, 30 frames each: more than the longest clip
SEEDS = {"calibration": 101, "comparison": 202}
# Boxes of a clip that detects, in parts of its width and height.
BOXES = ((0.1, 0.2, 0.4, 0.9), (0.4, 0.1, 0.6, 0.7), (0.5, 0.3, 0.95, 0.95))


def clip_frames(frames, rate, count):
    """The frames of the clip in the middle of a video, as `slowfast calibrate` takes the only one of a video.

    >>> clip_frames(4, 2, 20)
    [6, 8, 10, 12]
    >>> clip_frames(4, 8, 20)
    [0, 2, 10, 18]
    """
    first = count // 2 - frames * rate // 2
    return [min(max(first + index * rate, 0), count - 1) for index in range(frames)]


def drawn(program, size, part):
    """The folder of frames of a part ("calibration", "comparison"), a folder for each video; drawn where it is not there."""
    folder = CACHE / f"clips-{part}-{size[0]}x{size[1]}"
    if not folder.is_dir():
        CACHE.mkdir(exist_ok=True)
        partial = folder.with_suffix(".part")
        shutil.rmtree(partial, ignore_errors=True)
        slowfast(
            *(program, "synth", "--output-dir", partial, "--videos", CLIPS, "--seconds", SECONDS),
            *("--height", size[0], "--width", size[1], "--seed", SEEDS[part]),
        )
        partial.rename(folder)
    return folder / "frames"


def calibrate(options, model, weights, size, output):
    """Calibrates slowfast; raises Missing where the network cannot compute in integers."""
    slowfast(
        *(options.slowfast, "calibrate", "--cfg", CONFIGS[model], "--weights", weights, "--threads", options.threads),
        *("--frames", drawn(options.slowfast, size, "calibration"), "--clips", CLIPS, "--output", output, "--overwrite"),
    )


def calibration_file(model, size):
    return CACHE / f"{model}-{size[0]}x{size[1]}-{made_by(CONFIGS[model])}.slowfast.int8.json"


def quantised_file(model, size):
    """OpenVINO's network in integers, by what it was made of."""
    digest = hashlib.sha256(Path(__file__).read_bytes() + str(versions()["nncf"]).encode()).hexdigest()[:6]
    whole = openvino_file(model, size)
    return whole.with_name(f"{whole.stem}-int8-{digest}.xml")


def quantised(options, model, size):
    """Quantises OpenVINO's network in a process of its own, where that has not been done."""
    if versions()["nncf"] is None:
        raise Missing("NNCF is not installed -> make bench-setup")
    path = quantised_file(model, size)
    if not path.exists():
        prepare(model, size)
        frames = drawn(options.slowfast, size, "calibration")
        print(f"quantising {TITLES[model]} at {size[0]}x{size[1]} with NNCF ...", file=sys.stderr, flush=True)
        _run("quantise", model, *size, "--frames", frames)
    return path


def differences(options, model, size):
    """How far scores in integers are from fp32's, over the clips for comparison.

    Gives {"slowfast" or "OpenVINO": {"mean", "max"} or {"missing": why}}. fp32 is PyTorch's; OpenVINO's maps go through
    PyTorch's head in fp32, as slowfast's go through its own.
    """
    frames = drawn(options.slowfast, size, "comparison")
    with tempfile.TemporaryDirectory() as folder:
        command = ("compare", model, *size, "--frames", frames, "--threads", options.threads, "--folder", folder)
        return json.loads(_run(*command, "--slowfast", options.slowfast))


def _run(*arguments):
    """Runs this script: the scripts that start contestants must not import what it imports."""
    command = [sys.executable, "-W", "ignore", __file__, *map(str, arguments)]
    done = subprocess.run(command, env=clean_environment(os.environ), stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Missing(f"integers.py {arguments[0]} {arguments[1]} ended with status {done.returncode}")
    return done.stdout.splitlines()[-1] if done.stdout else ""


def read_clips(config, frames):
    """The clip of every video, normalised: float32 arrays [1, 3, T, H, W]."""
    import torch
    from torchvision.io import ImageReadMode, read_image

    data = config["DATA"]
    clips = []
    for video in sorted(frames.iterdir()):
        images = sorted(video.iterdir())
        chosen = clip_frames(data["NUM_FRAMES"], data["SAMPLING_RATE"], len(images))
        pixels = torch.stack([read_image(str(images[index]), ImageReadMode.RGB) for index in chosen], 1).float()
        mean, deviation = (torch.tensor(data[key]).view(3, 1, 1, 1) for key in ("MEAN", "STD"))
        clips.append(((pixels / 255 - mean) / deviation)[None])
    return clips


def quantise(arguments):
    """NNCF's post-training quantisation as it is by default, saved as OpenVINO's network."""
    import logging

    import nncf
    import openvino

    from models import build
    from shapes import load_config

    nncf.set_log_level(logging.ERROR)
    config = load_config(CONFIGS[arguments.model])
    network = build(config)
    inputs = [tuple(x.numpy() for x in network.clips(clip)) for clip in read_clips(config, arguments.frames)]
    model = openvino.Core().read_model(openvino_file(arguments.model, arguments.size))
    quantised = nncf.quantize(model, nncf.Dataset(inputs), subset_size=len(inputs))
    path = quantised_file(arguments.model, arguments.size)
    partial = path.with_name(f"{path.stem}.part.xml")
    openvino.save_model(quantised, partial, compress_to_fp16=False)
    # The weights first: whoever finds the network finds them.
    for suffix in (".bin", ".xml"):
        partial.with_suffix(suffix).replace(path.with_suffix(suffix))


def compare(arguments):
    import numpy
    import torch

    from agreement import difference
    from models import Network, build, load_weights
    from prepare import weights_file
    from shapes import load_config

    torch.set_num_threads(arguments.threads)
    config, weights = load_config(CONFIGS[arguments.model]), weights_file(arguments.model)
    network = build(config)
    load_weights(network, weights)
    clips, boxes = read_clips(config, arguments.frames), None
    if config["DETECTION"]["ENABLE"]:
        height, width = arguments.size
        boxes = torch.tensor([[0, *corners] for corners in BOXES]) * torch.tensor([1, width, height, width, height])

    def scores(maps):
        # Heads of other networks than the SlowFast family's know no boxes.
        return (network.head(maps, boxes) if isinstance(network, Network) else network.head(*maps)).numpy()

    with torch.inference_mode():
        expected = numpy.concatenate([scores(network.backbone(*network.clips(clip))) for clip in clips])

    def ours():
        inputs = {"--clip": torch.cat(clips).numpy()}
        if boxes is not None:
            rows = [boxes + torch.tensor([index, 0, 0, 0, 0]) for index in range(len(clips))]
            inputs["--boxes"] = torch.cat(rows).numpy().astype(numpy.float32)
        files = {option: arguments.folder / f"{option.strip('-')}.npy" for option in inputs}
        for option, array in inputs.items():
            numpy.save(files[option], array)
        output = arguments.folder / "scores.npy"
        slowfast(
            *(arguments.slowfast, "forward", "--cfg", CONFIGS[arguments.model], "--weights", weights),
            *(word for pair in files.items() for word in pair), *("--output", output, "--threads", arguments.threads),
            *("--precision", "int8", "--calibration", calibration_file(arguments.model, arguments.size)),
        )
        return numpy.load(output)

    def theirs():
        import openvino

        path = quantised_file(arguments.model, arguments.size)
        if not path.exists():
            raise Missing("it was not quantised")
        settings = {"INFERENCE_NUM_THREADS": arguments.threads, "INFERENCE_PRECISION_HINT": rest_of_integers()}
        compiled = openvino.Core().compile_model(path, "CPU", settings)
        found = []
        for clip in clips:
            maps = compiled([x.numpy() for x in network.clips(clip)])
            found.append(scores([torch.from_numpy(maps[port].copy()) for port in compiled.outputs]))
        return numpy.concatenate(found)

    result = {}
    for name, side in (("slowfast", ours), ("OpenVINO", theirs)):
        try:
            with torch.inference_mode():
                largest, mean = difference(side(), expected)
            result[name] = {"mean": float(mean), "max": float(largest)}
        except Missing as error:
            result[name] = {"missing": str(error)}
    print(json.dumps(result))


def rest_of_integers():
    """In which precision OpenVINO computes what is not quantised: its fastest, as slowfast does."""
    import openvino

    return "bf16" if "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    steps = parser.add_subparsers(required=True)
    for function in (quantise, compare):
        step = steps.add_parser(function.__name__)
        step.set_defaults(function=function)
        step.add_argument("model", choices=CONFIGS)
        step.add_argument("size", type=int, nargs=2)
        step.add_argument("--frames", type=Path, required=True)
        if function is compare:
            step.add_argument("--folder", type=Path, required=True)
            step.add_argument("--slowfast", type=Path, required=True)
            step.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()
    arguments.function(arguments)


if __name__ == "__main__":
    main()

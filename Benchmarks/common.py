"""What every script here shares: the program, child processes, the machine, tables. Standard library only.

The scripts that start contestants import neither NumPy nor PyTorch: a child's peak memory, as the kernel counts it,
begins with what its parent had in use.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CACHE = HERE / ".cache"

# Settings of arithmetic libraries that must not leak into a contestant.
FOREIGN = ("OPENBLAS_", "OMP_", "GOMP_", "KMP_", "MKL_", "ONEDNN_", "DNNL_", "ATEN_", "TORCH_", "OV_", "TBB_")

# Which processor features decide which kernels run.
FEATURES = (
    "avx2 fma avx_vnni avx512f avx512_bf16 avx512_fp16 avx512_vnni amx_bf16 amx_int8 asimd asimdhp bf16 sve".split()
)


class Missing(Exception):
    """A contestant that cannot take part; the text says why."""


def clean_environment(environment, extra=()):
    """A child's environment without settings of arithmetic libraries, but with those given.

    >>> clean_environment({"PATH": "/bin", "OPENBLAS_CORETYPE": "Haswell"}, {"OMP_NUM_THREADS": 2})
    {'PATH': '/bin', 'OMP_NUM_THREADS': '2'}
    """
    kept = {key: value for key, value in environment.items() if not key.startswith(FOREIGN)}
    return kept | {key: str(value) for key, value in dict(extra).items()}


def parser(description, **options):
    """An argument parser with the options that all scripts know."""
    result = argparse.ArgumentParser(
        description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter, **options
    )
    result.add_argument(
        "--slowfast", type=Path, default=ROOT / ".build/release/slowfast", metavar="FILE", help="the program to measure"
    )
    result.add_argument("--threads", type=int, default=2, metavar="N", help="threads of every contestant")
    result.add_argument("--json", type=Path, metavar="FILE", help="also write the results here")
    return result


def require_program(path):
    """Stops with one line when the program is not there."""
    if not os.access(path, os.X_OK):
        sys.exit(f"{path}: there is no program -> make build, or name it with --slowfast")


def slowfast(program, *arguments, environment=()):
    """Runs the program and gives its standard output.

    Raises Missing with the last line of what it says when it refuses or does not know an option.
    """
    command = [program, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=clean_environment(os.environ, environment))
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.startswith("Error:")] or done.stderr.splitlines()
        raise Missing((lines or [f"exit status {done.returncode}"])[0].removeprefix("Error: "))
    return done.stdout


def bench(program, *arguments, environment=()):
    """The JSON object that `slowfast bench` prints."""
    return json.loads(slowfast(program, "bench", *arguments, "--format", "json", environment=environment))


def children_seconds():
    """Processor seconds of all child processes that have ended."""
    times = os.times()
    return times.children_user + times.children_system


class Worker:
    """A peer in a process of its own (worker.py): it loads, then measures when it is told."""

    def __init__(self, *arguments, environment=()):
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [sys.executable, HERE / "worker.py", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=clean_environment(os.environ, environment),
        )
        try:
            self.about = self.read()
        except Missing:
            self.close()
            raise

    def measure(self, runs=1):
        """Measures after a warm-up: {"seconds": [...], ...}."""
        self.process.stdin.write(f"{runs}\n")
        self.process.stdin.flush()
        return self.read()

    def cpu_seconds(self):
        """Processor seconds of the process so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.errors.seek(0)
            lines = self.errors.read().strip().splitlines()
            raise Missing(lines[-1] if lines else f"exit status {self.process.returncode}")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()


def best(seconds):
    return min(seconds)


def median(seconds):
    """The middle, or the mean of both middles.

    >>> median([3, 1, 2]), median([4, 1, 2, 3])
    (2.0, 2.5)
    """
    ordered = sorted(seconds)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def verdict(value, must, aim, higher_is_better=True):
    """Where a figure stands.

    >>> verdict(1.3, 1.2, 1.5), verdict(1.0, 1.2, 1.5), verdict(400, 700, 450, higher_is_better=False)
    ('must reached', 'BELOW MUST', 'aim reached')
    """
    sign = 1 if higher_is_better else -1
    if aim is not None and sign * value >= sign * aim:
        return "aim reached"
    if must is not None and sign * value < sign * must:
        return "BELOW MUST" if higher_is_better else "ABOVE MUST"
    return "" if must is None else "must reached"


def table(titles, rows):
    """Columns of text, the first to the left, the others to the right."""
    cells = [titles, *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(titles))]
    return "\n".join(
        "  ".join(
            text.ljust(width) if column == 0 else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in cells
    )


def ratio_row(title, ratios, must, aim):
    """A ratio of seconds, best and median, beside what is asked of it; None where a contestant is missing."""
    asked = ["" if figure is None else f"{figure:g}" for figure in (must, aim)]
    if ratios is None:
        return [title, "", "", *asked, "missing"]
    return [title, *(number(ratio, 2) for ratio in ratios), *asked, verdict(ratios[0], must, aim)]


def number(value, digits=3):
    return "" if value is None else f"{value:.{digits}f}"


def machine():
    """What the figures were taken on."""
    info = {"system": f"{platform.system()} {platform.release()}", "processors": len(os.sched_getaffinity(0))}
    fields = {}
    with open("/proc/cpuinfo") as file:
        for line in file:
            key, _, value = line.partition(":")
            fields.setdefault(key.strip(), value.strip())
    flags = fields.get("flags", fields.get("Features", "")).split()
    info["cpu"] = fields.get("model name", platform.machine())
    info["cpu_family_model_stepping"] = [fields.get(key) for key in ("cpu family", "model", "stepping")]
    info["features"] = [flag for flag in FEATURES if flag in flags]
    info["load_average"] = os.getloadavg()[0]
    info["memory_bytes"] = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return info


def versions():
    """The packages in use and the commit that is measured."""
    found = {"python": platform.python_version()}
    for package in ("torch", "torchvision", "openvino", "nncf", "numpy"):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = None
    if shutil.which("git"):
        describe = ["git", "-C", ROOT, "describe", "--always", "--dirty", "--abbrev=10"]
        found["commit"] = subprocess.run(describe, capture_output=True, text=True).stdout.strip() or None
    return found


def introduce(about, packages):
    """Prints machine and versions."""
    gigabytes = about["memory_bytes"] / 2**30
    print(f"{about['cpu']}: {about['processors']} processors, {' '.join(about['features'])}; {gigabytes:.0f} GB")
    print("; ".join(f"{name} {version or 'not installed'}" for name, version in packages.items()))
    print(flush=True)


def write_json(path, value):
    """Writes a complete file or none."""
    if path is None:
        return
    partial = path.with_name(path.name + ".part")
    partial.write_text(json.dumps(value, indent=1) + "\n")
    partial.replace(path)

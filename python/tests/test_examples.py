"""The programs in examples/, but for the Swift package, which is built by itself (make test-examples)."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
from conftest import CLASSES, DEMO, FILES, PROGRAM, ROOT, evaluated, parsed

EXAMPLES = ROOT / "examples"


def output(*command, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_score():
    lines = output(sys.executable, EXAMPLES / "score.py", *FILES[:3]).splitlines()
    wanted = parsed(evaluated(*FILES[:3])[0])
    assert lines[:3] == [f"{name:<11} mAP {result['mAP']:.4f}" for name, result in wanted.items()]
    assert len(lines) == 6 and all(" found" in line for line in lines[3:])
    done = subprocess.run([sys.executable, EXAMPLES / "score.py", "none.csv", *FILES[1:3]], capture_output=True, text=True)
    assert done.returncode == 1 and "score.py: " in done.stderr and "does not exist" in done.stderr


def test_detect():
    lines = output(sys.executable, EXAMPLES / "detect.py", DEMO + ".yaml", DEMO + ".pyth").splitlines()
    assert len(lines) == 2 and all(line.count("class ") == 3 for line in lines)
    done = subprocess.run([sys.executable, EXAMPLES / "detect.py", "none.yaml", "none.pyth"], capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.startswith("detect.py: ") and done.stderr.count("\n") == 1


@pytest.mark.filterwarnings("ignore::slowfast.SlowFastWarning")
@pytest.mark.parametrize(("page", "count"), [("docs/python.md", 5), ("python/README.md", 2)])
def test_the_documentations_lines(tmp_path, monkeypatch, page, count):
    blocks = re.findall(r"^```python\n(.*?)^```$", (ROOT / page).read_text(), re.DOTALL | re.MULTILINE)
    for path in FILES[:3]:
        shutil.copy(path, tmp_path)
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in blocks:
        exec(block, names)
    assert len(blocks) == count


def test_c(tmp_path):
    library = pathlib.Path(PROGRAM).parent / "libSlowFastLibrary.so"
    compiler = shutil.which("cc") or shutil.which("clang")
    if compiler is None or not library.exists():
        pytest.skip("there is no C compiler, or no library beside the program")
    include = ROOT / "Sources/CLibraries/CSlowFast/include"
    program = tmp_path / "classify"
    output(
        *(compiler, "-std=c11", "-Wall", "-Wextra", "-Werror", "-I", include, EXAMPLES / "classify.c", library),
        *("-Wl,-rpath," + str(library.parent), "-o", program),
    )
    assert output(program, CLASSES + ".yaml", CLASSES + ".pyth").startswith("class ")


def test_pipeline(tmp_path):
    lines = output("sh", EXAMPLES / "pipeline.sh", PROGRAM, tmp_path, env={**os.environ, "TMPDIR": str(tmp_path)}).splitlines()
    rows = [line for line in lines if line.startswith("official,,mAP,")]
    assert len(rows) == 2 and all(0.3 < float(row.split(",")[6]) <= 1 for row in rows)

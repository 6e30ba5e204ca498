#!/usr/bin/env python3
"""Writes the fuzzer's first inputs that Tests/Fixtures does not hold: Seeds/TARGET/NAME, one small file a form.

Text is written by hand below; the pickles are taken out of the torch archives in Tests/Fixtures/Checkpoint.
"""

import gzip
import pathlib
import struct
import zipfile

here = pathlib.Path(__file__).resolve().parent
fixtures = here.parent / "Tests/Fixtures/Checkpoint"

ROWS = "v,0902,0.1,0.2,0.3,0.4,{action},{last}\nv,902.5,0,0,1,1,80,1e-3\r\n\n\"w,1\",1798,-0.004,0.5,0.5,1.004,1,0.999999\n"



def pieces(form, *contents):
    """A journal as the harness takes it: how it begins, then records' contents."""
    return bytes([form]) + b"".join(struct.pack("<H", len(content)) + content for content in contents)


def text(value):
    return struct.pack("<I", len(value.encode())) + value.encode()


def scores(second, people, classes=3, view="256", video="v"):
    """A record of scores; people None for a clip as a whole."""
    rows = 1 if people is None else people
    return (
        struct.pack("<B", 2 if people is None else 1)
        + text(video)
        + struct.pack("<q", second * 1_000_000)
        + text(view)
        + struct.pack("<qdqII", 60, 2.0, 60, people or 0, classes)
        + struct.pack("<5d", 0.125, 0.25, 0.5, 0.75, 0.5) * (people or 0)
        + struct.pack(f"<{rows * classes}f", *([0.25] * (rows * classes)))
    )


def tracks(head):
    """A file of one track or tube, up to its boxes."""
    boxes = '[{"time": 1.0, "box": [0.1, 0.2, 0.3, 0.8], "score": 1.0}, {"time": 2, "box": [0, 0, 1, 1], "score": 5e-1}]'
    return '{"videos": [{"video": "v", ' + head + '"boxes": ' + boxes + "}]}]}\n"


def varint(value):
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + varint(value >> 7)


def field(number, content):
    """A field of a message in protocol buffers' wire format: an integer, a text, or bytes."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content & (1 << 64) - 1)
    content = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def node(name, operation, *attributes):
    """A node of a TensorFlow graph."""
    return field(1, field(1, name) + field(2, operation) + b"".join(field(5, field(1, k) + field(2, v)) for k, v in attributes))


def constant(name, kind, sizes, numbers):
    shape = b"".join(field(2, field(1, size)) for size in sizes)
    tensor = field(1, kind) + field(2, shape) + numbers
    return node(name, "Const", ("dtype", field(6, kind)), ("value", field(8, tensor)))


RESULTS = struct.pack("<BI", 4, 2) + text("out/a.csv") + text("out/b.json")
OTHER_HEAD = b"\0" + text("weights\ty\nMODEL.ARCH\tslow\nproposals\t9 bytes, sha256 " + "0f" * 32 + "\n")

SEEDS = {
    "journal": {
        "people": pieces(0, scores(902, 1), scores(903, 2), RESULTS, scores(902, 1, view="320 flip")),
        "clip": pieces(0, scores(902, None), scores(902, 0), scores(902, 1, classes=2)),
        "torn": pieces(0, scores(902, 1)) + b"\x40\x80" + struct.pack("<II", 200, 7) + scores(903, 1)[:56],
        "other_run": pieces(2, OTHER_HEAD, scores(902, 1)),
        "foreign": pieces(3, RESULTS),
    },
    "tracks": {
        "tracks.json": tracks('"tracks": [{"id": 3, "start": 1.0, "end": 2.0, '),
        "tubes.json": tracks('"tubes": [{"track": 3, "action": 12, "name": "stand", "start": 0.5, "end": 2.5, "score": 0.8, '),
    },
    "graph": {
        "forms.pb": node("image_tensor", "Placeholder", ("dtype", field(6, 4)))
        + constant("FeatureExtractor/MobilenetV2/Conv/weights", 1, [1, 2, 2], field(4, struct.pack("<4f", 1, 2, 3, 4)))
        + node("relu", "Relu6")
        + constant("Preprocessor/map/while/ResizeImage/stack", 3, [2], field(7, varint(300) * 2))
        + constant("one", 1, [3], field(5, struct.pack("<f", 0.5)))
        + field(4, field(1, 24)),
        "integers.pb": constant("half", 19, [2], field(13, varint(0x3C00) + varint(0xC000)))
        + constant("long", 9, [], field(10, -2))
        + constant("words", 7, [1], field(8, "person"))
        + constant("open", 1, [-1], b"")
        + constant("none", 2, [0, 2], b""),
    },
    "detections": {
        "plain.csv": ROWS.format(action=12, last="0.5"),
        "header.tsv": "video\tsecond\tx1\ty1\tx2\ty2\taction\tscore\nv\t902\t.1\t.2\t.3\t.4\t12\t.5\n",
        "bom_without_score.csv": "\ufeffv,902,0.1,0.2,0.3,0.4,12\nv,902,0.3,0.2,0.1,0.4,12,\n",
        "pixels_and_words.csv": "v,902,10,20,300,400,12,0.5\nv,902,nan,inf,-1e308,1e999,12,0.5\nv,902\n",
        "packed.csv.gz": gzip.compress(ROWS.format(action=12, last="0.5").encode(), mtime=0),
    },
    "groundtruth": {
        "plain.csv": ROWS.format(action=12, last="7"),
        "listed.csv": "v,0902\nv,0903,,,,,,\nv,0904,0.1,0.2,0.3,0.4,,3\n",
    },
    "proposals": {
        "plain.csv": ROWS.format(action="", last="0.95"),
        "repeated.csv": "v,0902,0.1,0.2,0.3,0.4,,0.9\nv,0902,0.1,0.2,0.3,0.4,12,0.8\nw,903,0.1,0.1,0.1,0.2,-1,1\n",
    },
    "framelist": {
        "plain.csv": "original_vido_id video_id frame_id path labels\nv 0 0 v/v_000001.jpg \"\"\nv 0 1 v/v_000002.jpg \"\"\n"
        "w 1 0 /w/w_000001.jpg \"\"\n",
        "jump.csv": "x video_id frame_id path labels\nv 0 7 a.jpg \"\"\nv 0 9 b.jpg \"1,2\"\r\n",
    },
    "videolist": {
        "two.csv": "a/b.mp4 3\nc.mp4 0\r\n\nc.mp4 7\n",
        "three.csv": "\ufeffa b.mp4,x,3\nc.mp4,y,0\n",
        "one.csv": "a.mp4\nb.mp4\n",
        "swapped.csv": "3 a.mp4\n",
    },
    "datasets": {
        "plain": '{"Holding something": "1", "Dropping something": 0}\f'
        '[{"id": "9", "template": "Dropping [something]"}, {"id": 7, "template": "Holding [something]"}]\f'
        'original_vido_id video_id frame_id path labels\n7 0 0 7/1.jpg "1,3"\n9 1 0 9/1.jpg ""\n9 1 1 9/2.jpg 2\n\f'
        '[{"im_path": "n1/1.JPEG", "class": 0}, {"im_path": "n2/1.JPEG", "class": 7}]',
        "faults": '{"A": "x"}\f[{"id": [], "template": 1}]\fx video_id frame_id path labels\nv 0 7 a.jpg "8,-1"\n\f[{"class": 1e9}]',
    },
    "predictions": {
        "plain.csv": 'video,label,class_0,class_1\n"a, b.mp4",1,0.25,0.75\nc.mp4,-1,1,2\nd,"0,1",3,4\n',
        "faults.csv": "video,label,class_0\na,0,nan\nb,1,1e39\n",
    },
    "labelmap": {
        "item.pbtxt": 'item {\n  name: "bend/bow (at the waist)"\n  id: 1\n}\nitem { id: 2 name: \'lie\\/sleep \\303\\251\' }\n',
        "label.pbtxt": 'label {\n  name: "stand"\n  label_id: 12\n  label_type: PERSON_MOVEMENT\n}\n# a remark\n',
        "nested.pbtxt": 'item: <name: "a", id: 3; display_name: "b" extra { deep { x: [1, 2] } } >\n',
    },
    "exclusions": {"plain.csv": "v,0902\nw,1798\n", "decimals.csv": "\"v\",902.25\r\n\r\nw,0\n"},
    "json": {
        # The harness writes the opening brace.
        "empty.json": "}",
        "values.json": '"__metadata__":{"epoch":"7","cfg":"A: 1"},"a\\u00e9\\ud83d\\ude00":{"dtype":"F32","shape":[0,2],'
        '"data_offsets":[0,0]},"b":[null,true,false,-1.5e3,"\\n",{}]}',
        "deep.json": '"a":' + "[" * 20 + "]" * 20 + "}",
    },
    "npy": {
        "double.npy": b"\x93NUMPY\x01\x00\x46\x00{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }".ljust(79)
        + b"\n"
        + bytes(16),
        "long_header.npy": b"\x93NUMPY\x02\x00\x44\x00\x00\x00{'descr': '<f4', 'fortran_order': True, 'shape': (1, 3), }".ljust(79)
        + b"\n"
        + bytes(12),
    },
    "yaml": {
        "forms.yaml": "TRAIN: {ENABLE: no, DATASET: 'ava'}\nSLOWFAST:\n  ALPHA: 0x4\n  BETA_INV: 8\nRESNET:\n  NUM_BLOCK_TEMP_KERNEL: "
        "[[3, 3], [4, 4],\n    [6, 6], [3, 3]]\nMODEL: &m\n  NUM_CLASSES: 80\nTEST: *m\nSOLVER:\n  BASE_LR: 1e-1\nAVA:\n"
        "  FRAME_LIST_DIR: |\n    a\n    b\n",
        "base.yaml": "_BASE_: none.yaml\nTRAIN:\n  ENABLE: False\n",
        "literals.yaml": "MODEL:\n  ARCH: \"slowfast\"\nDATA:\n  MEAN: (0.45, 0.45, 0.45)\n  INPUT_CHANNEL_NUM: [3, 3]\n"
        "NONLOCAL:\n  LOCATION: [[[], []], [[], []], [[6, 13, 20], []], [[], []]]\n",
    },
}


def main():
    seeds = dict(SEEDS)
    seeds["torchpickle"] = {
        f"{name}.pkl": zipfile.ZipFile(fixtures / name).read(next(n for n in zipfile.ZipFile(fixtures / name).namelist() if n.endswith("data.pkl")))
        for name in ("zip_protocol2.pyth", "zip_protocol4.pyth", "views_zip.pyth", "types_zip.pth", "split_bn.pyth")
    }
    for target, files in seeds.items():
        folder = here / "Seeds" / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)


if __name__ == "__main__":
    main()

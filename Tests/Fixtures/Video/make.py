"""Makes the video fixtures of this folder with the ffmpeg command line.

Every frame shows its own number: eight cells along the top, white for the bits that are set, highest first; below,
one colour in each quarter (red, green / blue, white). So a test can tell from pixels alone which frame it got and
whether it stands upright.
"""
import hashlib
import os
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
RED, GREEN, BLUE, WHITE, BLACK = (230, 20, 20), (20, 200, 20), (20, 20, 230), (235, 235, 235), (10, 10, 10)


def frame(number, width, height):
    """One RGB frame: a third of number cells, then four colour quarters."""
    rows = bytearray()
    cells = height // 3
    for y in range(height):
        for x in range(width):
            if y < cells:
                bit = 7 - min(7, x * 8 // width)
                color = WHITE if number >> bit & 1 else BLACK
            elif y < (cells + height) // 2:
                color = RED if x < width // 2 else GREEN
            else:
                color = BLUE if x < width // 2 else WHITE
            rows += bytes(color)
    return bytes(rows)


def ffmpeg(*arguments, data=None):
    command = ["ffmpeg", "-v", "error", "-y", "-fflags", "+bitexact", *arguments]
    subprocess.run(command, input=data, check=True)


def make(name, count, size=(96, 64), rate="25", options=(), before=()):
    width, height = size
    data = b"".join(frame(n, width, height) for n in range(count))
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", rate, "-i", "-"]
    exact = ["-flags:v", "+bitexact", "-fflags", "+bitexact", "-map_metadata", "-1"]
    ffmpeg(*before, *raw, *options, *exact, os.path.join(HERE, name), data=data)


def h264(*more, gop=12, pix_fmt="yuv420p", crf=26):
    return ["-c:v", "libx264", "-threads", "1", "-preset", "medium", "-crf", str(crf), "-g", str(gop), "-bf", "3",
            "-x264-params", "open-gop=1:scenecut=0:b-adapt=0", "-pix_fmt", pix_fmt, *more]


def main():
    # B-frames, open groups of pictures, odd size (4:4:4: H.264 has no odd sizes with shared chroma).
    make("bframes.mp4", 60, size=(97, 63), options=h264(pix_fmt="yuv444p"))
    make("ntsc.mp4", 60, rate="30000/1001", options=h264())
    # A checksum of every picture's pixels.
    make("hashes.mp4", 24, options=["-c:v", "libx265", "-crf", "28", "-x265-params",
                                    "hash=1:keyint=8:min-keyint=8:scenecut=0:pools=none:frame-threads=1:log-level=none",
                                    "-tag:v", "hvc1"])
    # Irregular times: frame n at 40 n + 10 (n mod 3) ms.
    make("vfr.mkv", 40, options=["-vf", "settb=1/1000,setpts=N*40+10*mod(N\\,3)", "-vsync", "passthrough",
                                     "-enc_time_base:v", "1:1000", *h264()])
    make("tenbit.mkv", 20, options=h264(pix_fmt="yuv420p10le"))
    with tempfile.TemporaryDirectory() as folder:
        upright = os.path.join(folder, "upright.mp4")
        make(upright, 10, options=h264())
        # This ffmpeg turns by the tag to the left; the names count to the right, as players show the files.
        for degrees in (90, 180, 270):
            ffmpeg("-i", upright, "-c", "copy", "-fflags", "+bitexact", "-metadata:s:v", f"rotate={360 - degrees}",
                   os.path.join(HERE, f"rotated{degrees}.mp4"))
    make("mjpeg.avi", 20, size=(61, 45), options=["-c:v", "mjpeg", "-q:v", "5", "-pix_fmt", "yuvj420p"])
    make("skipped.avi", 24, size=(48, 32), options=[
        "-vf", "select=mod(n\\,3)", "-vsync", "vfr", "-c:v", "mpeg4", "-g", "8", "-q:v", "4"])
    make("small.flv", 40, options=h264())
    make("small.wmv", 30, options=["-c:v", "wmv2", "-g", "10", "-b:v", "60k"])
    make("offset.ts", 40, options=h264("-output_ts_offset", "900"))
    make("raw.h264", 30, options=h264())
    make("vp8.webm", 30, options=[
        "-c:v", "libvpx", "-g", "10", "-auto-alt-ref", "1", "-lag-in-frames", "8", "-b:v", "80k"])
    make("animated.gif", 12, size=(48, 32), rate="10")
    make("slow.mp4", 12, rate="10", options=h264())
    make("fullrange.mp4", 5, options=[
        "-vf", "scale=out_range=pc:out_color_matrix=bt709,format=yuv420p",
        *h264(crf=12), "-color_range", "pc", "-colorspace", "bt709"])
    with tempfile.TemporaryDirectory() as folder:
        # Sound beside the picture: sample n is 37 n modulo 2^16, as it is and as AAC.
        ramp = os.path.join(folder, "ramp.raw")
        open(ramp, "wb").write(b"".join((n * 37 % 65536).to_bytes(2, "little") for n in range(8000)))
        sound = ["-f", "s16le", "-ar", "8000", "-ac", "1", "-i", ramp]
        for name, codec in (("sound.mov", "pcm_s16le"), ("sound.mp4", "aac")):
            make(name, 25, options=[*sound, *h264(), "-c:a", codec, "-metadata:s:a:0", "language=deu", "-flags:a", "+bitexact"])
    with tempfile.TemporaryDirectory() as folder:
        # An edit list: the file begins with a key frame, its presentation 7 frames later.
        whole = os.path.join(folder, "whole.mp4")
        make(whole, 40, options=h264())
        ffmpeg("-ss", "0.28", "-i", whole, "-c", "copy", "-fflags", "+bitexact", "-map_metadata", "-1",
               os.path.join(HERE, "editlist.mp4"))
        # A recording that begins in the middle of a group of pictures.
        stream = open(os.path.join(HERE, "offset.ts"), "rb").read()
        middle = len(stream) // 188 // 4 * 188
        open(os.path.join(HERE, "midstream.ts"), "wb").write(stream[middle:])
    silence = ["-f", "lavfi", "-t", "0.1", "-i", "anullsrc=r=8000:cl=mono", "-fflags", "+bitexact", "-map_metadata", "-1"]
    ffmpeg(*silence, os.path.join(HERE, "audio.wav"))
    with open(os.path.join(HERE, "SHA256SUMS"), "w") as sums:
        for name in sorted(os.listdir(HERE)):
            if name.split(".")[-1] in ("mp4", "mov", "mkv", "avi", "ts", "h264", "webm", "gif", "wav", "flv", "wmv"):
                digest = hashlib.sha256(open(os.path.join(HERE, name), "rb").read()).hexdigest()
                sums.write(f"{digest}  {name}\n")


if __name__ == "__main__":
    main()

"""Makes the picture fixtures of this folder and what OpenCV reads from them (expected.txt)."""
import os
import struct

import cv2
import numpy as np
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))


def fnv(data):
    """64-bit FNV-1a."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def scene(height, width):
    """A smooth coloured picture with edges, the same everywhere: integers only."""
    y, x = np.mgrid[0:height, 0:width]
    blue = (x * 5 + y * 3) % 256
    green = (x * x // 7 + y * 9) % 256
    red = np.where((x // 6 + y // 5) % 2 == 0, 220, 40) + (x + y) % 30
    return np.dstack([blue, green, red]).astype(np.uint8)


def jpeg(name, image, *options):
    data = cv2.imencode(".jpg", image, list(options))[1].tobytes()
    save(name, data)
    return data


def save(name, data):
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(data)


def with_orientation(data, value, big):
    order = ">" if big else "<"
    tiff = (b"MM" if big else b"II") + struct.pack(order + "HIH", 42, 8, 2)
    tiff += struct.pack(order + "HHII", 0x010F, 2, 4, 0)
    tiff += struct.pack(order + "HHIHHI", 0x0112, 3, 1, value, 0, 0)
    segment = b"Exif\0\0" + tiff
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + data[2:]


def main():
    image = scene(25, 37)
    sampling = cv2.IMWRITE_JPEG_SAMPLING_FACTOR
    plain = jpeg("420.jpg", image, cv2.IMWRITE_JPEG_QUALITY, 90)
    jpeg("422.jpg", image, sampling, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422)
    jpeg("440.jpg", image, sampling, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_440)
    jpeg("444.jpg", image, sampling, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)
    jpeg("progressive.jpg", image, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    jpeg("gray.jpg", cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))
    jpeg("onepixel.jpg", image[:1, :1])
    for value in range(1, 9):
        save(f"exif{value}.jpg", with_orientation(plain, value, big=value % 2 == 0))
    pillow = Image.fromarray(image[:, :, ::-1])
    pillow.convert("CMYK").save(os.path.join(HERE, "cmyk.jpg"), quality=90)
    cv2.imwrite(os.path.join(HERE, "colour.png"), image)
    cv2.imwrite(os.path.join(HERE, "gray.png"), image[:, :, 0])
    alpha = ((image[:, :, 0].astype(int) * 3) % 256).astype(np.uint8)
    cv2.imwrite(os.path.join(HERE, "alpha.png"), np.dstack([image, alpha]))
    pillow.quantize(32).save(os.path.join(HERE, "palette.png"))
    pillow.convert("1").save(os.path.join(HERE, "onebit.png"))
    # Sixteen bits: multiples of 257, which every rule for dropping bits takes to the same eight.
    cv2.imwrite(os.path.join(HERE, "sixteen.png"), image.astype(np.uint16) * 257)
    with open(os.path.join(HERE, "expected.txt"), "w") as expected:
        for name in sorted(os.listdir(HERE)):
            if name.endswith((".jpg", ".png")):
                pixels = cv2.imread(os.path.join(HERE, name), cv2.IMREAD_COLOR)
                height, width = pixels.shape[:2]
                expected.write(f"{name} {width} {height} {fnv(pixels.tobytes()):016x}\n")


if __name__ == "__main__":
    main()

"""Synthetic variants of JPEGs and PNGs decode to Pillow's pixels, with a warning or without; others are refused."""

import hashlib
import io
import os
import pathlib
import struct
import subprocess
import tempfile
import unittest
import zlib

import numpy as np
from PIL import Image, ImageFile

PROGRAM = os.environ["M2M_DECODED_PICTURES"]


def pattern(mode="RGB", size=(37, 29)):
    """A smooth picture with some noise."""
    random = np.random.default_rng(3)
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    channels = [(40 * c + 3 * x + (5 - c) * y + random.integers(0, 20, x.shape)) % 256 for c in range(3)]
    return Image.fromarray(np.stack(channels, axis=-1).astype(np.uint8)).convert(mode)


def jpeg(mode="RGB", **options):
    """The bytes of a JPEG."""
    stream = io.BytesIO()
    pattern(mode).save(stream, "JPEG", **({"quality": 90} | options))
    return stream.getvalue()


def png(mode="RGB", **options):
    """The bytes of a PNG."""
    stream = io.BytesIO()
    pattern(mode).save(stream, "PNG", **options)
    return stream.getvalue()


def chunk(kind, data):
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunk(whole, kind, data):
    """A PNG with another chunk behind its header."""
    return whole[:33] + chunk(kind, data) + whole[33:]


def with_pixels(whole, change):
    """A PNG whose unpacked rows are changed."""
    begin = whole.index(b"IDAT") - 4
    size = struct.unpack(">I", whole[begin : begin + 4])[0]
    rows = zlib.decompress(whole[begin + 8 : begin + 8 + size])
    return whole[:begin] + chunk(b"IDAT", zlib.compress(change(rows))) + whole[begin + 12 + size :]


def before(whole, marker, extra):
    """A JPEG with stray bytes before the first of these markers."""
    at = whole.index(marker)
    return whole[:at] + extra + whole[at:]


def clean():
    """Ordinary files."""
    return {
        "baseline": jpeg(),
        "444": jpeg(subsampling=0),
        "422": jpeg(subsampling=1),
        "420": jpeg(subsampling=2),
        "progressive": jpeg(progressive=True),
        "optimised": jpeg(optimize=True),
        "poor": jpeg(quality=5),
        "grey": jpeg("L"),
        "restarts": jpeg(restart_marker_blocks=2),
        "comment": jpeg(comment=b"made"),
        "exif": jpeg(exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"),
        "zeros behind": jpeg() + bytes(500),
        "rgb png": png(),
        "grey png": png("L"),
        "palette": png("P"),
        "one bit": png("1"),
        "text": with_chunk(png(), b"tEXt", b"Comment\0made"),
        "linear gamma": with_chunk(png(), b"gAMA", struct.pack(">I", 100_000)),
        "animation": with_chunk(png(), b"acTL", struct.pack(">II", 1, 0)),
        "unknown chunk": with_chunk(png(), b"maDe", b"up"),
        "bytes behind": png() + b"more" * 20,
    }


def odd():
    """Files for which a decoder library warns, though all pixels are there."""
    whole, end = jpeg(), b"\xff\xd9"
    jfif = whole.index(b"JFIF\0") + 5
    plain = png()
    return {
        **{f"{count} bytes before the end": before(whole, end, b"\x11" * count) for count in (10, 258, 3000)},
        "bytes before the scan": before(whole, b"\xff\xda", b"\0\0"),
        "bytes before a table": before(whole, b"\xff\xdb", b"\x01\x02\x03"),
        "bytes before the end, progressive": before(jpeg(progressive=True), end, b"\x11" * 40),
        "bytes before the end, restarts": before(jpeg(restart_marker_blocks=2), end, b"\x11" * 40),
        "version of JFIF": whole[:jfif] + b"\x03" + whole[jfif + 1 :],
        "second gamma": with_chunk(
            with_chunk(plain, b"gAMA", struct.pack(">I", 45_455)), b"gAMA", struct.pack(">I", 45_455)
        ),
        "chromaticities": with_chunk(plain, b"cHRM", bytes(32)),
        "significant bits": with_chunk(plain, b"sBIT", b"\x09\x09\x09"),
        "intent": with_chunk(plain, b"sRGB", b"\x09"),
        "time": with_chunk(plain, b"tIME", bytes(7)),
        "background": with_chunk(plain, b"bKGD", b"\0"),
        "histogram": with_chunk(plain, b"hIST", bytes(6)),
        "profile": with_chunk(plain, b"iCCP", b"icc\0\0" + zlib.compress(b"no profile")),
        "more rows": with_pixels(plain, lambda rows: rows + rows[:112]),
    }


def damaged():
    """Files that lack pixels or whose checksums are wrong."""
    whole, plain = jpeg(), png()
    restarts = jpeg(restart_marker_blocks=1)
    first = restarts.index(b"\xff\xd0")
    text = with_chunk(plain, b"tEXt", b"Comment\0made")
    return {
        "cut": whole[: len(whole) * 2 // 3],
        "cut, with an end": whole[: len(whole) * 2 // 3] + b"\xff\xd9",
        "without an end": whole[:-2],
        "cut progressive": jpeg(progressive=True)[:-200],
        "lost restart": restarts[:first] + restarts[restarts.index(b"\xff\xd1") :],
        "cut png": plain[: len(plain) * 2 // 3],
        "without the end chunk": plain[:-12],
        "fewer rows": with_pixels(plain, lambda rows: rows[:-112]),
        "checksum of text": text.replace(b"made", b"mede"),
        "checksum of pixels": plain[:-20] + bytes([plain[-20] ^ 1]) + plain[-19:],
        "transparency": with_chunk(plain, b"tRNS", b"odd"),
    }


def others():
    """Files of other formats, by the name that the error has to give them."""
    made = {}
    for name in ("GIF", "BMP", "WebP", "TIFF", "ICO"):
        stream = io.BytesIO()
        pattern().save(stream, name.upper())
        made["Windows icon" if name == "ICO" else name] = stream.getvalue()
    return made


class Pictures(unittest.TestCase):
    def decode(self, files):
        """The program's answer for each file, by name."""
        with tempfile.TemporaryDirectory() as folder:
            paths = [pathlib.Path(folder) / f"{number}.jpg" for number in range(len(files))]
            for path, content in zip(paths, files.values()):
                path.write_bytes(content)
            done = subprocess.run([PROGRAM, *paths], capture_output=True, text=True, check=True)
        return dict(zip(files, (line.split("\t") for line in done.stdout.splitlines()), strict=True))

    def expect_pixels_of_pillow(self, files):
        """The words of each file, after its size and pixels were compared."""
        answers = self.decode(files)
        for name, content in files.items():
            with self.subTest(name):
                picture = Image.open(io.BytesIO(content)).convert("RGB")
                self.assertEqual(answers[name][:2], [str(picture.height), str(picture.width)], answers[name])
                self.assertEqual(answers[name][2], hashlib.sha256(picture.tobytes()).hexdigest())
        return answers

    def test_without_anything_odd_have_pillows_pixels_and_no_warning(self):
        for name, line in self.expect_pixels_of_pillow(clean()).items():
            self.assertEqual(line[3:], [""], name)

    def test_that_a_library_warns_of_have_pillows_pixels_and_the_warning(self):
        for name, line in self.expect_pixels_of_pillow(odd()).items():
            if name != "chromaticities":  # of which some releases of libpng warn, and some do not
                self.assertNotEqual(line[3:], [""], name)

    def test_without_all_their_pixels_are_refused(self):
        self.assertFalse(ImageFile.LOAD_TRUNCATED_IMAGES)
        for name, line in self.decode(damaged()).items():
            self.assertEqual(line[0], "refused", f"{name}: {line}")

    def test_of_other_formats_are_called_by_them(self):
        for name, line in self.decode(others()).items():
            self.assertEqual(line[0], "refused", name)
            self.assertIn(name, line[1])


if __name__ == "__main__":
    unittest.main()

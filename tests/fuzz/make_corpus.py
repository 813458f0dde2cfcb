#!/usr/bin/env python3
"""Makes the binary inputs in corpus/; those of texts are kept as they are. Needs h5py and Pillow.

Usage: make_corpus.py FOLDER    writes FOLDER/TARGET/NAME
"""

import gzip
import hashlib
import io
import json
import pathlib
import pickle
import struct
import sys
import tarfile
import zipfile
import zlib
from typing import Any

import h5py
import numpy as np
from PIL import Image

FOLDER = pathlib.Path(sys.argv[1])
MARK = b"%%\n"
MEASURES = (
    "learning_rate loss accuracy validation_bacc validation_gm test_bacc test_gm seconds step_seconds evaluation_seconds "
    "generated_loss other_loss generated_accuracy generated_p_target generated_p_seed"
).split()
OUTCOMES = ["chosen", "without_seed", "failed_coin", "failed_gamma", "accepted"]


def write(name: str, content: bytes) -> None:
    file = FOLDER / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def to_json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def make_arrays() -> None:
    pixels, labels = np.arange(8, dtype="u1").reshape(2, 2, 2), np.array([0, 1])
    features = np.array([[0, 1], [-1, 0.5], [2, 3]], "f4")
    write("npy/pixels", npy(pixels) + MARK + npy(labels))
    write("npy/channels", npy(np.arange(12, dtype="u1").reshape(1, 3, 2, 2)) + MARK + npy(np.ones(1, "u1")))
    write("npy/features", npy(features) + MARK + npy(np.array([[0], [1], [1]], "i4")))
    for name, way, x in (
        ("deflated", zipfile.ZIP_DEFLATED, pixels),
        ("stored", zipfile.ZIP_STORED, features[:2].astype("f8")),
    ):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", way) as archive:
            for part in ("train", "test", "val")[: 2 if way == zipfile.ZIP_STORED else 3]:
                for letter, array in (("x", x), ("y", labels)):
                    archive.writestr(zipfile.ZipInfo(f"{letter}_{part}.npy", (2026, 1, 1, 0, 0, 0)), npy(array), way)
        write(f"npz/{name}", stream.getvalue())


def make_archives() -> None:
    packed = {text: gzip.compress(text, mtime=0) for text in (b"", b"a", b"0,1,2\n" * 20)}
    write("gzip/empty", packed[b""])
    write("gzip/two_members", packed[b"a"] * 2)
    write("gzip/text", packed[b"0,1,2\n" * 20])
    stored = zlib.compressobj(0, zlib.DEFLATED, 31)
    write("gzip/stored", stored.compress(b"stored") + stored.flush())
    for name, names in (("ustar", ["cifar/a.bin", "cifar/b.bin"]), ("long_name", ["x/" + 120 * "l"])):
        archive = b""
        for member in names:
            info = tarfile.TarInfo(member)
            info.size = 5
            archive += info.tobuf(tarfile.GNU_FORMAT) + b"12345".ljust(512, b"\0")
        write(f"tar/{name}", archive + bytes(512))
        write("tar/cut", archive[:1400])


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(size: tuple[int, int], depth: int, colour: int, rows: bytes, more: bytes = b"", interlace: int = 0) -> bytes:
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, interlace)
    chunks = png_chunk(b"IHDR", header) + more + png_chunk(b"IDAT", zlib.compress(rows, 9)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def make_pictures() -> None:
    def rows(width: int, height: int, size: int) -> bytes:
        return b"".join(
            bytes([y % 5]) + bytes((7 * x + 3 * y) % 256 for x in range(width * size)) for y in range(height)
        )

    colours = png_chunk(b"PLTE", bytes(range(12))) + png_chunk(b"tRNS", b"\0\x80")
    write("png/rgb", png((6, 5), 8, 2, rows(6, 5, 3)))
    write("png/rgba_16", png((3, 3), 16, 6, rows(3, 3, 8)))
    write("png/palette", png((8, 3), 4, 3, b"\0\x01\x23\x01\x23" * 3, colours))
    write("png/grey_1_interlaced", png((9, 9), 1, 0, b"\0\xff" * 40, interlace=1))
    write("png/large_side", png((20000, 5000), 1, 0, bytes(25010)))
    picture = Image.new("RGB", (9, 6))
    picture.putdata([(31 * i % 256, 17 * i % 256, i) for i in range(54)])
    for name, mode, options in (
        ("rgb", "RGB", {"quality": 60}),
        ("progressive", "RGB", {"quality": 60, "progressive": True}),
        ("restart", "RGB", {"quality": 40, "restart_marker_blocks": 1}),
        ("grey", "L", {"quality": 40}),
        ("cmyk", "CMYK", {"quality": 40}),
    ):
        stream = io.BytesIO()
        picture.convert(mode).save(stream, "JPEG", **options)
        write(f"jpeg/{name}", stream.getvalue())


def picture_cache(count: int, pixels: bytes, notes: bytes) -> bytes:
    sums = b"".join(hashlib.sha256(part).hexdigest().encode() for part in (pixels, notes))
    header = b"M2MPIX\r\n" + struct.pack("<IIQ", 2, 1, count) + 64 * b"a" + 64 * b"b" + sums
    return header.ljust(320, b"\0") + pixels + MARK + notes


def make_picture_caches() -> None:
    notes = b"warning\tstray bytes\ta.png\nleft out\tis missing\tb.png\n"
    write("picture_cache/one", picture_cache(1, b"\0\1\2", notes))
    write("picture_cache/two", picture_cache(2, b"\0\1\2\0\1\2", b""))
    write("picture_cache/count", picture_cache(2**62, b"\0\1\2", b""))


def put(group: h5py.Group, name: str, value: Any) -> None:
    """A dataset within the metadata and without time stamps, so that equal inputs are equal bytes."""
    array = np.ascontiguousarray(value)
    options = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    options.set_obj_track_times(False)
    if array.size:
        options.set_layout(h5py.h5d.COMPACT)
    kind, scalar = h5py.h5t.py_create(array.dtype), np.ndim(value) == 0
    space = h5py.h5s.create(h5py.h5s.SCALAR) if scalar else h5py.h5s.create_simple(array.shape)
    h5py.h5d.create(group.id, name.encode(), kind, space, options).write(h5py.h5s.ALL, h5py.h5s.ALL, array, kind)


def put_json(group: h5py.Group, name: str, value: Any) -> None:
    put(group, name, np.bytes_(to_json(value)))


def put_samples(group: h5py.Group) -> None:
    features, translations = group.create_group("features"), group.create_group("translations")
    put(features, "values", np.ones((2, 3), "f2"))
    put(features, "labels", np.array([0, 1], "i4"))
    put(features, "rows", np.array([3, 4], "i4"))
    for name in ("seed_class", "target", "kept"):
        put(translations, name, np.array([1], "i4"))
    for name in ("seeds", "translated"):
        put(translations, name, np.ones((1, 1, 2, 2), "f2"))
    for name in ("g_target", "g_seed", "f_target", "f_seed"):
        put(translations, name, np.ones((1, 3), "f2"))


def put_record(group: h5py.Group, has_all: bool) -> None:
    facts = group.create_group("json")
    put_json(facts, "config", {"data.set": "digits", "method": "M2m", "seed": 0})
    put_json(facts, "identity", {"seed": 0})
    put_json(facts, "environment", {"host": "a"})
    put_json(facts, "data", {"counts": [5, 2]})
    put_json(facts, "about", {"id": "0123456789abcdef", "label": "M2m", "wall_seconds": 1.5, "rank": 0, "started": ""})
    epoch = np.zeros(1, [("epoch", "i8"), ("translated", "i8"), *((name, "f8") for name in MEASURES)])
    epoch["translated"] = 1
    put(group, "epochs", epoch)
    put(group.create_group("labels"), "validation", np.zeros(0, "i4"))
    put(group["labels"], "test", np.array([0, 1, 1], "i4"))
    for name in ("last", "best")[: 2 if has_all else 1]:
        test = group.create_group(f"{name}/test")
        group[name].attrs.create("epoch", 0, dtype="i8")
        put(test, "confusion", np.array([[1, 0], [1, 1]], "i8"))
        put(test, "logits", np.array([[1, 0], [2, 1], [0, 3]], "f2"))
    if has_all:
        put(group, "generation", np.ones(1, [(name, "i8") for name in ["epoch", "seed_class", "target", *OUTCOMES]]))
        group["generation"].attrs.create("classes", 2, dtype="i8")
        put_samples(group)


def make_results() -> None:
    def create(name: str, kind: str, oldest: str = "earliest") -> h5py.File:
        write(name, b"")
        file = h5py.File(FOLDER / name, "w", libver=(oldest, "v108"))
        file.attrs.create("schema_version", 2, dtype="i8")
        put(file, "kind", np.bytes_(kind))
        return file

    with create("result/checksums", "trial", "v108") as file:
        put_record(file, True)
    with create("result/old", "trial") as file:  # without checksums, so that mutations get further
        put_record(file, False)
    with create("result/links", "trial") as file:
        file["json"] = h5py.ExternalLink("/etc/hostname", "/json")
        file["labels"] = h5py.SoftLink("/kind")
    with create("merged/one", "results") as file:
        trials = [
            {"id": name, "label": "M2m", "config": {"seed": 0}} for name in ("0123456789abcdef", "fedcba9876543210")
        ]
        put_json(
            file, "study", {"schema": 2, "name": "s", "file": "s.toml", "trials": trials, "stages": [], "cache": ""}
        )
        outcomes = {"0123456789abcdef": ("done", ""), "fedcba9876543210": ("failed", "no")}
        put_json(
            file, "outcomes", {name: {"status": status, "reason": why} for name, (status, why) in outcomes.items()}
        )
        put_record(file.create_group("trial/0123456789abcdef"), False)


def make_pickles() -> None:
    value = {"net": [1, 2.5, None, True, "text", (1, 2), (), 10**15], "acc": -3}
    write("pickle/values", pickle.dumps(value, 2) + pickle.dumps([], 2))
    write("pickle/ordered", b"\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01(X\x01\x00\x00\x00aq\x02K\x01u.")
    write("pickle/system", b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00trueq\x00\x85q\x01R.")


def safetensors(tensors: dict[str, tuple[str, list[int], bytes]], metadata: dict[str, str]) -> bytes:
    header: dict[str, Any] = {"__metadata__": metadata}
    data = b""
    for name, (kind, shape, content) in tensors.items():
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def make_checkpoints() -> None:
    write(
        "safetensors/two", safetensors({"w": ("F32", [2, 2], bytes(16)), "b": ("BOOL", [2], b"\0\1")}, {"epoch": "3"})
    )
    epoch = {"epoch": 0, "classes": 3, **dict.fromkeys(MEASURES, 0.5)}
    facts = {"format": 2, "epoch": 1, "step": 1, "step_seconds": [0.5], "best": 0, "epochs": [epoch]}
    weight = ("F32", [1], bytes(4))
    state = {
        "generation/0": ("I64", [1, 7], struct.pack("<7q", 0, 2, 7, 0, 1, 0, 6)),
        "snapshot/validation": ("I64", [1, 1], struct.pack("<q", 3)),
        "snapshot/test": ("I64", [1, 1], struct.pack("<q", 3)),
        "snapshot/validation_logits": ("F32", [3], bytes(12)),
        "snapshot/test_logits": ("F32", [3], bytes(12)),
        **{f"{group}/w": weight for group in ("network", "best", "momentum", "counters")},
    }
    write("safetensors/state", safetensors(state, {"trial state": to_json(facts)}))


def pickled(value: Any) -> bytes:
    """Opcodes of texts, integers, tuples and dicts; bytes are opcodes already."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return b"X" + struct.pack("<I", len(value)) + value.encode()
    if isinstance(value, int):
        return b"\x8a\x08" + struct.pack("<q", value)
    if isinstance(value, tuple):
        return b"(" + b"".join(map(pickled, value)) + b"t"
    return b"}(" + b"".join(pickled(key) + pickled(item) for key, item in value.items()) + b"u"


def pickled_tensor(key: str, count: int, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> bytes:
    storage = pickled(("storage", b"ctorch\nFloatStorage\n", key, "cpu", count, b"N")) + b"Q"
    arguments = (storage, offset, shape, strides, b"\x89", b"ccollections\nOrderedDict\n)R")
    return b"ctorch._utils\n_rebuild_tensor_v2\n" + pickled(arguments) + b"R"


def make_legacy_checkpoint() -> None:
    weight, velocity = (pickled_tensor(key, 6, 0, (2, 3), (3, 1)) for key in ("1", "2"))
    groups = b"](" + pickled({"params": b"](" + pickled(140) + b"e"}) + b"e"
    optimizer = {"state": pickled({140: pickled({"momentum_buffer": velocity})}), "param_groups": groups}
    whole = pickled({"net": pickled({"a.weight": weight}), "optimizer": pickled(optimizer), "acc": 69, "epoch": 12})
    pickles = [b"M\xe9\x03", pickled({"little_endian": b"\x88"}), whole, b"](" + pickled("1") + pickled("2") + b"e"]
    magic = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
    storages = 2 * (struct.pack("<q", 6) + struct.pack("<6f", *range(6)))
    write("t7/sample", magic + b"".join(b"\x80\x02" + one + b"." for one in pickles) + storages)


make_arrays()
make_archives()
make_pictures()
make_picture_caches()
make_results()
make_pickles()
make_checkpoints()
make_legacy_checkpoint()

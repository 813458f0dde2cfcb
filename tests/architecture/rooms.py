"""The rooms of src/, which of them each may use, and who may include which library. docs/architecture.md, section 2."""

# An arrow points to what is used; arrows chain.
USES = {
    "core": [],
    "settings": ["core"],
    "kernels": ["core"],
    "comm/messages": ["core"],
    "comm/tensors": ["core", "comm/messages"],
    "results": ["core"],
    "data": ["core", "settings", "kernels"],
    "nn": ["core", "settings", "kernels"],
    "study": ["core", "settings"],
    "checkpoints": ["core", "results"],
    "report": ["core", "settings", "results"],
    "methods": ["core", "settings", "data", "nn"],
    "sweep": ["core", "settings", "study", "results", "comm/messages"],
    "train": ["core", "settings", "data", "nn", "methods", "checkpoints", "results", "comm/tensors"],
    "stages": ["core", "settings", "kernels", "data", "nn", "methods", "comm/messages", "comm/tensors", "results", "checkpoints",
               "study", "train"],
}
# They may use every room, and no room uses them.
TOP = ["apps", "bench"]

# Header prefixes of a library -> the rooms (or files) that may include them.
LIBRARIES = {
    "MPI": (["mpi.h", "mpi-ext.h"], ["comm/messages", "comm/tensors"]),
    "NCCL": (["nccl.h", "nccl_device.h"], ["comm/tensors", "apps/doctor_devices_cuda.cpp"]),
    "HDF5": (["hdf5.h", "hdf5_hl.h", "H5"], ["results"]),
    "spdlog": (["spdlog/"], ["core/log.cpp"]),
    "CLI11": (["CLI/"], ["core/command_line.cpp", "apps", "bench"]),
    "libjpeg": (["jpeglib.h", "jerror.h"], ["data"]),
    "libpng": (["png.h"], ["data"]),
    "libzip": (["zip.h"], ["data"]),
    "torch": (["torch/", "ATen/", "c10/"], ["comm/tensors", "nn", "checkpoints", "methods", "train", "stages", "apps", "bench"]),
}

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 60


def reachable(room):
    """Every room that `room` may use: itself and all that its arrows lead to."""
    if room in TOP:
        return set(USES) | {room}
    found, to_visit = set(), [room]
    while to_visit:
        here = to_visit.pop()
        if here not in found:
            found.add(here)
            to_visit.extend(USES[here])
    return found


def room_of(path):
    """The room of a path relative to src/ ("comm/messages/mailbox.hpp"), or None where it lies in none."""
    for room in sorted([*USES, *TOP], key=len, reverse=True):
        if path.startswith(room + "/"):
            return room
    return None

#!/usr/bin/env python3
"""Prints what each kernel of a build needs: registers, stack and spills, as ptxas said while it was compiled.

Usage: scripts/kernel_resources.py [BUILD]        BUILD: by default build/gpu-release
Of the fused kernels also shared memory, blocks that a multiprocessor holds, and the predicted time on an H200, of
ResNet-32 and 76 images, or of a batch of 128 in a training step (docs/gpu.md, "Predicted times").
Fails if a kernel keeps more than 64 bytes of a thread outside of registers, or stores or loads more of spilled
registers. Needs no GPU.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

CHECKOUT = pathlib.Path(__file__).resolve().parents[1]
MOST_SPILLED = 64  # bytes of a thread
WARP = 32
REGISTERS = 65536  # of a multiprocessor
SHARED = {"80": 164, "90": 228, "100": 228}  # KiB of a multiprocessor
RESERVED = 1024  # bytes of shared memory that CUDA takes of each block
KERNEL = re.compile(
    r"entry function '(\S+)' for 'sm_(\d+)'.*?(\d+) bytes stack frame, (\d+) bytes spill stores, "
    r"(\d+) bytes spill loads.*?Used (\d+) registers",
    re.S,
)


def kernels_of(build):
    """What ptxas said of each kernel of a build: {source: [(mangled name, architecture, stack, stores, loads, registers)]}."""
    reports = sorted((build / "src/kernels").rglob("*.cu.o.ptxas"))
    if not reports:
        sys.exit(f"kernel_resources.py: {build} has no kernels for GPUs; build the preset gpu-release or both-release")
    kernels = {report.name.split(".")[0]: KERNEL.findall(report.read_text()) for report in reports}
    if not kernels.get("translate"):
        sys.exit(f"kernel_resources.py: {build} was built by a version that kept no reports; build it again")
    return kernels


def readable(mangled):
    """'translate<8>' of a mangled name: the last plain name in it, and whole numbers of template arguments."""
    names = re.findall(r"(?<=\d)([a-z_]{4,})(?=I|E|v)", mangled)
    numbers = re.findall(r"Li(\d+)E", mangled)
    return (names[-1] if names else mangled) + (f"<{', '.join(numbers)}>" if numbers else "")


def fused_costs(compiler):
    """What scripts/fused_costs.cpp prints: warps and shared bytes of a block and milliseconds, by kernel."""
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/fused_costs"
        source = str(CHECKOUT / "scripts/fused_costs.cpp")
        subprocess.run([compiler, "-std=c++20", f"-I{CHECKOUT / 'src'}", source, "-o", program], check=True)
        return json.loads(subprocess.run([program], check=True, capture_output=True, text=True).stdout)


def resident_blocks(warps, registers, shared, architecture):
    """Blocks that a multiprocessor holds: by registers, which are given out by 256 a warp, and by shared memory."""
    of_a_warp = -(-int(registers) * WARP // 256) * 256
    return min(REGISTERS // (of_a_warp * warps), SHARED.get(architecture, 228) * 1024 // (shared + RESERVED))


def fused_columns(name, registers, architecture, costs):
    """Shared bytes, resident blocks and predicted milliseconds of a fused kernel; of another one '-'."""
    if name not in costs:
        return ["-", "-", "-"]
    warps, shared, milliseconds = (costs[name][key] for key in ("warps", "shared", "ms"))
    blocks = resident_blocks(warps, registers, shared, architecture)
    return [str(shared), str(blocks), milliseconds if architecture == "90" else "-"]


def parse():
    parser = argparse.ArgumentParser(
        prog="kernel_resources.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--compiler", default="c++", help="for fused_costs.cpp (default: %(default)s)")
    parser.add_argument("build", nargs="?", type=pathlib.Path, default=CHECKOUT / "build/gpu-release", metavar="BUILD")
    return parser.parse_args()


def main():
    given = parse()
    too_much = []
    costs = fused_costs(given.compiler)
    columns = ["sm", "registers", "stack", "stores", "loads", "shared", "blocks", "ms"]
    print(f"{'source':<20} {'kernel':<34}" + "".join(f"{column:>10}" for column in columns))
    for source, kernels in kernels_of(given.build).items():
        for mangled, architecture, stack, stores, loads, registers in kernels:
            name = readable(mangled)
            row = [architecture, registers, stack, stores, loads, *fused_columns(name, registers, architecture, costs)]
            print(f"{source:<20} {name:<34}" + "".join(f"{value:>10}" for value in row))
            for what, amount in {"of stack": stack, "of spill stores": stores, "of spill loads": loads}.items():
                if int(amount) > MOST_SPILLED:
                    too_much.append(f"{name} of {source}.cu for sm_{architecture}: {amount} bytes {what}")
    for line in too_much:
        print(f"more than {MOST_SPILLED} bytes: {line}")
    return 1 if too_much else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Times a few steps of the authors' program, on a CPU or a GPU, without changes to it.

The program is train.py of a checkout of alinlab/M2m (Kim et al., CVPR 2020). It was written for CUDA, a terminal and
torchvision's downloads; these are replaced here, from outside, before it starts:

* `stty size`, which it asks for the width of a terminal, is answered;
* on a CPU `.cuda()` and the CUDA tensor types become those of the CPU; byte masks become the booleans that PyTorch now wants;
* torchvision's CIFAR-10 becomes a reader of the published binary files; on a CPU data loaders work without further processes
  (as many threads as the program that it is compared with, and no more), on a GPU they keep theirs;
* torch.load reads the whole pickle of a checkpoint: give it only checkpoints that you trust.

Its loop over batches ends after --steps batches; the evaluation of the validation images follows, and ends the program.
The last line printed is one JSON object: `steps`, the seconds of each step with the loading of its batch; `evaluation`,
seconds; `first_step_end`, on the monotonic clock.

Needs Python packages torch, torchvision, scipy, tqdm, numpy and Pillow.
"""

import argparse
import builtins
import importlib
import io
import json
import os
import pathlib
import runpy
import sys
import tempfile
import time

import numpy as np
import torch
import torchvision
import tqdm
from PIL import Image


class Measured(Exception):
    """Raised to leave the authors' program after the measurement."""


class StepClock:
    """Replaces tqdm: hands on batches, and measures each iteration of the loop."""

    def __init__(self, steps, wait):
        self.steps = steps
        self.wait = wait  # waits for the work that the step has queued on a GPU
        self.seconds = []
        self.first_step_end = None

    def __call__(self, loader, *_, **__):
        batches = iter(loader)
        for _ in range(self.steps):
            start = time.monotonic()
            yield next(batches)
            self.wait()
            end = time.monotonic()
            self.seconds.append(end - start)
            self.first_step_end = self.first_step_end or end


class CifarFiles(torch.utils.data.Dataset):
    """CIFAR-10 from its binary files, with the parts of torchvision's interface that the program uses."""

    folder = None  # contains cifar-10-batches-bin

    def __init__(self, root, train=True, transform=None, download=False):
        names = [f"data_batch_{i}.bin" for i in range(1, 6)] if train else ["test_batch.bin"]
        files = [np.fromfile(self.folder / "cifar-10-batches-bin" / name, np.uint8) for name in names]
        records = np.concatenate(files).reshape(-1, 1 + 3 * 32 * 32)
        self.targets = records[:, 0].astype(int).tolist()
        self.data = np.ascontiguousarray(records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
        self.transform = transform

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        return self.transform(Image.fromarray(self.data[index])), int(self.targets[index])


def replace_terminal():
    """Answers the program's two questions to a terminal."""
    popen = os.popen
    os.popen = lambda command, *rest: io.StringIO("40 120") if command == "stty size" else popen(command, *rest)
    builtins.input = lambda *_: "y"


def replace_old_calls():
    """Lets today's PyTorch take byte masks and whole pickles."""
    where, load = torch.where, torch.load
    torch.where = lambda mask, *rest: where(mask.bool() if mask.dtype == torch.uint8 else mask, *rest)
    torch.load = lambda file, **named: load(file, **{**named, "weights_only": False})


def replace_cuda():
    """Maps calls of CUDA to the CPU."""
    as_type, load = torch.Tensor.type, torch.load
    torch.Tensor.cuda = lambda self, *_, **__: self
    torch.cuda.is_available = lambda: False
    torch.cuda.FloatTensor = torch.FloatTensor
    torch.Tensor.type = lambda self, *rest, **named: (
        self.float() if rest[:1] == (torch.FloatTensor,) else as_type(self, *rest, **named)
    )
    torch.load = lambda file, **_: load(file, map_location="cpu")


def replace_data(folder):
    """Reads CIFAR-10 from `folder`."""
    CifarFiles.folder = folder
    torchvision.datasets.CIFAR10 = CifarFiles


def replace_loaders():
    """Loads batches in this process."""
    make = torch.utils.data.DataLoader.__init__

    def make_without_workers(self, *rest, **named):
        make(self, *rest, **{**named, "num_workers": 0})

    torch.utils.data.DataLoader.__init__ = make_without_workers


def make_arguments(options):
    """The command line of train.py for CIFAR-LT-10 at ratio 100, with the settings of the paper."""
    common = [
        "--dataset",
        "cifar10",
        "--ratio",
        "100",
        "--model",
        "resnet32",
        "--batch-size",
        "128",
        "--lr",
        "0.1",
        "--decay",
        "2e-4",
        "--seed",
        "1",
        "--name",
        options.method,
    ]
    if options.method == "ERM":
        return [*common, "--no_over", "--warm", "200", "--epoch", "200"]
    network = str(options.g.resolve())
    begin = torch.load(network)["epoch"] + 1  # it continues from there, and translates from --warm on
    return [
        *common,
        "--gen",
        "--beta",
        "0.999",
        "--lam",
        "0.5",
        "--gamma",
        "0.9",
        "--step_size",
        "0.1",
        "--attack_iter",
        "10",
        "--resume",
        "--net_t",
        network,
        "--net_g",
        network,
        "--warm",
        str(begin),
        "--epoch",
        str(begin + 1),
    ]


def time_evaluation(checkout):
    """Makes the evaluation measure its time and end the program; returns the list that receives the seconds."""
    sys.path.insert(0, str(checkout))
    config = importlib.import_module("config")
    evaluate, seconds = config.evaluate, []

    def timed(*rest, **named):
        start = time.monotonic()
        evaluate(*rest, **named)
        seconds.append(time.monotonic() - start)
        raise Measured

    config.evaluate = timed
    return seconds


def measure(options):
    """Runs the program up to its first evaluation; returns the measured times."""
    replace_terminal()
    replace_old_calls()
    replace_data(options.data.resolve())
    if options.device == "cpu":
        replace_cuda()
        replace_loaders()
    torch.set_num_threads(options.threads)
    wait = torch.cuda.synchronize if options.device == "cuda" else lambda: None
    clock = tqdm.tqdm = StepClock(options.steps, wait)  # before train.py takes the name from there
    checkout = options.checkout.resolve()
    sys.argv = ["train.py", *make_arguments(options)]
    with tempfile.TemporaryDirectory() as work:  # it writes logs into the current folder
        os.chdir(work)
        evaluation = time_evaluation(checkout)
        try:
            runpy.run_path(str(checkout / "train.py"), run_name="__main__")
        except Measured:
            pass
        os.chdir("/")
    return {"steps": clock.seconds, "evaluation": evaluation[0], "first_step_end": clock.first_step_end}


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkout", type=pathlib.Path, help="folder with the authors' train.py")
    parser.add_argument("--method", choices=["ERM", "M2m"], required=True)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder with cifar-10-batches-bin")
    parser.add_argument("--g", type=pathlib.Path, help="checkpoint (.t7) that M2m goes on from and translates against")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    if options.method == "M2m" and options.g is None:
        parser.error("M2m needs --g")
    return options


if __name__ == "__main__":
    print(json.dumps(measure(parse())), flush=True)

# Shortcuts: every line is a script or a CMake preset that can be called directly.
# PRESET: a preset of CMakePresets.json, for 'build' and 'check'.
PRESET ?= cpu-release
.DEFAULT_GOAL := help
.PHONY: help setup programs build demo check check-quick gpu asan tsan fuzz format format-check tidy lint docs package clean

help:           ## this list
	@awk -F ':.*## *' '/^[a-z-]+:.*##/ {printf "  make %-14s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:          ## install missing Debian packages, and libtorch into .venv
	@scripts/setup.sh

programs: setup ## the optimised CPU programs, into build/bin
	@scripts/build.sh cpu-release programs

build: setup    ## the programs, the benchmarks and the tests
	@scripts/build.sh $(PRESET)

demo: programs  ## train the digits with ERM, DRS and M2m over 2 ranks; table, figures and page
	@scripts/demo.sh

check: build    ## every test
	@scripts/check.sh $(PRESET)

check-quick: setup  ## tests of the code without torch
	@scripts/build.sh $(PRESET) unit_tests
	@scripts/check.sh $(PRESET) --label-regex '^unit$$'

gpu:            ## the GPU programs, into build/bin (needs nvcc 13 and NCCL; fetches 4.7 GB)
	@scripts/setup.sh gpu
	@scripts/build.sh gpu-release

asan: setup     ## every test under the address and undefined-behaviour sanitizers
	@scripts/build.sh cpu-asan
	@scripts/check.sh cpu-asan

tsan: setup     ## tests of the code without torch under the thread sanitizer
	@scripts/build.sh cpu-tsan unit_tests
	@scripts/check.sh cpu-tsan --label-regex '^unit$$'

fuzz: setup     ## fuzz the readers of files that others may have made (needs clang 14)
	@scripts/install_packages.sh clang-14 libclang-rt-14-dev
	@scripts/build.sh cpu-fuzz fuzz_targets
	@scripts/fuzz.sh

format:         ## lay out the sources
	@scripts/format.sh

format-check:   ## fail if the layout of a source differs
	@scripts/format.sh --check

lint: setup     ## check the layout, rules and types of Python with ruff and mypy
	@scripts/lint.sh

tidy: setup     ## check what differs from origin/main with clang-tidy
	@scripts/tidy.sh --changed origin/main

docs:           ## make the site of the documentation, build/site/index.html
	@scripts/docs.sh

package: setup  ## a Debian package and an archive of the CPU programs, into build/package/packages
	@scripts/package.sh

clean:          ## remove the build folders
	@rm -rf build

#pragma once
// The program m2m-sweep, given a training side.
#include "apps/training.hpp"

namespace m2m::apps {

/// All of main: every rank of the job calls it. Returns what the process is to exit with: rank 0 the exit code, the
/// others 0, so that one code reaches the shell.
int sweep_main(int argc, char** argv, const Training& training);

}  // namespace m2m::apps

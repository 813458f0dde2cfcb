#pragma once
// m2m-bench step, the process that `compare` measures: a few steps of a method on CIFAR-LT-10, and an evaluation.
#include <string>

#include "bench/measurement.hpp"

namespace m2m::bench {

struct StepSettings {
  std::string method = "ERM";  // ERM: from its initialisation, in epoch 0; M2m: from `g`, where its epochs end
  std::string precision = "float32";
  std::string data;  // folder with cifar-10-batches-bin
  std::string g;     // a checkpoint that M2m takes for f and g
  int steps = 4;
  int threads = 1;
  std::string device = "cpu";     // train.device
  std::string executor = "auto";  // train.executor
};

/// Trains and evaluates as a trial of a sweep does. On a GPU each step's time ends when the device has done it, and
/// steps that record go before those that count. Local. Throws Error as reading data and checkpoint do.
StepTimes time_steps(const StepSettings& settings);

}  // namespace m2m::bench

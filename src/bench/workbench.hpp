#pragma once
// What the cases share: data, settings, networks, and the plain path's answers to compare with.
#include <benchmark/benchmark.h>
#include <torch/types.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/made_up_data.hpp"
#include "train/trial.hpp"

namespace m2m::bench {

/// What a case computes with: train.precision and train.kernels.
struct Variant {
  std::string precision = "float32";
  std::string kernels = "auto";
};

/// libtorch's operations alone in float32: what every other variant is compared with.
inline const Variant plain_variant{"float32", "torch"};

/// float32 and bf16 with the project's kernels, and the plain path.
std::vector<Variant> variants();

/// How far gradients may be from the plain path's, as the least cosine, by precision.
struct CosineBounds {
  double float32, bf16;
  double of(const Variant& variant) const { return variant.precision == "bf16" ? bf16 : float32; }
};

/// A setting of the trial whose steps are timed; seeds are fixed.
Config trial_config(const std::string& method, const Variant& variant, std::int64_t batch);

/// The choices and the parts of a trial before its first step.
struct TrialSetup {
  train::TrialPlan plan;
  train::TrialParts parts;
};

class Workbench {
 public:
  /// device, executor: the settings of that name. Throws Error (usage) where there is no such device.
  Workbench(std::string device, std::string executor);

  torch::Device device() const { return device_; }
  /// Made when it is first asked for, then kept.
  std::shared_ptr<const train::LoadedData> data();

  /// A trial of that configuration on the device before its first step. M2m has a g of an initialisation of its
  /// own.
  TrialSetup setup(Config config);

  /// f's velocity after the first step of the plain path, in one row: its gradient and the weight decay. Computed
  /// once for each method and batch.
  torch::Tensor plain_first_step(const std::string& method, std::int64_t batch);

 private:
  Config on_device(Config config) const;

  std::string wanted_device_, executor_;
  torch::Device device_;
  std::shared_ptr<const train::LoadedData> data_;
  std::map<std::pair<std::string, std::int64_t>, torch::Tensor> first_steps_;
};

/// All velocities of a trial's SGD, by name, in one row.
torch::Tensor velocity_of(const train::Trial& trial);

/// a . b / (|a| |b|), summed in double.
double cosine(const torch::Tensor& a, const torch::Tensor& b);

/// Makes the case fail with `sentence` unless `right`.
void verify(benchmark::State& state, bool right, const std::string& sentence);

/// Reports `multiply_adds` of one iteration as GFLOP/s: 2 operations each, over real time.
void count_flops(benchmark::State& state, double multiply_adds_per_iteration);

/// "NAME/float32/auto"; parts joined by "/".
std::string case_name(const std::string& name, const Variant& variant);

/// Registers `body` as a case of a fixed number of iterations a repetition, in real time.
template <typename Body>
void add_case(const std::string& name, std::int64_t iterations, Body body) {
  benchmark::RegisterBenchmark(name.c_str(), body)
      ->Iterations(iterations)
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime()
      ->MeasureProcessCPUTime();
}

}  // namespace m2m::bench

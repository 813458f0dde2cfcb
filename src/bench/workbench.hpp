#pragma once
// What the cases share: data, settings, networks, reference results of libtorch, checks, and their registration.
#include <benchmark/benchmark.h>
#include <torch/types.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "train/loaded_data.hpp"
#include "train/trial.hpp"

namespace m2m::bench {

/// Synthetic data with the shape of CIFAR-LT-10 at rho = 100, so that the cases run on any machine.
///
/// 12,406 training images in ten classes of 5000 2997 1796 1077 645 387 232 139 83 50. 10,000 further images in
/// equal classes, of which the first 1,000 validate and 9,000 test. Uint8 of 3x32x32 on the device; each class has
/// a bright band at its own height. Deterministic.
std::shared_ptr<const train::LoadedData> synthetic_data(torch::Device device);

/// The arithmetic of a case: train.precision and train.kernels.
struct Variant {
  std::string precision = "float32";
  std::string kernels = "auto";
};

/// Only libtorch's operations, in float32: the reference for every other variant.
inline const Variant plain_variant{"float32", "torch"};

/// float32 and bf16 with the project's kernels, and the plain variant.
std::vector<Variant> variants();

/// The smallest cosine with the plain variant's gradient that passes, by precision.
struct CosineBounds {
  double float32, bf16;
  double of(const Variant& variant) const { return variant.precision == "bf16" ? bf16 : float32; }
};

/// Resolved settings of the trial whose steps are timed; seeds are fixed.
Config trial_config(const std::string& method, const Variant& variant, std::int64_t batch);

/// The choices and the parts of a trial before its first step.
struct TrialSetup {
  train::TrialPlan plan;
  train::TrialParts parts;
};

/// The states of a classifier and of a g, trained from different keys.
struct BriefStates {
  checkpoints::NetworkState f, g;
};

/// The device, its data, and results that several cases compare with. Not thread-safe.
class Workbench {
 public:
  /// device, executor: the settings of that name; with 'fused' all variants but bf16 run eagerly. Throws Error
  /// (usage) if the device does not exist, or has no fused steps.
  Workbench(std::string device, std::string executor);

  torch::Device device() const { return device_; }
  bool is_fused() const;
  /// Synthetic data on the device, made by the first call.
  std::shared_ptr<const train::LoadedData> data();

  /// Everything to start a trial of `config` on the device. The g of M2m has random weights from its own key.
  TrialSetup setup(Config config);

  /// f's velocity after the first step of the plain variant, flat: gradient and weight decay. Computed once for
  /// each method and batch.
  torch::Tensor plain_first_step(const std::string& method, std::int64_t batch);

  /// Networks after a few steps of ERM, so that batch norm has statistics and gradients are no noise. Trained once.
  const BriefStates& brief_states();

  /// Multiply-adds a second of a GPU in one large matrix product of libtorch in bf16, what cases are compared with.
  /// Measured once; 0 on a CPU.
  double product_rate();

 private:
  Config on_device(Config config) const;
  /// Of a trial that the executor can run.
  Config any_config() const;

  std::string wanted_device_, executor_;
  torch::Device device_;
  std::shared_ptr<const train::LoadedData> data_;
  std::map<std::pair<std::string, std::int64_t>, torch::Tensor> first_steps_;
  std::optional<double> product_rate_;
  std::optional<BriefStates> brief_states_;
};

/// A network of the settings with this state. Not thread-safe.
std::shared_ptr<nn::Network> network_from(Workbench& bench, const Config& config,
                                          const checkpoints::NetworkState& state);

/// All velocities of a trial's SGD in one flat tensor, ordered by name.
torch::Tensor flat_velocity(const train::Trial& trial);

/// a . b / (|a| |b|), summed in double.
double cosine(const torch::Tensor& a, const torch::Tensor& b);

/// Makes the case fail with `sentence` unless `right`. Only the first failure of a case is kept.
void verify(benchmark::State& state, bool right, const std::string& sentence);

/// Reports `multiply_adds_per_iteration` as GFLOP/s: 2 operations each, over real time. product_rate: that of the
/// bench; unless it is 0, also the share of it.
void count_flops(benchmark::State& state, double multiply_adds_per_iteration, double product_rate = 0);

/// Numbers of trials that share the device in cases of several: up to 8 on a GPU, 2 on a CPU.
std::vector<int> trials_at_once(torch::Device device);

/// Reports the seconds of one of `steps` steps of an iteration, for cases whose iterations have several.
void count_steps(benchmark::State& state, int steps);

/// "NAME/float32/auto": name, precision and kernels.
std::string case_name(const std::string& name, const Variant& variant);

/// Registers `body` as a case with a fixed number of iterations per repetition, in real time.
/// What it throws, such as a device without memory for it, is the case's error, and the others run.
template <typename Body>
void add_case(const std::string& name, std::int64_t iterations, Body body) {
  const auto guarded = [body](benchmark::State& state) {
    try {
      body(state);
    } catch (const std::exception& failed) {
      state.SkipWithError(failed.what());
    }
  };
  benchmark::RegisterBenchmark(name.c_str(), guarded)
      ->Iterations(iterations)
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime()
      ->MeasureProcessCPUTime();
}

// The cases of m2m-bench. Each checks its result after it was timed.

/// Registers planning an epoch with its translations, and gathering and augmenting 128 images, plainly and by
/// AutoAugment and Cutout.
void add_data_cases(const std::shared_ptr<Workbench>& bench);
/// Registers writing and reading a checkpoint and a result file.
void add_file_cases(const std::shared_ptr<Workbench>& bench);
/// Registers a step of ERM and of M2m in the middle of an epoch, batches of 32 to 512.
void add_step_cases(const std::shared_ptr<Workbench>& bench);
/// Registers an evaluation of 9,000 images.
void add_evaluation_cases(const std::shared_ptr<Workbench>& bench);
/// Registers the translations of a step, for one trial and several at once; on a GPU 40, 76 and 128 of them.
void add_slot_cases(const std::shared_ptr<Workbench>& bench);
/// Registers steps of several trials at once, batches of 128.
void add_shared_step_cases(const std::shared_ptr<Workbench>& bench);
/// Registers one iteration of a translation and a whole translation of 76 images.
void add_translation_cases(const std::shared_ptr<Workbench>& bench);
/// Registers the project's convolutions beside oneDNN's fused ones, for each layer shape of ResNet-32.
void add_convolution_cases();

}  // namespace m2m::bench

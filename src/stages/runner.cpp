#include "stages/runner.hpp"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/cuda.h>

#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "comm/tensors/communicator.hpp"
#include "comm/tensors/fixed_tree.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/instruction_set.hpp"
#include "core/profile.hpp"
#include "core/text.hpp"
#include "kernels/bfloat16.hpp"
#include "kernels/peak.hpp"
#include "nn/device_clock.hpp"
#include "nn/device_graph.hpp"
#include "nn/tf32.hpp"
#include "stages/execution.hpp"
#include "study/titles.hpp"
#include "train/device_memory.hpp"
#include "train/device_record.hpp"

namespace m2m::stages {
namespace {

constexpr std::size_t most_events = 100'000;

/// Of the instructions that the stage was told to use; not known on a GPU and in float64.
MeasuredPeak peak_of(const train::TrialSettings& settings) {
  if (!settings.device.is_cpu() || settings.precision != torch::kFloat32) return {};
  const InstructionSet set = find_instruction_set(settings.kernels == "torch" ? "auto" : settings.kernels);
  const double of_a_thread =
      settings.bfloat16 ? kernels::measured_peak<kernels::Bf16>(set) : kernels::measured_peak<float>(set);
  return {of_a_thread * settings.threads, settings.threads,
          fmt::format("{}, {}", settings.bfloat16 ? "bf16" : "float32", name_of(set))};
}

std::string trace_text(Profile& profile, const std::filesystem::path& file, int rank) {
  try {
    write_file(file, chrome_trace(profile.events(), profile.events_left_out(), rank));
  } catch (const Error& error) {
    return fmt::format("no trace: {}", error.what());
  }
  const std::string text = "trace: " + file.string();
  if (profile.events_left_out() == 0) return text;
  return text + fmt::format(" (of the first {} calls; {} are left out)", group_digits(profile.events().size()),
                            group_digits(profile.events_left_out()));
}

}  // namespace

Profile begin_profile(const train::TrialSettings& settings) {
  return Profile(most_events, nn::device_clock(settings.device));
}

std::vector<std::string> end_profile(Profile& profile, const study::Stage& stage,
                                     const train::TrialSettings& settings, const std::filesystem::path& folder,
                                     int rank) {
  const double seconds = profile.seconds();
  std::vector<std::string> lines = {fmt::format("profile of {} on rank {}; {}", study::short_id(stage.id), rank,
                                                trace_text(profile, folder / "profile.json", rank))};
  const auto table = profile_table(profile.totals(), seconds, peak_of(settings));
  lines.insert(lines.end(), table.begin(), table.end());
  return lines;
}

namespace {

/// The shards of a trial in deterministic mode, each in a thread; the first one has the profile. Throws what the
/// first of them to fail threw.
study::StageResult execute_shards(const StageJob& job, study::StageContext& context, comm::FixedTree& tree) {
  std::vector<study::StageResult> results(tree.shards().size());
  std::vector<std::thread> threads;
  std::exception_ptr failure;
  std::mutex mutex;
  for (std::size_t i = 0; i < results.size(); ++i) {
    threads.emplace_back([&, i] {
      at::set_num_threads(job.settings.threads);
      StageJob own = job;
      own.ranks = tree.shards()[i];
      own.profile = i == 0 ? job.profile : nullptr;
      try {
        results[i] = execute_stage(own, context);
      } catch (...) {
        const std::lock_guard guard(mutex);
        if (!failure) failure = std::current_exception();
        tree.give_up();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
  return results.front();
}

/// What train.kernels comes to on this processor: an instruction set, or "torch".
std::string kernels_used(const train::TrialSettings& settings) {
  if (settings.kernels == "torch") return settings.kernels;
  return name_of(find_instruction_set(settings.kernels));
}

}  // namespace

StageRunner::StageRunner(results::OutputFolder out, Json environment, RunnerRanks ranks, ProfileSettings profile)
    : out_(std::move(out)), environment_(std::move(environment)), ranks_(ranks), profile_(profile) {
  if (torch::cuda::is_available()) {
    device_ = {torch::kCUDA, static_cast<c10::DeviceIndex>(ranks.local_rank % torch::cuda::device_count())};
  }
}

study::StageResult StageRunner::operator()(const study::Stage& stage, study::StageContext& context) {
  const train::TrialSettings settings = train::trial_settings(stage.config, ranks_.local_rank);
  at::set_num_threads(settings.threads);
  nn::allow_tf32(settings.tf32);  // stages that run at once agree on it: refuse_mixed_tf32
  Json environment = environment_;
  environment["threads"] = settings.threads;
  environment["kernels"] = kernels_used(settings);
  environment["device"] = torch::DeviceTypeName(settings.device.type(), true);
  environment["executor"] = settings.graphed ? "graph" : "eager";
  environment["evaluation_batch"] = settings.evaluation_batch;
  environment.update(device_record(settings.device));
  environment["ranks_of_trial"] = ranks_.group == nullptr ? 1 : ranks_.group->size();
  if (ranks_.trials_per_device > 1) environment["trials_per_device"] = ranks_.trials_per_device;
  const std::shared_ptr<const train::LoadedData> loaded = data(stage, settings.device);
  const nn::OwnStream stream(settings.device);  // also chooses the GPU, which kernels are launched on
  std::optional<Profile> profile;
  if (profile_.on) profile.emplace(begin_profile(settings));
  const StageJob job{
      stage, out_, environment, settings, loaded, nullptr, profile ? &*profile : nullptr, ranks_.world_rank};
  study::StageResult result = execute(job, context);
  if (profile) result.details = end_profile(*profile, stage, settings, job.folder(), profile_.rank);
  return result;
}

study::StageResult StageRunner::execute(StageJob job, study::StageContext& context) {
  if (job.settings.deterministic) {
    comm::FixedTree tree(ranks_.group);
    return execute_shards(job, context, tree);
  }
  job.ranks = communicator(job.settings.device);
  return execute_stage(job, context);
}

std::shared_ptr<const train::LoadedData> StageRunner::data(const study::Stage& stage, torch::Device device) {
  {
    const std::lock_guard guard(mutex_);
    device_ = device;
  }
  const std::lock_guard guard(reading_);
  return data_cache_.get(stage.config, device);
}

DeviceMemory StageRunner::memory() const {
  const std::lock_guard guard(mutex_);
  return nn::device_memory(device_);
}

std::shared_ptr<comm::Communicator> StageRunner::communicator(torch::Device device) {
  if (ranks_.group == nullptr) return comm::alone();
  const std::lock_guard guard(mutex_);
  auto& made = communicators_[device.str()];
  if (made == nullptr) made = comm::communicator_for(*ranks_.group, device);
  return made;
}

}  // namespace m2m::stages

#include "stages/runner.hpp"

#include <ATen/Parallel.h>
#include <fmt/format.h>

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
#include "kernels/kernel_set.hpp"
#include "kernels/storage.hpp"
#include "nn/device.hpp"
#include "stages/execution.hpp"
#include "study/graph.hpp"

namespace m2m::stages {
namespace {

constexpr std::size_t max_events = 100'000;

/// Measures the peak of the instruction set of the stage; unknown on a GPU and in float64.
MeasuredPeak peak_for(const train::TrialSettings& settings) {
  if (!settings.device.is_cpu() || settings.precision != torch::kFloat32) return {};
  const InstructionSet set = parse_instruction_set(settings.kernels == "torch" ? "auto" : settings.kernels);
  const double per_thread =
      settings.bfloat16 ? kernels::measured_peak<kernels::Bf16>(set) : kernels::measured_peak<float>(set);
  return {per_thread * settings.threads, settings.threads,
          fmt::format("{}, {}", settings.bfloat16 ? "bf16" : "float32", to_text(set))};
}

std::string trace_note(Profile& profile, const std::filesystem::path& file, int rank) {
  try {
    write_file(file, chrome_trace(profile.events(), profile.dropped_events(), rank));
  } catch (const Error& error) {
    return fmt::format("no trace: {}", error.what());
  }
  std::string text = "trace: " + file.string();
  if (profile.dropped_events() == 0) return text;
  return text + fmt::format(" (the first {} calls; {} are left out)", group_digits(profile.events().size()),
                            group_digits(profile.dropped_events()));
}

}  // namespace

Profile start_profile(const train::TrialSettings& settings) {
  return Profile(max_events, nn::device_clock(settings.device));
}

std::vector<std::string> finish_profile(Profile& profile, const study::Stage& stage,
                                        const train::TrialSettings& settings, const std::filesystem::path& folder,
                                        int rank) {
  const double seconds = profile.seconds();
  std::vector<std::string> lines = {fmt::format("profile of {} on rank {}; {}", study::short_id(stage.id), rank,
                                                trace_note(profile, folder / "profile.json", rank))};
  const auto table = profile_table(profile.totals(), seconds, peak_for(settings));
  lines.insert(lines.end(), table.begin(), table.end());
  return lines;
}

namespace {

/// Executes the shards of a trial in deterministic mode, each in a thread; the first shard has the profile. Throws
/// the first exception of a shard.
study::StageResult execute_shards(const StageJob& job, study::StageContext& context, comm::FixedTree& tree) {
  std::vector<study::StageResult> results(tree.shards().size());
  std::vector<std::thread> threads;
  std::exception_ptr failure;
  std::mutex mutex;
  for (std::size_t i = 0; i < results.size(); ++i) {
    threads.emplace_back([&, i] {
      at::set_num_threads(job.settings.threads);
      StageJob shard_job = job;
      shard_job.ranks = tree.shards()[i];
      shard_job.profile = i == 0 ? job.profile : nullptr;
      try {
        results[i] = execute_stage(shard_job, context);
      } catch (...) {
        const std::lock_guard guard(mutex);
        if (!failure) failure = std::current_exception();
        tree.abandon();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
  return results.front();
}

/// The instruction set that train.kernels selects on this processor, or "torch".
std::string kernels_used(const train::TrialSettings& settings) {
  if (settings.kernels == "torch") return settings.kernels;
  return to_text(parse_instruction_set(settings.kernels));
}

}  // namespace

Runner::Runner(results::OutputFolder out, Json environment, RunnerRanks ranks, ProfileSettings profile)
    : out_(std::move(out)), environment_(std::move(environment)), ranks_(ranks), profile_(profile) {
  const int gpus = nn::gpu_count();
  if (gpus > 0) device_ = {torch::kCUDA, static_cast<c10::DeviceIndex>(ranks.local_rank % gpus)};
}

study::StageResult Runner::operator()(const study::Stage& stage, study::StageContext& context) {
  const train::TrialSettings settings = train::trial_settings(stage.config, ranks_.local_rank);
  at::set_num_threads(settings.threads);
  nn::allow_tf32(settings.tf32);  // concurrent stages agree on it: check_precisions
  Json environment = environment_;
  environment["threads"] = settings.threads;
  environment["kernels"] = kernels_used(settings);
  environment["device"] = torch::DeviceTypeName(settings.device.type(), true);
  environment["evaluation_batch"] = settings.evaluation_batch;
  environment.update(device_record(settings.device));
  const int ranks = ranks_.group == nullptr ? 1 : ranks_.group->size();
  environment["ranks_of_trial"] = ranks;
  environment["executor"] = train::executor_name(settings, stage.config, ranks);
  if (ranks_.trials_per_device > 1) environment["trials_per_device"] = ranks_.trials_per_device;
  const std::shared_ptr<const train::LoadedData> loaded = data(stage, settings.device);
  const nn::StreamScope stream(settings.device);  // also makes the GPU current, on which kernels are launched
  std::optional<Profile> profile;
  if (profile_.on) profile.emplace(start_profile(settings));
  const StageJob job{
      stage, out_, environment, settings, loaded, nullptr, profile ? &*profile : nullptr, ranks_.world_rank};
  study::StageResult result = execute(job, context);
  if (profile) result.details = finish_profile(*profile, stage, settings, job.folder(), profile_.rank);
  return result;
}

study::StageResult Runner::execute(StageJob job, study::StageContext& context) {
  if (job.settings.deterministic) {
    comm::FixedTree tree(ranks_.group);
    return execute_shards(job, context, tree);
  }
  job.ranks = communicator(job.settings.device);
  return execute_stage(job, context);
}

std::shared_ptr<const train::LoadedData> Runner::data(const study::Stage& stage, torch::Device device) {
  {
    const std::lock_guard guard(mutex_);
    device_ = device;
  }
  return data_cache_.get(stage.config, device);
}

DeviceMemory Runner::memory() const {
  const std::lock_guard guard(mutex_);
  return nn::device_memory(device_);
}

std::shared_ptr<comm::Communicator> Runner::communicator(torch::Device device) {
  if (ranks_.group == nullptr) return comm::single_rank();
  const std::lock_guard guard(mutex_);
  auto& made = communicators_[device.str()];
  if (made == nullptr) made = comm::make_communicator(*ranks_.group, device);
  return made;
}

}  // namespace m2m::stages

#include "apps/rank_groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "apps/training.hpp"
#include "comm/messages/collectives.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "settings/train_settings.hpp"
#include "sweep/run.hpp"

namespace m2m::apps {
namespace {

using settings::TrainSettings;

constexpr int max_auto_ranks = 8;  // beyond, communication takes longer than computation

Json to_json(const JobSettings& job_settings) {
  const auto absolute = [](const std::filesystem::path& path) {  // ranks may have been started in different folders
    return path.empty() ? std::string() : std::filesystem::absolute(path).string();
  };
  return {{"out", absolute(job_settings.out.root)},
          {"cache", absolute(job_settings.out.shared_cache)},
          {"profile", job_settings.profile},
          {"ranks_per_trial", job_settings.ranks_per_trial},
          {"max_retries", job_settings.max_retries},
          {"trials_per_device", job_settings.trials_per_device},
          {"stall_timeout", job_settings.stall_timeout},
          {"needs", needs_json(job_settings.needs)}};
}

/// Throws Error (usage) on every rank if a rank has another build than rank 0. Collective.
void check_same_build(const comm::Session& session, const std::string& rank_build,
                      const std::string& rank_0_build) {
  const bool differs = rank_build != rank_0_build;
  if (differs) {
    print_error("m2m-sweep",
                fmt::format("rank {} is build {}, rank 0 is build {}; start the same program on every rank",
                            session.rank(), rank_build, rank_0_build));
  }
  if (comm::any(session, differs)) throw usage_error("not all ranks run the same program; nothing was started");
}

bool any_stage(const study::StageGraph& graph, const std::vector<bool>& to_run, const std::string& name,
               const Json& value) {
  for (std::size_t i = 0; i < to_run.size(); ++i) {
    const Config& config = graph.stages[i].config;
    if (to_run[i] && config.has(name) && config.json().at(name) == value) return true;
  }
  return false;
}

void check_even_groups(int group, int ranks, const study::StageGraph& graph, const std::vector<bool>& to_run) {
  const std::pair<std::string, Json> deterministic = {settings::name_of(&TrainSettings::deterministic), true};
  const std::pair<std::string, Json> local = {settings::name_of(&TrainSettings::batch_norm),
                                              settings::to_text(settings::BatchNorm::local)};
  if (any_stage(graph, to_run, deterministic.first, deterministic.second) && 8 % group != 0) {
    throw usage_error(
        fmt::format("--ranks-per-trial {}: train.deterministic = true splits each batch into 8 shards; "
                    "use 1, 2, 4 or 8",
                    group));
  }
  if (ranks % group == 0) return;
  for (const auto& [name, value] : {deterministic, local}) {
    if (!any_stage(graph, to_run, name, value)) continue;
    throw usage_error(
        fmt::format("--ranks-per-trial {}: {} = {} needs groups of equal size, but the job has "
                    "{} ranks; start a multiple of {}",
                    group, name, value.dump(), ranks, group));
  }
}

int automatic(int ranks, const std::vector<bool>& to_run, const study::StageGraph& graph) {
  int trials = 0;
  for (std::size_t i = 0; i < to_run.size(); ++i) {
    trials += to_run[i] && graph.stages[i].kind == study::StageKind::trial ? 1 : 0;
  }
  int group = 1;  // a power of two is valid in every mode
  while (2 * group <= max_auto_ranks && 2 * group * std::max(trials, 1) <= ranks) group *= 2;
  return group;
}

}  // namespace

std::string build_text() {
  return fmt::format("{} {}{}", program_version(), git_revision(), git_dirty() ? " with changes" : "");
}

std::optional<JobSettings> broadcast_job_settings(const comm::Session& session, const std::string& build,
                                                  const std::optional<JobSettings>& job_settings) {
  const Json sent = {{"build", build}, {"order", job_settings ? to_json(*job_settings) : Json()}};
  const Json received = Json::parse(comm::broadcast(session, sent.dump()));
  check_same_build(session, build, received.at("build").get<std::string>());
  const Json& json = received.at("order");
  if (json.is_null()) return std::nullopt;
  return JobSettings{{json.at("out").get<std::string>(), json.at("cache").get<std::string>()},
                     json.at("profile").get<bool>(),
                     json.at("ranks_per_trial").get<int>(),
                     json.at("max_retries").get<int>(),
                     json.at("trials_per_device").get<int>(),
                     json.at("stall_timeout").get<double>(),
                     needs_from(json.at("needs"))};
}

int ranks_per_trial(int wanted, int ranks, const study::StageGraph& graph, const std::vector<bool>& exists) {
  const std::vector<bool> to_run = study::stages_to_run(graph, exists);
  if (wanted == 0) return automatic(ranks, to_run, graph);
  if (wanted > ranks) {
    throw usage_error(
        fmt::format("--ranks-per-trial {}: the job has {} rank{}; start it with 'mpirun -np {}' or more", wanted,
                    ranks, ranks == 1 ? "" : "s", wanted));
  }
  check_even_groups(wanted, ranks, graph, to_run);
  return wanted;
}

std::string groups_text(int ranks, int ranks_per_trial) {
  if (ranks_per_trial == 1) return "";
  const int left = ranks % ranks_per_trial;
  return fmt::format("{} ranks in {} group{} of {}{}", ranks, sweep::group_count(ranks, ranks_per_trial),
                     sweep::group_count(ranks, ranks_per_trial) == 1 ? "" : "s", ranks_per_trial,
                     left == 0 ? "" : fmt::format("; the last group has {}", left));
}

void check_group_options(int trials_per_device, int ranks_per_trial) {
  if (trials_per_device == 1 || ranks_per_trial == 1) return;
  throw usage_error(
      fmt::format("--trials-per-device {}: a rank that runs several trials at once cannot share one with "
                  "other ranks; leave out --ranks-per-trial, or set it to 1",
                  trials_per_device));
}

void check_shard_options(int trials_per_device, const study::StageGraph& graph, const std::vector<bool>& exists) {
  if (trials_per_device == 1) return;
  const std::vector<bool> to_run = study::stages_to_run(graph, exists);
  for (std::size_t i = 0; i < to_run.size(); ++i) {
    const Config& config = graph.stages[i].config;
    if (!to_run[i] || !settings::has_value(config, &settings::TrainSettings::deterministic, true)) continue;
    throw usage_error(
        fmt::format("--trials-per-device {}: train.deterministic = true splits each batch over 8 threads, "
                    "one trial at a time; leave out one of the two",
                    trials_per_device));
  }
}

std::string shared_devices_text(int ranks, int trials_per_device) {
  if (trials_per_device == 1) return "";
  return fmt::format("{} with up to {} trials at a time{}, as memory admits", count_text(ranks, "rank"),
                     trials_per_device, ranks == 1 ? "" : " each");
}

}  // namespace m2m::apps

#include "apps/shared_devices.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "settings/train_settings.hpp"

namespace m2m::apps {

void refuse_groups_on_shared_devices(int trials_per_device, int ranks_per_trial) {
  if (trials_per_device == 1 || ranks_per_trial == 1) return;
  throw usage_error(
      fmt::format("--trials-per-device {}: a rank that runs several trials at once shares none with "
                  "other ranks; leave --ranks-per-trial out, or give 1",
                  trials_per_device));
}

void refuse_shards_on_shared_devices(int trials_per_device, const study::StageGraph& graph,
                                     const std::vector<bool>& exists) {
  if (trials_per_device == 1) return;
  const std::vector<bool> to_run = study::missing(graph, exists);
  for (std::size_t i = 0; i < to_run.size(); ++i) {
    const Config& config = graph.stages[i].config;
    if (!to_run[i] || !settings::has_value(config, &settings::TrainSettings::deterministic, true)) continue;
    throw usage_error(
        fmt::format("--trials-per-device {}: train.deterministic = true deals each batch to 8 threads, "
                    "one trial at a time; leave one of the two out",
                    trials_per_device));
  }
}

std::string shared_devices_text(int ranks, int trials_per_device) {
  if (trials_per_device == 1) return "";
  return fmt::format("{} with up to {} trials at a time{}, as memory admits", count_text(ranks, "rank"),
                     trials_per_device, ranks == 1 ? "" : " each");
}

}  // namespace m2m::apps

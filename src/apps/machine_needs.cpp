#include "apps/machine_needs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "comm/messages/collectives.hpp"
#include "core/command_line.hpp"
#include "core/error.hpp"
#include "core/machine.hpp"
#include "settings/train_settings.hpp"

namespace m2m::apps {
namespace {

using settings::TrainSettings;

MachineNeed need_of(const study::Stage& stage) {
  MachineNeed need{{}, stage.kind == study::StageKind::g};
  for (const std::string& name :
       {settings::name_of(&TrainSettings::device), settings::name_of(&TrainSettings::executor),
        settings::name_of(&TrainSettings::precision), settings::name_of(&TrainSettings::kernels),
        settings::name_of(&TrainSettings::deterministic)}) {
    if (stage.config.has(name)) need.settings.set(name, stage.config.json().at(name));
  }
  return need;
}

}  // namespace

std::vector<MachineNeed> machine_needs(const study::StageGraph& graph) {
  std::vector<MachineNeed> needs;
  for (const bool of_g : {false, true}) {
    for (const study::Stage& stage : graph.stages) {
      MachineNeed need = need_of(stage);
      if (need.is_g == of_g && std::find(needs.begin(), needs.end(), need) == needs.end())
        needs.push_back(std::move(need));
    }
  }
  return needs;
}

Json needs_json(const std::vector<MachineNeed>& needs) {
  Json json = Json::array();
  for (const MachineNeed& need : needs) json.push_back({{"settings", need.settings.json()}, {"is_g", need.is_g}});
  return json;
}

std::vector<MachineNeed> needs_from(const Json& json) {
  std::vector<MachineNeed> needs;
  for (const Json& need : json) needs.push_back({Config(need.at("settings")), need.at("is_g").get<bool>()});
  return needs;
}

std::string machine_trouble(const MachineCheck& check, const std::vector<MachineNeed>& needs, int local_rank) {
  try {
    for (const MachineNeed& need : needs) check(need, local_rank);
  } catch (const std::exception& error) {  // of a broken device, too: other ranks wait for the answer
    return failure_of(error).sentence;
  }
  return "";
}

std::string rank_trouble(const comm::Session& session, const MachineCheck& check,
                         const std::vector<MachineNeed>& needs, int local_rank) {
  std::string trouble = machine_trouble(check, needs, local_rank);
  if (trouble.empty() || session.size() == 1) return trouble;
  return fmt::format("rank {} on host {}: {}", session.rank(), host_name(), trouble);
}

void check_machines(const comm::Session& session, const MachineCheck& check, const std::vector<MachineNeed>& needs,
                    int local_rank) {
  const std::string trouble = comm::first_text(session, rank_trouble(session, check, needs, local_rank));
  if (!trouble.empty()) throw usage_error(trouble);
}

}  // namespace m2m::apps

#pragma once
// What the stages of a study need of the machines that they run on, and the check of all machines of a job.
#include <functional>
#include <string>
#include <vector>

#include "comm/messages/session.hpp"
#include "core/config.hpp"
#include "study/graph.hpp"

namespace m2m::apps {

/// The settings of stages that depend on the machine: device, executor, precision, kernels, deterministic.
struct MachineNeed {
  Config settings;    // these alone
  bool is_g = false;  // of stages that train a g
  bool operator==(const MachineNeed&) const = default;
};

/// The needs of all stages, each once. Those of g come last, so that one that is refused alone is due to the
/// settings of g. Pure.
std::vector<MachineNeed> machine_needs(const study::StageGraph& graph);

/// The needs as JSON, and back. Pure.
Json needs_json(const std::vector<MachineNeed>& needs);
std::vector<MachineNeed> needs_from(const Json& json);

/// Throws Error (usage) if this machine does not meet a need. local_rank: number of the rank on its host.
using MachineCheck = std::function<void(const MachineNeed& need, int local_rank)>;

/// The sentence of the first need that this machine does not meet; "" if it meets all. Local.
std::string machine_trouble(const MachineCheck& check, const std::vector<MachineNeed>& needs, int local_rank);

/// The same with rank and host in front, "rank 3 on host a17: ...", unless the job has one rank. Local.
std::string rank_trouble(const comm::Session& session, const MachineCheck& check,
                         const std::vector<MachineNeed>& needs, int local_rank);

/// Throws Error (usage) on every rank, with the trouble of the lowest one that has some, unless every rank meets
/// the needs. Collective.
void check_machines(const comm::Session& session, const MachineCheck& check, const std::vector<MachineNeed>& needs,
                    int local_rank);

}  // namespace m2m::apps

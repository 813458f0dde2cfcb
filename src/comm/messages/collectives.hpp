#pragma once
// What all ranks do together outside of training: waiting and being told, asleep rather than spinning.
#include <string>

#include "comm/messages/session.hpp"

namespace m2m::comm {

/// Collective: returns on every rank once all have come. Waits in sleeps of a few milliseconds, so that a rank
/// without work leaves its core to others.
void barrier(const Session& session);

/// Collective: rank 0's bytes on every rank; what the others pass is ignored. Waits as barrier does.
std::string broadcast(const Session& session, const std::string& bytes);

/// Collective: whether any rank of the job says so. Waits as barrier does.
bool any(const Session& session, bool mine);

/// How this rank's machine is shared.
struct HostRanks {
  int ranks = 1;       // of this job on this host
  int cores = 1;       // that these ranks may use, all together
  int rank_cores = 1;  // that this rank may use
  int local_rank = 0;  // this rank among them
  int hosts = 1;       // of this job
};

/// Collective. Cores are counted from the affinity masks, as a launcher's binding sets them.
HostRanks host_ranks(const Session& session);

}  // namespace m2m::comm

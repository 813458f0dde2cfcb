#pragma once
// Collective operations of all ranks outside of training. They sleep while they wait and leave the core to others.
#include <string>

#include "comm/messages/session.hpp"

namespace m2m::comm {

/// Returns on every rank once all ranks have called it. Collective; sleeps while it waits. Throws Error
/// (input_output) if communication fails, like all functions of this file.
void barrier(const Session& session);

/// Returns the bytes of rank 0 on every rank; those of other ranks are ignored. Collective; sleeps while it waits.
std::string broadcast(const Session& session, const std::string& bytes);

/// True if `mine` is true on any rank. Collective; sleeps while it waits.
bool any(const Session& session, bool mine);

/// The text of the lowest rank whose text is not empty; "" if all are. Collective; sleeps while it waits.
std::string first_text(const Session& session, const std::string& mine);

/// The ranks and cores of the host that this rank runs on.
struct HostRanks {
  int ranks = 1;       // ranks of this job on this host
  int cores = 1;       // cores that these ranks together may use
  int rank_cores = 1;  // cores that this rank may use
  int local_rank = 0;  // number of this rank among those of the host
  int hosts = 1;       // hosts of this job
};

/// Counts ranks, cores and hosts. Cores come from the affinity masks that the launcher sets; a control group that
/// allows less processor time limits them. Collective.
HostRanks host_ranks(const Session& session);

}  // namespace m2m::comm

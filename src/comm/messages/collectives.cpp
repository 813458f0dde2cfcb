#include "comm/messages/collectives.hpp"

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include "comm/messages/mpi_handle.hpp"
#include "core/control_groups.hpp"
#include "core/error.hpp"

namespace m2m::comm {
namespace {

/// Tests the request and sleeps in turn, because the blocking calls of Open MPI spin.
void wait_asleep(MPI_Request& request, const char* action) {
  for (int done = 0;;) {
    check_mpi(MPI_Test(&request, &done, MPI_STATUS_IGNORE), action);
    if (done) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

void broadcast_into(void* bytes, std::size_t count, int from, const char* action) {
  if (count > static_cast<std::size_t>(INT32_MAX)) throw internal_error("a broadcast of more than 2 GiB");
  MPI_Request request = MPI_REQUEST_NULL;
  check_mpi(MPI_Ibcast(bytes, static_cast<int>(count), MPI_BYTE, from, MPI_COMM_WORLD, &request), action);
  wait_asleep(request, action);
}

std::string broadcast_from(const Session& session, int from, const std::string& bytes) {
  std::uint64_t size = bytes.size();
  broadcast_into(&size, sizeof size, from, "broadcasting to all ranks");
  std::string received = session.rank() == from ? bytes : std::string(size, '\0');
  broadcast_into(received.data(), received.size(), from, "broadcasting to all ranks");
  return received;
}

/// The result of `operation` on a number of each rank.
int agree(int mine, MPI_Op operation) {
  MPI_Request request = MPI_REQUEST_NULL;
  check_mpi(MPI_Iallreduce(MPI_IN_PLACE, &mine, 1, MPI_INT, operation, MPI_COMM_WORLD, &request),
            "agreeing among all ranks");
  wait_asleep(request, "agreeing among all ranks");
  return mine;
}

}  // namespace

void barrier(const Session&) {
  MPI_Request request = MPI_REQUEST_NULL;
  check_mpi(MPI_Ibarrier(MPI_COMM_WORLD, &request), "waiting for all ranks");
  wait_asleep(request, "waiting for all ranks");
}

std::string broadcast(const Session& session, const std::string& bytes) {
  return broadcast_from(session, 0, bytes);
}

bool any(const Session&, bool mine) { return agree(mine ? 1 : 0, MPI_MAX) != 0; }

std::string first_text(const Session& session, const std::string& mine) {
  const int first = agree(mine.empty() ? session.size() : session.rank(), MPI_MIN);
  return first == session.size() ? "" : broadcast_from(session, first, mine);
}

HostRanks host_ranks(const Session& session) {
  MPI_Comm made = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, session.rank(), MPI_INFO_NULL, &made),
            "finding the ranks of this host");
  const CommunicatorHandle host(made);
  cpu_set_t rank_mask;
  CPU_ZERO(&rank_mask);
  sched_getaffinity(0, sizeof rank_mask, &rank_mask);
  cpu_set_t host_mask;
  check_mpi(MPI_Allreduce(&rank_mask, &host_mask, sizeof rank_mask, MPI_BYTE, MPI_BOR, host.get()),
            "counting the cores of this host");
  HostRanks counts;
  check_mpi(MPI_Comm_size(host.get(), &counts.ranks), "counting the ranks of this host");
  check_mpi(MPI_Comm_rank(host.get(), &counts.local_rank), "counting the ranks of this host");
  const int is_first = counts.local_rank == 0 ? 1 : 0;
  check_mpi(MPI_Allreduce(&is_first, &counts.hosts, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD), "counting the hosts");
  const double allowed = std::max(1.0, std::floor(control_group_limits().cores));  // for all ranks together
  counts.cores = static_cast<int>(std::min<double>(CPU_COUNT(&host_mask), allowed));
  counts.rank_cores = static_cast<int>(std::min<double>(CPU_COUNT(&rank_mask), allowed));
  return counts;
}

}  // namespace m2m::comm

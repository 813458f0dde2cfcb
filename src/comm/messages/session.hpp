#pragma once
// The MPI session, from MPI_Init_thread to MPI_Finalize; the launch that started it; groups of ranks.
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace m2m::comm {

/// The number of ranks that the launcher's environment announces.
struct Launch {
  std::string variable;  // that announces them; empty: none does
  int ranks = 1;
  bool first = true;  // true for the launcher's first process

  bool is_known() const { return !variable.empty(); }
};

/// Reads the variables of Open MPI's mpirun or, without them, of Slurm or of MPICH's mpirun. environment:
/// std::getenv, except in tests.
Launch launch_from_environment(const std::function<const char*(const char*)>& environment);

/// The launch of this process. Call it before MPI starts, which may set the variables.
Launch launch_of_process();

/// Throws Error (usage) if this process is the only rank although several were announced: each would then run the
/// whole sweep. size: number of ranks.
void check_rank_count(int size, const Launch& launch);

/// The MPI library's name and version, on one line. Local.
std::string mpi_library();

/// Initialises MPI, and finalises it when destroyed; one per process. Without mpirun it is a world of one rank.
///
/// MPI calls on the world communicator return their errors instead of ending the job.
class Session {
 public:
  /// Initialises MPI with MPI_THREAD_MULTIPLE. Collective. Throws Error (usage) if the library does not offer it.
  Session(int& argc, char**& argv);
  /// Finalises MPI. Collective: the job hangs unless every rank gets here; call abort() if one cannot.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  /// The launch, read from the environment before MPI changed it.
  const Launch& launch() const { return launch_; }
  /// Ends every rank of the job at once. Local.
  [[noreturn]] void abort(int code) const;

 private:
  Launch launch_;
  int rank_ = 0;
  int size_ = 1;
};

class CommunicatorHandle;

/// A group: the ranks that train one trial together, with a communicator of their own. Move-only.
class Group {
 public:
  /// Ranks with the same number form a group, in the order of their world ranks. Collective over the world.
  Group(const Session& session, int number);
  ~Group();
  Group(Group&&) noexcept;
  Group& operator=(Group&&) noexcept;

  int rank() const { return rank_; }
  int size() const { return size_; }

  /// True if `mine` is true on any rank of the group. Collective over the group. Thread-safe with mailboxes.
  bool any(bool mine) const;

  /// The communicator, for sources of comm only (mpi_handle.hpp).
  const CommunicatorHandle& communicator() const { return *communicator_; }

 private:
  std::unique_ptr<CommunicatorHandle> communicator_;
  int rank_ = 0;
  int size_ = 1;
};

}  // namespace m2m::comm

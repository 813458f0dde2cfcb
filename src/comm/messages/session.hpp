#pragma once
// The MPI session: from MPI_Init_thread to MPI_Finalize, as one object.
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace m2m::comm {

/// How many ranks the launcher's environment announces. `variable` is empty where it says nothing.
struct Launch {
  std::string variable;
  int ranks = 1;
  bool first = true;  // whether this process is the launcher's first one
};

/// Open MPI's own variables if an mpirun set them, else Slurm's. `environment` is std::getenv outside of tests.
Launch launch_from_environment(const std::function<const char*(const char*)>& environment);

/// Throws Error (usage) where this process is alone although more ranks were announced: each would then run the
/// whole sweep by itself.
void check_rank_count(int size, const Launch& launch);

/// The MPI library's name and version, on one line. Local.
std::string mpi_library();

/// Holds MPI open; one per process. Works without mpirun, as a world of one rank.
///
/// Errors of MPI calls on the world communicator are returned, so that checking them means something.
class Session {
 public:
  /// Collective. Asks for MPI_THREAD_MULTIPLE; throws Error (usage) where the library does not grant it.
  Session(int& argc, char**& argv);
  /// Collective: every rank comes here, or the job hangs; abort() where that cannot be.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  /// As the environment was before MPI started, which may add to it.
  const Launch& launch() const { return launch_; }
  /// Ends every rank at once; the last resort.
  [[noreturn]] void abort(int code) const;

 private:
  Launch launch_;
  int rank_ = 0;
  int size_ = 1;
};

// A group: the ranks that run one trial together.

class CommunicatorHandle;

/// Ranks of the world with a communicator of their own. Move-only.
class Group {
 public:
  /// Collective over the world: ranks that name the same number form a group, in the order of their world ranks.
  Group(const Session& session, int number);
  ~Group();
  Group(Group&&) noexcept;
  Group& operator=(Group&&) noexcept;

  int rank() const { return rank_; }
  int size() const { return size_; }

  /// Collective over the group: whether any of its ranks says so. Thread-safe against the mailbox's messages.
  bool any(bool mine) const;

  /// For dist/ alone; mpi_handle.hpp says what it is.
  const CommunicatorHandle& communicator() const { return *communicator_; }

 private:
  std::unique_ptr<CommunicatorHandle> communicator_;
  int rank_ = 0;
  int size_ = 1;
};

}  // namespace m2m::comm

#include "comm/messages/session.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <system_error>
#include <thread>

#include "comm/messages/mpi_handle.hpp"
#include "core/activity.hpp"
#include "core/error.hpp"

namespace m2m::comm {
namespace {

int whole_number(const char* text, int otherwise) {
  if (text == nullptr) return otherwise;
  char* end = nullptr;
  const long value = std::strtol(text, &end, 10);
  return end == text || *end != '\0' || value < 0 || value > 1'000'000'000 ? otherwise : static_cast<int>(value);
}

}  // namespace

Launch launch_from_environment(const std::function<const char*(const char*)>& environment) {
  // An mpirun inside a Slurm allocation may start fewer ranks than SLURM_NTASKS, so its variables come first.
  for (const auto& [size, rank] : {std::pair{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                                   std::pair{"SLURM_NTASKS", "SLURM_PROCID"}, std::pair{"PMI_SIZE", "PMI_RANK"}}) {
    if (environment(size) == nullptr) continue;
    return {size, whole_number(environment(size), 1), whole_number(environment(rank), 0) == 0};
  }
  return {};
}

Launch launch_of_process() {
  return launch_from_environment([](const char* name) { return std::getenv(name); });
}

void check_rank_count(int size, const Launch& launch) {
  if (size > 1 || launch.ranks <= 1) return;
  const bool slurm = launch.variable == "SLURM_NTASKS";
  throw usage_error(fmt::format(
      "this process is the only rank, but {}={}: {}", launch.variable, launch.ranks,
      slurm
          ? "the MPI library was not started by srun; use 'srun --mpi=pmix' or 'mpirun'"
          : "it was started by an mpirun of another MPI library; use the mpirun of the library it was built with"));
}

std::string mpi_library() {
  std::string text(MPI_MAX_LIBRARY_VERSION_STRING, '\0');
  int length = 0;
  check_mpi(MPI_Get_library_version(text.data(), &length), "reading the version of MPI");
  text.resize(static_cast<std::size_t>(length));
  return text.substr(0, text.find_first_of(",\n"));
}

Session::Session(int& argc, char**& argv) : launch_(launch_of_process()) {
  // Open MPI 4 gives a process without mpirun a daemon, which is of no use here and outlives it if it is killed.
  if (!launch_.is_known()) ::setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
  int provided = MPI_THREAD_SINGLE;
  check_mpi(MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided), "starting MPI");
  if (provided < MPI_THREAD_MULTIPLE) {
    MPI_Finalize();
    throw usage_error("this MPI library does not offer MPI_THREAD_MULTIPLE; use one that was built with it");
  }
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
}

Session::~Session() { MPI_Finalize(); }

void Session::abort(int code) const {
  // MPI_Abort speaks to the launcher's daemon first, and waits for ever if that is stopped.
  static constexpr std::chrono::seconds for_the_launcher(5);
  try {
    std::thread([code] {
      std::this_thread::sleep_for(for_the_launcher);
      std::_Exit(code);
    }).detach();
  } catch (const std::system_error&) {  // no thread is to be had: MPI_Abort alone
  }
  MPI_Abort(MPI_COMM_WORLD, code);
  std::_Exit(code);
}

namespace {

std::unique_ptr<CommunicatorHandle> split(int number, int world_rank) {
  MPI_Comm made = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split(MPI_COMM_WORLD, number, world_rank, &made), "forming groups of ranks");
  auto owned = std::make_unique<CommunicatorHandle>(made);
  check_mpi(MPI_Comm_set_errhandler(made, MPI_ERRORS_RETURN), "setting the error handler");
  return owned;
}

}  // namespace

Group::Group(const Session& session, int number) : communicator_(split(number, session.rank())) {
  check_mpi(MPI_Comm_rank(communicator_->get(), &rank_), "forming groups of ranks");
  check_mpi(MPI_Comm_size(communicator_->get(), &size_), "forming groups of ranks");
}

Group::~Group() = default;
Group::Group(Group&&) noexcept = default;
Group& Group::operator=(Group&&) noexcept = default;

bool Group::any(bool mine) const {
  if (size_ == 1) return mine;
  int result = mine ? 1 : 0;
  Activity::set("agree");  // for the report of a stall, if a rank of the group does not answer
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &result, 1, MPI_INT, MPI_MAX, communicator_->get()),
            "agreeing within a group");
  Activity::set("");
  return result != 0;
}

}  // namespace m2m::comm

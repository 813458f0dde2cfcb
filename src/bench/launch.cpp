#include "bench/launch.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <sstream>

#include "bench/system_description.hpp"
#include "core/error.hpp"
#include "core/machine.hpp"

namespace m2m::bench {
namespace {

using Words = std::vector<std::string>;

constexpr int stopping_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU};

std::string environment_text(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? "" : text;
}

bool is_in_path(const std::string& program) {
  std::istringstream folders(environment_text("PATH"));
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (::access((std::filesystem::path(folder) / program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

Words split_words(const std::string& text) {
  std::istringstream stream(text);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

int default_ranks(const LaunchWish& wish, const Surroundings& place) {
  if (wish.ranks > 0) return wish.ranks;
  const int devices = wish.devices > 0 ? wish.devices : (wish.on_gpu ? place.gpus : place.cores);
  return std::clamp(wish.on_gpu ? devices : devices / wish.threads, 1, std::max(wish.trials, 1));
}

Words slurm_words(const LaunchWish& wish) {
  Words words = {"srun", "--mpi=pmix"};
  if (wish.ranks > 0 || wish.devices > 0)
    words.insert(words.end(), {"-n", std::to_string(default_ranks(wish, {}))});
  return words;
}

}  // namespace

Surroundings look_around(int gpus) {
  Surroundings place;
  const int cores = count_processors(true).cores;
  place.cores = cores > 0 ? cores : affinity_cores();
  place.gpus = gpus;
  place.in_allocation = !environment_text("SLURM_JOB_ID").empty();
  place.has_srun = is_in_path("srun");
  place.has_mpirun = is_in_path("mpirun");
  for (const char* size : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"})
    place.is_one_of_many = place.is_one_of_many || std::atoi(environment_text(size).c_str()) > 1;
  return place;
}

Words launcher_words(const LaunchWish& wish, const Surroundings& place) {
  if (place.is_one_of_many)
    throw usage_error(
        "m2m-bench class starts the ranks itself; start it once, without mpirun or srun, and give --ranks N");
  if (wish.launcher == "none") {
    if (wish.ranks > 1) throw usage_error("--launch none runs one rank; leave out --ranks");
    return {};
  }
  if (wish.launcher != "auto") {
    if (wish.ranks > 0)
      throw usage_error("--ranks: the words of --launch say how many ranks there are; give one of the two");
    return split_words(wish.launcher);
  }
  if (place.in_allocation && place.has_srun) return slurm_words(wish);
  const int ranks = default_ranks(wish, place);
  if (ranks == 1) return {};
  if (place.has_mpirun) return {"mpirun", "--bind-to", "none", "-np", std::to_string(ranks)};
  if (wish.ranks > 1)
    throw usage_error("--ranks: mpirun is not in PATH; load the module of MPI, or leave out --ranks");
  return {};
}

HeldSignals::HeldSignals() {
  ::sigemptyset(&held_);
  for (const int signal : stopping_signals) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    if (action.sa_handler != SIG_IGN) ::sigaddset(&held_, signal);
  }
  ::pthread_sigmask(SIG_BLOCK, &held_, &before_);
}

HeldSignals::~HeldSignals() {
  const timespec at_once{0, 0};
  while (::sigtimedwait(&held_, nullptr, &at_once) > 0) {  // of a sweep that has ended
  }
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

namespace {

/// Starts a command with the signal mask that this process had before it held signals back.
pid_t start(Words command, const HeldSignals& signals) {
  std::vector<char*> words;
  for (std::string& word : command) words.push_back(word.data());
  words.push_back(nullptr);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setsigmask(&attributes, &signals.before());
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  pid_t child = -1;
  const int failed = ::posix_spawnp(&child, words.front(), &actions, &attributes, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (failed != 0)
    throw usage_error(fmt::format("{}: cannot be started: {}", command.front(), std::strerror(failed)));
  return child;
}

/// The next signal that is held back, or 0 after a tenth of a second without one.
int next_signal(const HeldSignals& signals) {
  const timespec tenth{0, 100'000'000};
  const int signal = ::sigtimedwait(&signals.held(), nullptr, &tenth);
  return std::max(signal, 0);
}

}  // namespace

int run_passing_signals(const Words& command, const HeldSignals& signals, const std::function<void()>& tick) {
  const pid_t child = start(command, signals);
  bool is_told_to_end = false;
  int status = 0;
  for (pid_t ended = 0; ended != child;) {
    if (const int signal = next_signal(signals); signal != 0) {
      is_told_to_end = is_told_to_end || signal == SIGINT || signal == SIGTERM || signal == SIGHUP;
      ::kill(child, signal);
    }
    ended = ::waitpid(child, &status, WNOHANG);
    if (ended < 0 && errno != EINTR) throw internal_error("cannot wait for the end of the sweep");
    if (ended == 0) tick();
  }
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return code == 1 && is_told_to_end ? static_cast<int>(ExitCode::interrupted) : code;
}

}  // namespace m2m::bench

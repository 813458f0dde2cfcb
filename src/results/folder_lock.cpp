#include "results/folder_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <random>
#include <system_error>

#include "core/config.hpp"
#include "core/files.hpp"
#include "core/foreign_files.hpp"
#include "core/log.hpp"
#include "core/machine.hpp"
#include "core/text.hpp"

namespace m2m::results {
namespace fs = std::filesystem;
namespace {

/// The space in which process numbers are unique: this boot of this host, this container.
std::string process_space() {
  std::ifstream boot("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(boot, id);
  std::error_code ignored;
  return id + " " + fs::read_symlink("/proc/self/ns/pid", ignored).string();
}

Json holder_json(const std::string& token) {
  const char* job = std::getenv("SLURM_JOB_ID");
  return {{"host", host_name()},
          {"job", job == nullptr ? "" : job},
          {"process", ::getpid()},
          {"space", process_space()},
          {"token", token}};
}

/// The holder of the lock; an empty object if it cannot be read, for example because it is being written.
Json read_holder(const fs::path& file) {
  try {
    const Json holder = try_parse_json(read_file(file));
    return holder.is_object() ? holder : Json::object();
  } catch (const Error&) {
    return Json::object();
  }
}

/// A text of the holder; "" if it has another value there.
std::string text_of(const Json& holder, const char* name) {
  const auto found = holder.find(name);
  return found != holder.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string holder_token(const Json& holder) { return text_of(holder, "token"); }

/// Number of the holder's process; 0 if it has none.
int process_of(const Json& holder) {
  try {
    return whole_number<int>(holder.at("process"));
  } catch (const Json::exception&) {
    return 0;
  }
}

bool is_gone_from_this_host(const Json& holder) {
  const int process = process_of(holder);
  if (process <= 0 || text_of(holder, "space") != process_space()) return false;
  if (::kill(process, 0) != 0 && errno == ESRCH) return true;
  std::ifstream status(fmt::format("/proc/{}/stat", process));
  const std::string text{std::istreambuf_iterator<char>(status), {}};
  return text.find(") Z ") != std::string::npos;  // a zombie: dead, not yet reaped by its parent
}

/// Throws Error (input_output) if there is something else than a file: no lock of a sweep, and nobody will remove
/// it.
void refuse_other_kind(const fs::path& file) {
  std::error_code ignored;
  const fs::file_status status = fs::symlink_status(file, ignored);
  if (fs::exists(status) && !fs::is_regular_file(status))
    throw io_error(
        fmt::format("{}: expected the lock of a sweep, which is a file; move what is there away", file.string()));
}

/// Creates the file with `content`. Returns false if it exists. Throws Error (input_output) if another thing has
/// its name.
bool create(const fs::path& file, const std::string& content) {
  FileDescriptor lock(::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644));
  if (!lock.is_open() && errno == EEXIST) {
    refuse_other_kind(file);
    return false;
  }
  if (!lock.is_open()) throw write_error(file, "cannot be written", errno);
  const ssize_t written = ::write(lock.number(), content.data(), content.size());
  if (lock.close() && written == static_cast<ssize_t>(content.size())) return true;
  const int reason = errno;
  ::unlink(file.c_str());
  throw write_error(file, "cannot be written", reason);
}

/// Seconds since the last heartbeat, by the clock of the file system, which may differ from this host's. Nothing
/// if the lock no longer exists. A time to come, from before a clock was set back, counts as one as long ago: a
/// live holder would have corrected it with its next heartbeat.
std::optional<double> age(const fs::path& file) {
  const fs::path probe = file.string() + fmt::format(".now-{}-{}", host_name(), ::getpid());
  // Not by a temporary name: the holder removes those that killed processes left, and this one is alive.
  const FileDescriptor touched(::open(probe.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644));
  if (!touched.is_open()) throw write_error(probe, "cannot be written", errno);
  std::error_code gone, ignored;
  const auto now = fs::last_write_time(probe, ignored);
  const auto then = fs::last_write_time(file, gone);
  fs::remove(probe, ignored);
  if (gone) return std::nullopt;
  return std::abs(std::chrono::duration<double>(now - then).count());
}

std::string holder_text(const Json& holder) {
  const std::string host = text_of(holder, "host");
  if (host.empty()) return "another sweep";
  const std::string job = text_of(holder, "job");
  return job.empty() ? fmt::format("process {} on host {}", process_of(holder), host)
                     : fmt::format("job {} on host {}", job, host);
}

/// Seconds without a heartbeat after which the holder counts as dead: few if it has not even written its lock.
double limit(const Json& holder, const LockTimes& times) { return holder.empty() ? times.instant : times.stale; }

/// True if the lock's owner is dead. False if the lock no longer exists.
bool is_dead(const fs::path& file, const LockTimes& times) {
  const Json holder = read_holder(file);
  const std::optional<double> silent = age(file);
  return silent && (*silent >= limit(holder, times) || is_gone_from_this_host(holder));
}

/// Removes the lock of a dead holder. Only one process at a time checks again and removes: otherwise it could
/// remove the new lock of a faster process.
void remove_dead(const fs::path& file, const LockTimes& times) {
  const fs::path guard = file.string() + ".removing";
  if (!create(guard, "")) {
    if (age(guard).value_or(0) >= times.instant) ::unlink(guard.c_str());  // its maker was killed
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return;
  }
  const Json holder = read_holder(file);
  const bool is_to_go = is_dead(file, times);
  const int reason = is_to_go && ::unlink(file.c_str()) != 0 && errno != ENOENT ? errno : 0;
  ::unlink(guard.c_str());
  if (reason != 0) throw write_error(file, "cannot be removed", reason);
  if (is_to_go)
    log_warning(fmt::format("{} was locked by {}, which is dead; taking over", file.parent_path().string(),
                            holder_text(holder)));
}

/// Throws Error (held) if the lock exists and has a holder.
void refuse_held(const fs::path& file) {
  const Json holder = read_holder(file);
  const auto silent = age(file);
  if (holder.empty() || !silent) return;
  throw Error(ExitCode::held,
              fmt::format("{} is in use by {} (alive {} ago); --wait waits for it", file.parent_path().string(),
                          holder_text(holder), duration_text(*silent)));
}

void take(const fs::path& file, const std::string& token, const LockTimes& times) {
  const std::string content = holder_json(token).dump() + "\n";
  while (!create(file, content)) {
    if (is_dead(file, times)) {
      remove_dead(file, times);
      continue;
    }
    refuse_held(file);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));  // until its maker has written it
  }
}

std::string new_token() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

}  // namespace

FolderLock::FolderLock(const fs::path& folder, LockTimes times) : file_(folder / "lock.json"), token_(new_token()) {
  make_folder(folder);
  take(file_, token_, times);
  try {
    heartbeat_ = std::thread([this, times] { run_heartbeat(times.heartbeat); });
  } catch (const std::system_error&) {  // no destructor will run
    ::unlink(file_.c_str());
    throw;
  }
}

FolderLock::~FolderLock() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  heartbeat_.join();
  if (holder_token(read_holder(file_)) == token_) ::unlink(file_.c_str());
}

void FolderLock::run_heartbeat(double every) {
  std::unique_lock guard(mutex_);
  while (!stopped_.wait_for(guard, std::chrono::duration<double>(every), [this] { return stopping_; })) {
    const std::string holder = holder_token(read_holder(file_));
    if (holder == token_) {
      ::utimensat(AT_FDCWD, file_.c_str(), nullptr, 0);
    } else if (!holder.empty() && !lost_) {
      lost_ = true;
      log_warning(
          fmt::format("{} was taken over by another sweep, because this sweep's heartbeat was too old; stopping",
                      file_.parent_path().string()));
    }
  }
}

std::string live_holder(const fs::path& folder, LockTimes times) {
  const fs::path file = folder / "lock.json";
  std::error_code gone;
  const auto then = fs::last_write_time(file, gone);
  if (gone) return "";
  const Json holder = read_holder(file);
  const double silent = std::abs(std::chrono::duration<double>(fs::file_time_type::clock::now() - then).count());
  return silent >= limit(holder, times) || is_gone_from_this_host(holder) ? "" : holder_text(holder);
}

}  // namespace m2m::results

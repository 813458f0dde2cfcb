// A library for LD_PRELOAD: calls that change files of a folder fail, or the process is killed before one of them.
//
// M2M_FAULT_FOLDER  the folder whose calls are counted, from 1: open for writing, write, sync, rename, close, ...
// M2M_FAULT_FILE    only calls with this text in the path are counted
// M2M_FAULT_READS   1: opening for reading is counted as well
// M2M_FAULT_LOG     a file that gets a line "NUMBER CALL PATH" for each counted call
// M2M_FAULT_CALL    the number of the call at which the fault begins
// M2M_FAULT         ENOSPC, EDQUOT: that call and all later ones fail; EIO: that call fails; SIGKILL: the end;
//                   SIGSTOP: the process is stopped
// M2M_FAULT_RANK    the rank of mpirun that has the fault (0 if not given)
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

std::string_view setting(const char* name, const char* otherwise = "") {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : text;
}

/// The next definition of a function, that of the C library.
template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

/// The path of an open file; as a folder of /proc shows it.
std::string path_of(int descriptor) {
  std::array<char, 4096> path;
  const ssize_t length =
      ::readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), path.data(), path.size());
  return {path.data(), static_cast<std::size_t>(length < 0 ? 0 : length)};
}

void log_call(int number, const char* call, std::string_view path) {
  static const int log = ::open(std::string(setting("M2M_FAULT_LOG", "/dev/null")).c_str(),
                                O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const std::string line = std::to_string(number) + " " + call + " " + std::string(path) + "\n";
  static auto* const write_line = next<ssize_t(int, const void*, std::size_t)>("write");
  static_cast<void>(write_line(log, line.data(), line.size()));
}

/// The number of the call that has the fault; 0 if this process has none.
int faulty_call() {
  if (setting("OMPI_COMM_WORLD_RANK", "0") != setting("M2M_FAULT_RANK", "0")) return 0;
  return std::atoi(std::string(setting("M2M_FAULT_CALL", "0")).c_str());
}

/// The errno with which a call fails; 0 if it does not fail. Does not return if the process is to be killed.
int fault_at(int number) {
  static const int begin = faulty_call();
  static const std::string_view fault = setting("M2M_FAULT");
  if (begin == 0 || number < begin) return 0;
  if (fault == "SIGKILL" && number == begin) ::kill(::getpid(), SIGKILL);
  if (fault == "SIGSTOP" && number == begin) ::kill(::getpid(), SIGSTOP);
  if (fault == "EIO" && number == begin) return EIO;
  if (fault == "ENOSPC") return ENOSPC;
  return fault == "EDQUOT" ? EDQUOT : 0;
}

/// Counts a call if it concerns the folder. Returns true, with errno set, if it has to fail.
bool fails(const char* call, std::string_view path) {
  static const std::string_view folder = setting("M2M_FAULT_FOLDER"), file = setting("M2M_FAULT_FILE");
  static std::atomic<int> calls = 0;
  if (folder.empty() || !path.starts_with(folder) || path.find(file) == std::string_view::npos) return false;
  const int number = ++calls;
  log_call(number, call, path);
  const int fault = fault_at(number);
  if (fault != 0) errno = fault;
  return fault != 0;
}

bool fails(const char* call, int descriptor) {
  const int before = errno;
  const bool is_failing = fails(call, path_of(descriptor));
  if (!is_failing) errno = before;
  return is_failing;
}

bool fails_to_open(const char* path, bool is_for_writing) {
  static const bool counts_reads = setting("M2M_FAULT_READS") == "1";
  return (is_for_writing || counts_reads) && fails(is_for_writing ? "open" : "read", std::string_view(path));
}

/// Counts a call that needs no space, so that the process can be killed before it; lets it happen.
void pass(const char* call, const char* path) { static_cast<void>(fails(call, std::string_view(path))); }

}  // namespace

extern "C" {

ssize_t write(int file, const void* bytes, std::size_t count) {
  static auto* const real = next<decltype(write)>("write");
  return fails("write", file) ? -1 : real(file, bytes, count);
}

ssize_t writev(int file, const iovec* parts, int count) {
  static auto* const real = next<decltype(writev)>("writev");
  return fails("write", file) ? -1 : real(file, parts, count);
}

ssize_t pwrite(int file, const void* bytes, std::size_t count, off_t offset) {
  static auto* const real = next<decltype(pwrite)>("pwrite");
  return fails("write", file) ? -1 : real(file, bytes, count, offset);
}

ssize_t pwrite64(int file, const void* bytes, std::size_t count, off64_t offset) {
  return pwrite(file, bytes, count, offset);
}

int ftruncate(int file, off_t size) noexcept {
  static auto* const real = next<int(int, off_t)>("ftruncate");
  return fails("truncate", file) ? -1 : real(file, size);
}

int ftruncate64(int file, off64_t size) noexcept { return ftruncate(file, size); }

int fsync(int file) {
  static auto* const real = next<decltype(fsync)>("fsync");
  return fails("sync", file) ? -1 : real(file);
}

/// The file is closed also if the call fails, as by the kernel.
int close(int file) {
  static auto* const real = next<decltype(close)>("close");
  const bool is_for_reading = (::fcntl(file, F_GETFL) & O_ACCMODE) == O_RDONLY;
  const bool is_failing = !is_for_reading && fails("close", file);
  const int reason = errno;
  const int done = real(file);
  if (!is_failing) return done;
  errno = reason;
  return -1;
}

int rename(const char* from, const char* to) noexcept {
  static auto* const real = next<int(const char*, const char*)>("rename");
  return fails("rename", std::string_view(to)) ? -1 : real(from, to);
}

int remove(const char* path) noexcept {
  static auto* const real = next<int(const char*)>("remove");
  pass("remove", path);
  return real(path);
}

int unlink(const char* path) noexcept {
  static auto* const real = next<int(const char*)>("unlink");
  pass("remove", path);
  return real(path);
}

int mkdir(const char* path, mode_t mode) noexcept {
  static auto* const real = next<int(const char*, mode_t)>("mkdir");
  return fails("mkdir", std::string_view(path)) ? -1 : real(path, mode);
}

int open(const char* path, int flags, ...) {
  static auto* const real = next<int(const char*, int, ...)>("open");
  va_list more;
  va_start(more, flags);
  const mode_t mode = va_arg(more, mode_t);  // of no meaning unless a file is created
  va_end(more);
  const bool is_for_writing = (flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0;
  return fails_to_open(path, is_for_writing) ? -1 : real(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = va_arg(more, mode_t);
  va_end(more);
  return open(path, flags, mode);
}

FILE* fopen(const char* path, const char* mode) {
  static auto* const real = next<decltype(fopen)>("fopen");
  return fails_to_open(path, *mode != 'r') ? nullptr : real(path, mode);
}

FILE* fopen64(const char* path, const char* mode) { return fopen(path, mode); }

/// The file is closed also if the call fails, as by the C library.
int fclose(FILE* file) {
  static auto* const real = next<decltype(fclose)>("fclose");
  const bool is_for_reading = (::fcntl(fileno(file), F_GETFL) & O_ACCMODE) == O_RDONLY;
  const bool is_failing = !is_for_reading && fails("close", fileno(file));
  const int reason = errno;
  const int done = real(file);
  if (!is_failing) return done;
  errno = reason;
  return EOF;
}

}  // extern "C"

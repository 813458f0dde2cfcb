#include "core/child_process.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <new>

#include "core/command_line.hpp"
#include "core/error.hpp"
#include "core/files.hpp"

// The shadow memory of a sanitizer is larger than any limit.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define M2M_LIMITS_MEMORY false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define M2M_LIMITS_MEMORY false
#endif
#endif
#ifndef M2M_LIMITS_MEMORY
#define M2M_LIMITS_MEMORY true
#endif

namespace m2m {
namespace {

Error system_error(const std::string& doing) {
  return io_error(fmt::format("{}: {}", doing, std::strerror(errno)));
}

void limit(decltype(RLIMIT_AS) resource, std::size_t amount) {
  const rlimit both{amount, amount};
  ::setrlimit(resource, &both);
}

void set_limits(const ChildLimits& limits) {
  limit(RLIMIT_CORE, 0);
  ::alarm(limits.seconds);
  if (M2M_LIMITS_MEMORY) limit(RLIMIT_AS, limits.memory);
}

void write_all(int to, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t written = ::write(to, text.data() + done, text.size() - done);
    if (written < 0 && errno != EINTR) return;  // the parent is gone
    if (written > 0) done += static_cast<std::size_t>(written);
  }
}

std::string read_all(int from) {
  std::string text;
  std::array<char, 65536> part;
  for (;;) {
    const ssize_t size = ::read(from, part.data(), part.size());
    if (size < 0 && errno != EINTR) throw system_error("reading from a child process");
    if (size == 0) return text;
    if (size > 0) text.append(part.data(), static_cast<std::size_t>(size));
  }
}

/// What a child says: the code of its failure as one byte, 0 if there is none, and its text or sentence.
std::string outcome(const std::string& subject, const std::function<std::string()>& action) {
  const auto message = [](ExitCode code, const std::string& text) {
    return std::string(1, static_cast<char>(code)) + text;
  };
  try {
    return message(ExitCode::done, action());
  } catch (const std::bad_alloc&) {
    return message(ExitCode::bad_data,
                   subject +
                       ": reading it takes more memory than a file named foreign may; it is damaged, or made "
                       "to do harm");
  } catch (const std::exception& error) {
    const Failure failure = failure_of(error);
    return message(failure.code, failure.sentence);
  }
}

/// Waits until the child has ended. Throws Error (bad_data) if it crashed.
void expect_end(pid_t child, const std::string& subject) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw system_error("waiting for a child process");
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  if (!WIFSIGNALED(status))  // a sanitizer turns the signal into an exit
    throw data_error(subject + ": the process that read it crashed: it is damaged, or made to do harm");
  const int signal = WTERMSIG(status);
  throw data_error(
      fmt::format("{}: the process that read it ended with signal {} ({}): it is damaged, or made to do "
                  "harm",
                  subject, signal, ::strsignal(signal)));
}

}  // namespace

std::string run_in_child(const std::string& subject, const ChildLimits& limits,
                         const std::function<std::string()>& action) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) throw system_error("making a pipe");
  FileDescriptor from(ends[0]), to(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) throw system_error("starting a child process");
  if (child == 0) {
    from = FileDescriptor();  // so that writing fails once the parent is gone
    set_limits(limits);
    write_all(to.number(), outcome(subject, action));
    ::_exit(0);  // without what the parent does at its end
  }
  to = FileDescriptor();
  const std::string message = read_all(from.number());
  expect_end(child, subject);
  if (message.empty()) throw internal_error("a child process said nothing");
  const auto code = static_cast<ExitCode>(static_cast<unsigned char>(message.front()));
  if (code != ExitCode::done) throw Error(code, message.substr(1));
  return message.substr(1);
}

}  // namespace m2m

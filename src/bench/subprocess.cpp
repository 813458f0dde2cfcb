#include "bench/subprocess.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <sstream>

#include "core/error.hpp"
#include "core/files.hpp"

namespace m2m::bench {
namespace {

/// A pipe: [0] is read, [1] is written.
std::array<FileDescriptor, 2> make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw internal_error("no pipe could be made");
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!changes.contains(text.substr(0, text.find('=')))) all.push_back(text);
  }
  for (const auto& [name, value] : changes) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

pid_t spawn(std::vector<std::string> command, std::vector<std::string> environment, int out) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
  pid_t child = -1;
  const int error = ::posix_spawnp(&child, command.front().c_str(), &actions, nullptr, pointers_to(command).data(),
                                   pointers_to(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw usage_error(fmt::format("{}: it cannot be run: {}", command.front(), std::strerror(error)));
  return child;
}

std::string read_all(int from) {
  std::string all;
  std::array<char, 4096> block{};
  for (ssize_t got; (got = ::read(from, block.data(), block.size())) != 0;) {
    if (got > 0) all.append(block.data(), static_cast<std::size_t>(got));
    if (got < 0 && errno != EINTR) throw internal_error("what a program says could not be read");
  }
  return all;
}

}  // namespace

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

ProcessResult run_process(const std::vector<std::string>& command,
                          const std::map<std::string, std::string>& environment) {
  auto [out, in] = make_pipe();
  ProcessResult ended;
  ended.started = monotonic_seconds();
  const pid_t child = spawn(command, environment_with(environment), in.number());
  in.close();
  ended.output = read_all(out.number());
  int status = 0;
  // Of this one child: getrusage would give the largest of all children so far. What Linux counts begins with the
  // memory of the process that started it, which has loaded the same libraries and no data.
  rusage usage{};
  while (::wait4(child, &status, 0, &usage) < 0) {
    if (errno != EINTR) throw internal_error("the end of a program could not be waited for");
  }
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ended.peak_bytes = std::int64_t{usage.ru_maxrss} * 1024;
  return ended;
}

std::string last_line(const std::string& output) {
  std::istringstream lines(output);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) last = line;
  }
  return last;
}

}  // namespace m2m::bench

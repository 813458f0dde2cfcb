#include "support/command.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>

namespace m2m::testing {
namespace {

int exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

}  // namespace

std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

Outcome run_command(const std::string& command, const std::string& folder) {
  FILE* pipe = ::popen(("cd " + quoted(folder) + " && { " + command + "; } 2>&1").c_str(), "r");
  Outcome outcome;
  if (pipe == nullptr) return outcome;
  std::array<char, 4096> buffer;
  for (std::size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    outcome.output.append(buffer.data(), n);
  }
  outcome.code = exit_code(::pclose(pipe));
  return outcome;
}

Background::Background(const std::string& command, const std::string& folder) : pid_(::fork()) {
  if (pid_ != 0) return;
  ::setpgid(0, 0);
  const std::string line = "cd " + quoted(folder) + " && exec " + command + " > background.log 2>&1";
  ::execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
  ::_exit(127);
}

Background::~Background() {
  if (ended_) return;
  signal_all(SIGKILL);
  wait();
}

void Background::signal_all(int signal) const {
  ::kill(-pid_, signal);
  ::kill(pid_, signal);
}

void Background::signal_leader(int signal) const { ::kill(pid_, signal); }

int Background::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  ended_ = true;
  return exit_code(status);
}

}  // namespace m2m::testing

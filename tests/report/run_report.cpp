#include "report/run_report.hpp"

#include <sys/wait.h>

#include <array>
#include <cstdio>

namespace m2m::testing {

Ended run_report(const std::string& arguments) {
  const std::string command = std::string(M2M_REPORT) + " " + arguments + " 2>&1";
  Ended ended;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::array<char, 4096> block{};
  for (std::size_t got; (got = std::fread(block.data(), 1, block.size(), pipe)) > 0;)
    ended.said.append(block.data(), got);
  const int status = ::pclose(pipe);
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ended;
}

}  // namespace m2m::testing

#include "bench/system_description.hpp"

#include <sched.h>
#include <sys/utsname.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "bench/comparison.hpp"

namespace m2m::bench {
namespace fs = std::filesystem;
namespace {

/// The first line of a file; "" if it cannot be read, as the speed of an interface without a link.
std::string first_line(const fs::path& file) {
  std::string line;
  std::getline(std::ifstream(file), line);
  return line;
}

/// The number in a file; -1 if it cannot be read.
int number_in(const fs::path& file) {
  int number = -1;
  std::ifstream(file) >> number;
  return number;
}

/// The members of a folder, by name; empty if there is no such folder.
std::vector<fs::path> members(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

/// PRETTY_NAME of /etc/os-release.
std::string operating_system() {
  std::ifstream lines("/etc/os-release");
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("PRETTY_NAME=")) continue;
    std::string name = line.substr(line.find('=') + 1);
    std::erase(name, '"');
    return name;
  }
  return "unknown";
}

std::string kernel() {
  utsname names{};
  return ::uname(&names) == 0 ? std::string(names.sysname) + " " + names.release : "unknown";
}

/// Interfaces that are up, except the loopback: name, and speed in Mbit/s if the driver tells it.
Json network_interfaces() {
  Json found = Json::array();
  for (const fs::path& interface : members("/sys/class/net")) {
    if (interface.filename() == "lo" || first_line(interface / "operstate") == "down") continue;
    Json entry = {{"name", interface.filename().string()}};
    const std::string speed = first_line(interface / "speed");
    if (!speed.empty() && speed != "-1") entry["mbit_per_second"] = std::atoi(speed.c_str());
    found.push_back(std::move(entry));
  }
  return found;
}

/// Adapters of InfiniBand, RoCE and Omni-Path: name, rate and link layer of their ports.
Json fabrics() {
  Json found = Json::array();
  for (const fs::path& adapter : members("/sys/class/infiniband")) {
    for (const fs::path& port : members(adapter / "ports")) {
      found.push_back({{"name", adapter.filename().string()},
                       {"port", port.filename().string()},
                       {"rate", first_line(port / "rate")},
                       {"link_layer", first_line(port / "link_layer")}});
    }
  }
  return found;
}

Json doctor_lines(const fs::path& doctor, const fs::path& out) {
  Json lines = Json::array();
  std::istringstream output(run_process({doctor.string(), "--out", out.string()}, {}).output);
  for (std::string line; std::getline(output, line);) lines.push_back(line);
  return lines;
}

}  // namespace

ProcessorCounts count_processors(bool usable_only) {
  cpu_set_t usable;
  CPU_ZERO(&usable);
  if (::sched_getaffinity(0, sizeof usable, &usable) != 0) return {};
  std::set<int> sockets;
  std::set<std::pair<int, int>> cores;  // socket and number of the core in it
  int threads = 0;
  for (int thread = 0; thread < CPU_SETSIZE; ++thread) {
    const fs::path topology = "/sys/devices/system/cpu/cpu" + std::to_string(thread) + "/topology";
    const int socket = number_in(topology / "physical_package_id"), core = number_in(topology / "core_id");
    if (core < 0 || (usable_only && !CPU_ISSET(thread, &usable))) continue;
    sockets.insert(socket);
    cores.emplace(socket, core);
    ++threads;
  }
  return {static_cast<int>(sockets.size()), static_cast<int>(cores.size()), threads};
}

Json describe_system(const Json& machine, const fs::path& doctor, const fs::path& out) {
  Json system = machine;
  const ProcessorCounts counts = count_processors(false);
  system["processors"] = {{"sockets", counts.sockets}, {"cores", counts.cores}, {"threads", counts.threads}};
  system["operating_system"] = operating_system();
  system["kernel"] = kernel();
  system["network_interfaces"] = network_interfaces();
  system["fabrics"] = fabrics();
  if (fs::exists(doctor)) system["doctor"] = doctor_lines(doctor, out);
  return system;
}

}  // namespace m2m::bench

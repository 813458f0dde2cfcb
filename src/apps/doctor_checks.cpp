#include "apps/doctor_checks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include "core/control_groups.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/instruction_set.hpp"
#include "core/text.hpp"
#include "results/folder_lock.hpp"

namespace m2m::apps {
namespace {

constexpr double gigabyte = 1e9;

Finding limit_finding(const char* what, int resource, double needed, const char* unit, const char* advice) {
  rlimit limit{};
  ::getrlimit(static_cast<__rlimit_resource>(resource), &limit);
  const bool is_unlimited = limit.rlim_cur == RLIM_INFINITY;
  const auto value = static_cast<double>(limit.rlim_cur);
  const std::string text = is_unlimited ? "unlimited" : group_digits(value) + unit;
  if (is_unlimited || value >= needed) return {what, Health::ok, text, ""};
  return {what, Health::warning, text, advice};
}

Finding shared_memory() {
  struct statvfs shm {};
  if (::statvfs("/dev/shm", &shm) != 0) {
    return {"shared memory", Health::warning, "/dev/shm is missing",
            "ranks of a host then communicate more slowly"};
  }
  const double bytes = static_cast<double>(shm.f_bavail) * static_cast<double>(shm.f_frsize);
  const std::string text = fmt::format("{:.1f} GB free in /dev/shm", bytes / gigabyte);
  if (bytes >= 0.06 * gigabyte) return {"shared memory", Health::ok, text, ""};
  return {"shared memory", Health::warning, text, "in a container, start it with --shm-size=1g"};
}

/// What a container or a job of a cluster allows this process.
Finding control_group() {
  const ControlGroupLimits limits = control_group_limits();
  const std::string cores = std::isinf(limits.cores) ? "" : fmt::format("{:.1f} cores", limits.cores);
  const std::string memory = std::isinf(limits.memory)
                                 ? ""
                                 : fmt::format("{:.1f} GB of memory, {:.1f} GB of them free",
                                               limits.memory / gigabyte, limits.memory_left / gigabyte);
  const std::string both = cores + (cores.empty() || memory.empty() ? "" : ", ") + memory;
  if (limits.memory_left >= gigabyte) return {"control group", Health::ok, both.empty() ? "no limits" : both, ""};
  return {"control group", Health::warning, both, "a rank takes about 1 GB: ask the scheduler for more memory"};
}

}  // namespace

Finding check_threads(const char* wanted, const comm::HostRanks& share) {
  const int threads = wanted == nullptr ? 0 : std::atoi(wanted);
  const std::string text = fmt::format(
      "{} on this host, {} for this one, {}", count_text(share.ranks, "rank"), count_text(share.rank_cores, "core"),
      threads > 0 ? fmt::format("OMP_NUM_THREADS={}", threads) : "OMP_NUM_THREADS not set");
  if (threads > share.rank_cores) {
    return {"threads", Health::warning, text, "threads would share cores: use fewer, or mpirun's '--bind-to none'"};
  }
  if (share.ranks > share.cores) {
    return {"threads", Health::warning, text, "more ranks than cores, so they wait for each other; start fewer"};
  }
  return {"threads", Health::ok, text, ""};
}

Finding check_instructions() {
  const InstructionSet used = best_instruction_set();
  const InstructionSet possible = processor_instruction_set();
  if (used == possible) return {"instructions", Health::ok, to_text(used), ""};
  return {"instructions", Health::warning,
          fmt::format("{}; this processor runs {}", to_text(used), to_text(possible)),
          "unset M2M_INSTRUCTION_SET, or expect trials to be slower"};
}

Finding check_file_system(const std::filesystem::path& folder) {
  const auto trial = folder / fmt::format("m2m-doctor-{}", ::getpid());
  std::error_code ignored;
  try {
    write_file(trial / "file", "written, synced, renamed\n");
    const bool reads = read_file(trial / "file") == "written, synced, renamed\n";
    { const results::FolderLock lock(trial); }
    std::filesystem::remove_all(trial, ignored);
    if (!reads) throw io_error(trial.string() + ": a file has other contents than were written");
  } catch (const Error& error) {
    std::filesystem::remove_all(trial, ignored);
    return {"file system", Health::error, error.what(), "choose another folder with --out"};
  }
  return {"file system", Health::ok, fmt::format("{}: writes, syncs, renames and locks", folder.string()), ""};
}

Finding check_space(double bytes) {
  const std::string text = fmt::format("{:.1f} GB free", bytes / gigabyte);
  if (bytes < 0.1 * gigabyte) return {"free space", Health::error, text, "delete files: a trial takes about 20 MB"};
  if (bytes < 5 * gigabyte) return {"free space", Health::warning, text, "enough for a few hundred trials at most"};
  return {"free space", Health::ok, text, ""};
}

std::vector<Finding> check_limits() {
  return {control_group(), limit_finding("open files", RLIMIT_NOFILE, 1024, "", "raise it with 'ulimit -n 4096'"),
          limit_finding("locked memory", RLIMIT_MEMLOCK, 65536, " bytes",
                        "fast networks want it unlimited: ask the administrator"),
          shared_memory()};
}

Json to_json(const std::vector<Finding>& findings) {
  Json json = Json::array();
  for (const Finding& finding : findings) {
    json.push_back({finding.what, static_cast<int>(finding.health), finding.text, finding.advice});
  }
  return json;
}

std::vector<Finding> findings_from_json(const Json& json) {
  std::vector<Finding> findings;
  for (const Json& item : json) {
    findings.push_back({item.at(0).get<std::string>(), static_cast<Health>(item.at(1).get<int>()),
                        item.at(2).get<std::string>(), item.at(3).get<std::string>()});
  }
  return findings;
}

namespace {

const char* to_text(Health health) {
  switch (health) {
    case Health::ok:
      return "ok";
    case Health::warning:
      return "warning";
    case Health::error:
      return "error";
  }
  return "error";
}

/// A finding and the ranks that made it.
struct Shared {
  Finding finding;
  std::vector<int> ranks;
};

std::vector<Shared> merged(const std::vector<std::vector<Finding>>& by_rank) {
  std::vector<Shared> all;
  for (std::size_t rank = 0; rank < by_rank.size(); ++rank) {
    for (const Finding& finding : by_rank[rank]) {
      const auto known =
          std::find_if(all.begin(), all.end(), [&](const Shared& other) { return other.finding == finding; });
      (known == all.end() ? all.emplace_back(Shared{finding, {}}) : *known).ranks.push_back(static_cast<int>(rank));
    }
  }
  return all;
}

std::string finding_line(const Shared& shared, std::size_t ranks) {
  const bool is_all = shared.ranks.size() == ranks;
  const std::string who = is_all ? "" : fmt::format("  (rank {})", fmt::join(shared.ranks, ", "));
  std::string text = fmt::format("{:<8} {:<14} {}{}\n", to_text(shared.finding.health), shared.finding.what,
                                 shared.finding.text, who);
  if (!shared.finding.advice.empty()) text += fmt::format("{:>24}{}\n", "-> ", shared.finding.advice);
  return text;
}

}  // namespace

std::string findings_text(const std::vector<std::vector<Finding>>& by_rank) {
  std::string text;
  std::set<std::string> seen;
  const std::vector<Shared> all = merged(by_rank);
  for (const Shared& first : all) {  // in the order of the checks, findings of one check together
    if (!seen.insert(first.finding.what).second) continue;
    for (const Shared& same : all) {
      if (same.finding.what == first.finding.what) text += finding_line(same, by_rank.size());
    }
  }
  return text;
}

Health worst(const std::vector<std::vector<Finding>>& by_rank) {
  Health found = Health::ok;
  for (const auto& findings : by_rank) {
    for (const Finding& finding : findings) found = std::max(found, finding.health);
  }
  return found;
}

}  // namespace m2m::apps

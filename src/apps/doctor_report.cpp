#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "apps/doctor_checks.hpp"

namespace m2m::apps {
namespace {

const char* word_of(Health health) {
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

/// A finding, and who made it.
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

std::string line_of(const Shared& shared, std::size_t ranks) {
  const bool is_all = shared.ranks.size() == ranks;
  const std::string who = is_all ? "" : fmt::format("  (rank {})", fmt::join(shared.ranks, ", "));
  std::string text = fmt::format("{:<8} {:<14} {}{}\n", word_of(shared.finding.health), shared.finding.what,
                                 shared.finding.text, who);
  if (!shared.finding.advice.empty()) text += fmt::format("{:>24}{}\n", "-> ", shared.finding.advice);
  return text;
}

}  // namespace

std::string findings_text(const std::vector<std::vector<Finding>>& by_rank) {
  std::string text;
  std::set<std::string> said;
  const std::vector<Shared> all = merged(by_rank);
  for (const Shared& first : all) {  // what was looked at first stands first, different findings of it together
    if (!said.insert(first.finding.what).second) continue;
    for (const Shared& same : all) {
      if (same.finding.what == first.finding.what) text += line_of(same, by_rank.size());
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

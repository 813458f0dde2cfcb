#include "stages/arithmetic.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace m2m::stages {

using checkpoints::Arithmetic;

namespace {

std::string in_order(const std::vector<std::string>& values) {
  return fmt::format("{}", fmt::join(values, ", then "));
}

}  // namespace

Arithmetic arithmetic_of(const train::TrialSettings& settings, const Json& environment) {
  Arithmetic arithmetic;
  arithmetic["deterministic"] = {settings.deterministic ? "true" : "false"};
  for (const char* fact : {"device", "executor"}) arithmetic[fact] = {environment.at(fact).get<std::string>()};
  if (settings.device.is_cpu()) arithmetic["kernels"] = {environment.at("kernels").get<std::string>()};
  return arithmetic;
}

Arithmetic continued(Arithmetic begun, const Arithmetic& further) {
  for (const auto& [fact, values] : further) {
    std::vector<std::string>& used = begun[fact];
    for (const std::string& value : values) {
      if (used.empty() || used.back() != value) used.push_back(value);
    }
  }
  return begun;
}

std::string changes_text(const Arithmetic& used) {
  std::vector<std::string> changes;
  for (const auto& [fact, values] : used) {
    if (values.size() > 1) changes.push_back(fmt::format("{} ({})", fact, in_order(values)));
  }
  return fmt::format("{}", fmt::join(changes, ", "));
}

Json with_changes(Json environment, const Arithmetic& used) {
  for (const auto& [fact, values] : used) {
    if (values.size() > 1) environment[fact] = in_order(values);
  }
  return environment;
}

}  // namespace m2m::stages

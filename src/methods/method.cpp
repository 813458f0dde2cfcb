#include "methods/method.hpp"

#include <algorithm>

namespace m2m {

bool is_deferred(const Method& method) {
  return std::any_of(method.phases.begin(), method.phases.end(),
                     [](const Phase& phase) { return phase.begin == Begin::deferred; });
}

bool resamples(const Method& method) {
  return std::any_of(method.phases.begin(), method.phases.end(),
                     [](const Phase& phase) { return phase.sampling == Sampling::class_balanced; });
}

const Phase& phase_at(const Method& method, int epoch, int defer_until) {
  const Phase* current = &method.phases.front();
  for (const Phase& phase : method.phases) {
    if (phase.begin == Begin::at_once || epoch >= defer_until) current = &phase;
  }
  return *current;
}

}  // namespace m2m

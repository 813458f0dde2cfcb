#include "train/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace m2m::train {

double learning_rate(const Schedule& schedule, int epoch) {
  if (schedule.cosine_epochs > 0) {
    return schedule.learning_rate * (1 + std::cos(std::numbers::pi * epoch / schedule.cosine_epochs)) / 2;
  }
  if (epoch < schedule.warmup) return schedule.learning_rate * (epoch + 1) / schedule.warmup;
  const auto passed =
      std::count_if(schedule.drops.begin(), schedule.drops.end(), [epoch](double drop) { return epoch >= drop; });
  return schedule.learning_rate * std::pow(schedule.drop_factor, static_cast<double>(passed));
}

int last_drop(const Schedule& schedule) {
  if (schedule.drops.empty()) return 0;
  return static_cast<int>(std::ceil(*std::max_element(schedule.drops.begin(), schedule.drops.end())));
}

}  // namespace m2m::train

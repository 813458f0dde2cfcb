#include "train/record_size.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace m2m::stages {
namespace {

constexpr double epochs_held = 3;  // the best, the last, the one that is evaluated
constexpr double worth_saying = 1024.0 * 1024 * 1024;

double part_bytes(const data::PoolRows& part, double classes) {
  if (part.rows.empty()) return 0;
  return classes * classes * sizeof(std::int64_t) + static_cast<double>(part.rows.size()) * classes * sizeof(float);
}

}  // namespace

double record_bytes(const train::LoadedData& data) {
  const auto classes = static_cast<double>(data.set.classes);
  return epochs_held * (part_bytes(data.split.validation, classes) + part_bytes(data.split.test, classes));
}

std::string checked_record_size(const train::LoadedData& data, double memory) {
  const double bytes = record_bytes(data);
  const std::string size =
      fmt::format("{}: confusion matrices and logits of {} classes take {:.1f} GB of a trial's memory",
                  data.set.name, data.set.classes, bytes / 1e9);
  if (memory > 0 && bytes > memory) {
    throw usage_error(
        fmt::format("{}, and this machine has {:.1f} GB: join classes, or run it on a machine with more memory",
                    size, memory / 1e9));
  }
  return bytes > worth_saying ? size + ", beside its network and data" : "";
}

}  // namespace m2m::stages

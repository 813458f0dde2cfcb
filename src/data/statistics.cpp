// Mean and deviation of the training part, and the description of the data for the record.
#include <algorithm>
#include <array>
#include <cmath>

#include "data/data_set.hpp"

namespace m2m::data {

namespace {

std::array<std::vector<double>, 2> feature_statistics(const Samples& samples, const PoolRows& part) {
  const auto width = static_cast<std::size_t>(samples.shape.size());
  double sum = 0, squares = 0;
  for (const std::int32_t row : part.rows) {
    const float* values = samples.features.data() + static_cast<std::size_t>(row) * width;
    for (std::size_t i = 0; i < width; ++i) {
      sum += values[i];
      squares += double{values[i]} * values[i];
    }
  }
  const double count = static_cast<double>(part.rows.size()) * static_cast<double>(width);
  const double mean = sum / count;
  return {std::vector{mean}, std::vector{std::sqrt(std::max(squares / count - mean * mean, 0.0))}};
}

std::array<std::vector<double>, 2> pixel_statistics(const DataSet& data, const PoolRows& part) {
  const Samples& samples = samples_in(data, part.pool);
  const std::int64_t area = std::int64_t{1} * samples.shape.height * samples.shape.width;
  const double values = static_cast<double>(area) * static_cast<double>(part.rows.size());
  std::array<std::vector<double>, 2> statistics;
  for (int channel = 0; channel < samples.shape.channels; ++channel) {
    // Bytes are summed as integers, so that the order of rows does not matter.
    std::uint64_t sum = 0, squares = 0;
    for (const std::int32_t row : part.rows) {
      const std::uint8_t* plane = samples.pixels.data() + row * samples.shape.size() + channel * area;
      for (std::int64_t i = 0; i < area; ++i) {
        sum += plane[i];
        squares += std::uint64_t{plane[i]} * plane[i];
      }
    }
    const double mean = static_cast<double>(sum) / values;
    const double variance = static_cast<double>(squares) / values - mean * mean;
    statistics[0].push_back(mean / data.max_pixel);
    statistics[1].push_back(std::sqrt(std::max(variance, 0.0)) / data.max_pixel);
  }
  return statistics;
}

}  // namespace

std::array<std::vector<double>, 2> sample_statistics(const DataSet& data, const PoolRows& part) {
  const Samples& samples = samples_in(data, part.pool);
  auto statistics = data.has_features() ? feature_statistics(samples, part) : pixel_statistics(data, part);
  for (double& deviation : statistics[1]) {
    if (deviation == 0) deviation = 1;
  }
  return statistics;
}

namespace {

Json describe_part(const PoolRows& part, const std::string& sha256) {
  return {{"images", part.rows.size()}, {"pool", to_text(part.pool)}, {"rows_sha256", sha256}};
}

}  // namespace

Json describe_data(const DataSet& data, const Split& split) {
  Json described = {{"set", data.name},
                    {"classes", data.classes},
                    {"counts", split.counts},
                    {"files_sha256", data.files_sha256},
                    {"published", data.published},
                    {"notice", data.notice},
                    {"train", describe_part(split.train, split.train_sha256)},
                    {"validation", describe_part(split.validation, split.validation_sha256)},
                    {"test", describe_part(split.test, split.test_sha256)}};
  if (!data.class_names.empty()) described["class_names"] = data.class_names;
  const std::vector<bool>& present = data.train.present;
  if (!present.empty()) described["images_present"] = std::count(present.begin(), present.end(), true);
  return described;
}

}  // namespace m2m::data

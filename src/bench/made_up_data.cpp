#include "bench/made_up_data.hpp"

#include <torch/types.h>

namespace m2m::bench {
namespace {

constexpr data::ImageShape shape{3, 32, 32};
constexpr int classes = 10;
constexpr int validating = 1000, held_out = 10000;

/// Noise, and a bright band whose place is the class's.
struct Growing {
  std::vector<std::uint8_t> pixels;
  std::vector<std::int32_t> labels;
};

data::Images grown(Growing growing) { return {shape, std::move(growing.pixels), std::move(growing.labels)}; }

void add_image(Growing& images, int label, data::Pool pool) {
  const auto number = static_cast<std::uint32_t>(images.labels.size());
  Stream stream({static_cast<std::uint32_t>(pool), SeedRole::subset}, Purpose::subset, 0, 0, number);
  std::uint32_t word = 0;
  for (int i = 0; i < shape.size(); ++i) {
    word = i % 4 == 0 ? stream.word() : word >> 8;
    const int row = i / shape.width % shape.height;
    const int band = row / 3 == label ? 100 : 0;
    images.pixels.push_back(static_cast<std::uint8_t>(band + (word & 127)));
  }
  images.labels.push_back(label);
}

void add_training(train::LoadedData& data) {
  data.split.counts = long_tail_counts(5000, 100, classes);
  Growing train;
  for (int k = 0; k < classes; ++k) {
    for (std::int64_t i = 0; i < data.split.counts[k]; ++i) {
      data.split.train.rows.push_back(static_cast<std::int32_t>(train.labels.size()));
      add_image(train, k, data::Pool::train);
    }
  }
  data.set.train = grown(std::move(train));
}

void add_held_out(train::LoadedData& data) {
  data.split.validation.pool = data.split.test.pool = data::Pool::test;
  Growing test;
  for (std::int32_t i = 0; i < held_out; ++i) {
    data::PoolRows& part = i < validating ? data.split.validation : data.split.test;
    part.rows.push_back(i);
    add_image(test, i % classes, data::Pool::test);
  }
  data.set.test = grown(std::move(test));
}

}  // namespace

std::shared_ptr<const train::LoadedData> made_up_data(torch::Device device) {
  auto data = std::make_shared<train::LoadedData>();
  data->set.name = "made up";
  data->set.classes = classes;
  data->set.augmentation = {4, true};
  add_training(*data);
  add_held_out(*data);
  data->mean = {0.29, 0.29, 0.29};
  data->std = {0.19, 0.19, 0.19};
  train::place_on_device(*data, device);
  return data;
}

}  // namespace m2m::bench

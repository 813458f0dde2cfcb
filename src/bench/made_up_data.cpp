#include "bench/made_up_data.hpp"

#include <torch/types.h>

namespace m2m {
namespace {

constexpr ImageShape shape{3, 32, 32};
constexpr int classes = 10;
constexpr int validating = 1000, held_out = 10000;

/// Noise, and a bright band whose place is the class's.
void add_image(Images& images, int label, Pool pool) {
  const auto number = static_cast<std::uint32_t>(images.count());
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

void add_training(LoadedData& data) {
  data.split.counts = long_tail_counts(5000, 100, classes);
  for (int k = 0; k < classes; ++k) {
    for (std::int64_t i = 0; i < data.split.counts[k]; ++i) {
      data.split.train.rows.push_back(static_cast<std::int32_t>(data.set.train.count()));
      add_image(data.set.train, k, Pool::train);
    }
  }
}

void add_held_out(LoadedData& data) {
  data.split.validation.pool = data.split.test.pool = Pool::test;
  for (std::int32_t i = 0; i < held_out; ++i) {
    Part& part = i < validating ? data.split.validation : data.split.test;
    part.rows.push_back(i);
    add_image(data.set.test, i % classes, Pool::test);
  }
}

torch::Tensor view_of(Images& images) {
  return torch::from_blob(images.pixels.data(), {images.count(), shape.channels, shape.height, shape.width},
                          torch::kUInt8);
}

}  // namespace

std::shared_ptr<const LoadedData> made_up_data() {
  auto data = std::make_shared<LoadedData>();
  data->set.name = "made up";
  data->set.classes = classes;
  data->set.train.shape = data->set.test.shape = shape;
  data->set.augmentation = {4, true};
  add_training(*data);
  add_held_out(*data);
  data->train_pixels = view_of(data->set.train);
  data->test_pixels = view_of(data->set.test);
  data->mean = {0.29, 0.29, 0.29};
  data->std = {0.19, 0.19, 0.19};
  return data;
}

}  // namespace m2m

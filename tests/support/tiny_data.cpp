#include "support/tiny_data.hpp"

#include <algorithm>

#include "settings/resolve.hpp"
#include "support/test_device.hpp"

namespace m2m::testing {
namespace {

constexpr int bars = 4;

struct Growing {
  data::ImageShape shape;
  std::vector<std::uint8_t> pixels;
  std::vector<std::int32_t> labels;
};

data::Samples grown(Growing growing) {
  return {growing.shape, std::move(growing.pixels), std::move(growing.labels)};
}

void add_image(Growing& images, int label, Stream& stream) {
  const data::ImageShape& shape = images.shape;
  for (int row = 0; row < shape.channels * shape.height; ++row) {
    for (int x = 0; x < shape.width; ++x) {
      const int bar = x * bars / shape.width == label ? 100 : 0;
      images.pixels.push_back(static_cast<std::uint8_t>(bar + stream.below(120)));
    }
  }
  images.labels.push_back(label);
}

data::PoolRows add_part(Growing& images, data::Pool pool, const ClassCounts& counts, Stream& stream) {
  data::PoolRows part{pool, {}};
  for (std::size_t k = 0; k < counts.size(); ++k) {
    for (std::int64_t i = 0; i < counts[k]; ++i) {
      part.rows.push_back(static_cast<std::int32_t>(images.labels.size()));
      add_image(images, static_cast<int>(k), stream);
    }
  }
  return part;
}

}  // namespace

std::shared_ptr<const train::LoadedData> tiny_data(const ClassCounts& counts, data::ImageShape shape) {
  auto data = std::make_shared<train::LoadedData>();
  Stream stream({7, SeedRole::subset}, Purpose::subset);
  data->set.name = "tiny";
  data->set.classes = static_cast<int>(counts.size());
  Growing train{shape, {}, {}}, test{shape, {}, {}};
  data->set.augmentation = {1, false};
  data->split.counts = counts;
  data->split.train = add_part(train, data::Pool::train, counts, stream);
  data->split.validation = add_part(test, data::Pool::test, ClassCounts(counts.size(), 4), stream);
  data->split.test = add_part(test, data::Pool::test, ClassCounts(counts.size(), 6), stream);
  data->set.train = grown(std::move(train));
  data->set.test = grown(std::move(test));
  data->mean.assign(static_cast<std::size_t>(shape.channels), 0.3);
  data->std.assign(static_cast<std::size_t>(shape.channels), 0.2);
  train::place_on_device(*data, test_device());
  return data;
}

Config tiny_config(const Json& given) {
  Config config;
  config.set("method", "ERM");
  config.set("train.network", "mlp");
  config.set("train.epochs", 5);
  config.set("train.batch_size", 16);
  config.set("m2m.beta", 0.9);
  config.set("train.device", test_device().is_cuda() ? "cuda" : "cpu");
  if (!gives_same_bits()) config.set("train.precision", "float64");
  for (const auto& [name, value] : given.items()) config.set(name, value);
  return settings::resolve(config);
}

}  // namespace m2m::testing

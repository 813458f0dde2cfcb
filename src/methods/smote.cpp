#include "methods/smote.hpp"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace m2m::methods {
namespace {

/// Returns rows of the training pool in double, [n, width]; sums of products of bytes are then exact.
torch::Tensor rows_as_double(const data::Samples& images, const std::vector<std::int32_t>& rows) {
  const std::int64_t width = images.shape.size();
  torch::Tensor values = torch::empty({static_cast<std::int64_t>(rows.size()), width}, torch::kFloat64);
  double* out = values.data_ptr<double>();
  for (const std::int32_t row : rows) {
    const auto first = static_cast<std::size_t>(row * width);
    for (std::size_t i = first; i < first + static_cast<std::size_t>(width); ++i) {
      *out++ = images.features.empty() ? static_cast<double>(images.pixels[i]) : images.features[i];
    }
  }
  return values;
}

/// Returns the `wanted` nearest other rows of each of the first `count` rows: int64 [count, wanted].
torch::Tensor neighbours(const torch::Tensor& values, std::int64_t count, std::int64_t wanted) {
  const torch::Tensor squares = values.square().sum(1);
  std::vector<torch::Tensor> found;
  constexpr std::int64_t rows_at_once = 512;
  for (std::int64_t first = 0; first < count; first += rows_at_once) {
    const torch::Tensor some = values.narrow(0, first, std::min(rows_at_once, count - first));
    torch::Tensor distances = squares.unsqueeze(0) - 2 * some.mm(values.t());  // + |x|^2, the same along a row
    distances.diagonal(first).fill_(-INFINITY);                                // the row itself comes first
    found.push_back(std::get<1>(distances.sort(std::optional<bool>(true), 1)).narrow(1, 1, wanted));
  }
  return torch::cat(found);
}

/// Returns the new samples of a class, [missing, width].
torch::Tensor new_samples(const torch::Tensor& values, std::int64_t missing, Key key, std::uint32_t label) {
  const std::int64_t n = values.size(0);
  if (n == 1) return values.expand({missing, -1});
  const std::int64_t wanted = std::min(n - 1, (missing + n - 1) / n);
  const torch::Tensor nearest = neighbours(values, std::min(n, missing), wanted);
  const auto* neighbour = nearest.contiguous().const_data_ptr<std::int64_t>();
  std::vector<std::int64_t> first, second;
  std::vector<double> shares;
  for (std::int64_t i = 0; i < missing; ++i) {
    first.push_back(i % n);
    second.push_back(neighbour[(i % n) * wanted + i / n % (n - 1)]);
    shares.push_back(Stream(key, Purpose::smote, label, static_cast<std::uint32_t>(i)).uniform());
  }
  const torch::Tensor u = torch::tensor(shares, torch::kFloat64).unsqueeze(1);
  const auto rows = [&](const std::vector<std::int64_t>& positions) {
    return values.index_select(0, torch::tensor(positions, torch::kInt64));
  };
  return u * rows(first) + (1 - u) * rows(second);
}

/// Appends samples to `all`, rounded if T is an integer.
template <typename T>
void append(std::vector<T>& all, const torch::Tensor& samples) {
  const torch::Tensor flat = samples.contiguous();
  const double* values = flat.const_data_ptr<double>();
  for (std::int64_t i = 0; i < flat.numel(); ++i) {
    all.push_back(static_cast<T>(std::is_integral_v<T> ? std::nearbyint(values[i]) : values[i]));
  }
}

/// Returns `old` with the new samples; extends `images.labels` and `split.train.rows` likewise.
template <typename T>
data::SharedArray<T> oversampled(const data::SharedArray<T>& old, data::Samples& images, data::Split& split,
                                 Key key) {
  std::vector<std::vector<std::int32_t>> of_class(split.counts.size());
  for (const std::int32_t row : split.train.rows) of_class[images.labels[row]].push_back(row);
  std::vector<T> all(old.begin(), old.end());
  for (std::size_t k = 0; k < of_class.size(); ++k) {
    const std::int64_t missing = largest(split.counts) - split.counts[k];
    if (missing == 0) continue;
    append(all, new_samples(rows_as_double(images, of_class[k]), missing, key, static_cast<std::uint32_t>(k)));
    for (std::int64_t i = 0; i < missing; ++i) {
      split.train.rows.push_back(static_cast<std::int32_t>(images.labels.size()));
      images.labels.push_back(static_cast<std::int32_t>(k));
    }
  }
  return all;
}

}  // namespace

void oversample(data::DataSet& data, data::Split& split, Key key) {
  const torch::NoGradGuard no_gradient;
  data::Samples& images = data.train;
  if (images.features.empty()) {
    images.pixels = oversampled(images.pixels, images, split, key);
  } else {
    images.features = oversampled(images.features, images, split, key);
  }
}

}  // namespace m2m::methods

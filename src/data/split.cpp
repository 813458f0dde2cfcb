#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "data/data_set.hpp"

namespace m2m {
namespace {

using Rows = std::vector<std::int32_t>;

/// Rows of each class in file order, [K].
std::vector<Rows> rows_by_class(const Images& images, int classes) {
  std::vector<Rows> rows(static_cast<std::size_t>(classes));
  for (std::int64_t row = 0; row < images.count(); ++row)
    rows[images.labels[row]].push_back(static_cast<std::int32_t>(row));
  return rows;
}

ClassCounts counts_of(const std::vector<Rows>& rows) {
  ClassCounts counts;
  for (const Rows& of_class : rows) counts.push_back(static_cast<std::int64_t>(of_class.size()));
  return counts;
}

ClassCounts wanted_counts(const DataSet& data, const Config& config) {
  const std::int64_t asked = config.integer("data.largest");
  const std::int64_t largest_count = asked > 0 ? asked : data.default_largest;
  const std::string imbalance = config.text("data.imbalance");
  if (imbalance == "own") return counts_of(rows_by_class(data.train, data.classes));
  if (largest_count == 0) {
    throw usage_error(
        fmt::format("data.imbalance = '{}': {} is imbalanced as it comes; say 'own', or how many with data.largest",
                    imbalance, data.name));
  }
  const double ratio = config.number("data.ratio");
  if (imbalance == "none") return ClassCounts(static_cast<std::size_t>(data.classes), largest_count);
  if (imbalance == "step") return step_counts(largest_count, ratio, data.classes);
  const bool truncated = config.text("data.rounding") == "truncated";
  return long_tail_counts(largest_count, ratio, data.classes, truncated ? Rounding::truncated : Rounding::field);
}

void check_counts(const DataSet& data, const ClassCounts& wanted, const std::vector<Rows>& available) {
  for (int k = 0; k < data.classes; ++k) {
    const auto there = static_cast<std::int64_t>(available[k].size());
    if (wanted[k] > there) {
      throw usage_error(fmt::format("data.largest asks for {} training images of class {}, but {} has {}: lower it",
                                    wanted[k], k, data.name, there));
    }
    if (there == 0) throw data_error(fmt::format("{}: class {} has no training sample", data.name, k));
    if (wanted[k] < 1) {
      throw usage_error(
          fmt::format("data.ratio leaves class {} of {} without a training image: lower it, or raise "
                      "data.largest",
                      k, data.name));
    }
  }
}

/// Moves `count` of `rows`, which stay in order, out of them: the first ones, or ones drawn where there is a
/// stream.
Rows take(Rows& rows, std::int64_t count, const Stream* drawn_from) {
  std::vector<bool> taken(rows.size(), false);
  if (drawn_from != nullptr) {
    const auto order = permutation(static_cast<std::int64_t>(rows.size()), *drawn_from);
    for (std::int64_t i = 0; i < count; ++i) taken[order[i]] = true;
  } else {
    std::fill_n(taken.begin(), count, true);
  }
  Rows moved, left;
  for (std::size_t i = 0; i < rows.size(); ++i) (taken[i] ? moved : left).push_back(rows[i]);
  rows = std::move(left);
  return moved;
}

/// Moves every second row out, from the first on.
Rows take_alternate(Rows& rows) {
  Rows moved, left;
  for (std::size_t i = 0; i < rows.size(); ++i) (i % 2 == 0 ? moved : left).push_back(rows[i]);
  rows = std::move(left);
  return moved;
}

std::vector<Rows> take_training(const Config& config, Key seed, const ClassCounts& wanted,
                                std::vector<Rows>& available) {
  const bool random = config.text("data.subset") == "random";
  std::vector<Rows> train;
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    const Stream stream(seed, Purpose::subset, 0, 0, static_cast<std::uint32_t>(k));
    train.push_back(take(available[k], wanted[k], random ? &stream : nullptr));
  }
  return train;
}

std::vector<Rows> take_holdout(Key seed, std::vector<Rows>& train) {
  std::vector<Rows> held;
  for (std::size_t k = 0; k < train.size(); ++k) {
    const auto count = std::max<std::int64_t>(1, static_cast<std::int64_t>(train[k].size()) / 10);
    if (count == static_cast<std::int64_t>(train[k].size())) {
      throw usage_error(
          fmt::format("data.validation = 'train-holdout' leaves class {} without a training image: lower "
                      "data.ratio, or raise data.largest",
                      k));
    }
    const Stream stream(seed, Purpose::holdout, 0, 0, static_cast<std::uint32_t>(k));
    held.push_back(take(train[k], count, &stream));
  }
  return held;
}

/// Every folds-th sample of a class, in an order drawn for it. A class of few samples is missing from some folds.
std::vector<Rows> take_fold(const Config& config, Key seed, std::vector<Rows>& train) {
  const auto folds = static_cast<std::size_t>(config.integer("data.folds"));
  const auto fold = static_cast<std::size_t>(config.integer("data.fold"));
  if (fold >= folds) {
    throw usage_error(
        fmt::format("data.fold = {}: data.folds = {} have the numbers 0 to {}", fold, folds, folds - 1));
  }
  std::vector<Rows> held(train.size());
  for (std::size_t k = 0; k < train.size(); ++k) {
    const auto order = permutation(static_cast<std::int64_t>(train[k].size()),
                                   Stream(seed, Purpose::holdout, 0, 0, static_cast<std::uint32_t>(k)));
    Rows left;
    // Classes begin at different folds, so that the rarest are not all missing from the same ones.
    for (std::size_t i = 0; i < order.size(); ++i)
      ((i + k) % folds == fold ? held[k] : left).push_back(train[k][order[i]]);
    if (left.empty()) {
      throw usage_error(fmt::format("data.fold = {} leaves class {} without a training sample: it has {} in all",
                                    fold, k, train[k].size()));
    }
    std::sort(left.begin(), left.end());
    train[k] = std::move(left);
  }
  return held;
}

std::vector<Rows> take_test_head(std::vector<Rows>& test, bool is_rest_of_training) {
  std::vector<Rows> head;
  for (Rows& rows : test) {
    head.push_back(is_rest_of_training ? take_alternate(rows)
                                       : take(rows, static_cast<std::int64_t>(rows.size()) / 10, nullptr));
  }
  return head;
}

void check_not_empty(const DataSet& data, const std::vector<Rows>& rows, const char* what) {
  const auto empty = std::find_if(rows.begin(), rows.end(), [](const Rows& of_class) { return of_class.empty(); });
  if (empty == rows.end()) return;
  throw usage_error(
      fmt::format("{} has no sample of class {} left for {}: lower data.largest, or choose another "
                  "data.validation",
                  data.name, empty - rows.begin(), what));
}

PoolRows part_of(Pool pool, const std::vector<Rows>& rows) {
  PoolRows part{pool, {}};
  for (const Rows& of_class : rows) part.rows.insert(part.rows.end(), of_class.begin(), of_class.end());
  std::sort(part.rows.begin(), part.rows.end());
  return part;
}

std::string hash_of(const PoolRows& part) {
  static_assert(std::endian::native == std::endian::little, "the hash is defined over little-endian numbers");
  return sha256_hex(std::as_bytes(std::span(part.rows)));
}

/// What validates, and from which pool; what is taken from training or test is left out there.
std::pair<Pool, std::vector<Rows>> take_validation(const DataSet& data, const Config& config, Key seed,
                                                   std::vector<Rows>& train, std::vector<Rows>& test) {
  const std::string mode = config.text("data.validation");
  const bool rest_tests = data.test.count() == 0;
  if (mode == "train-holdout") return {Pool::train, take_holdout(seed, train)};
  if (mode == "fold") return {Pool::train, take_fold(config, seed, train)};
  if (mode == "test-head") return {rest_tests ? Pool::train : Pool::test, take_test_head(test, rest_tests)};
  if (mode != "own") return {Pool::train, {}};
  if (data.validation.count() == 0) {
    throw usage_error(fmt::format(
        "data.validation = 'own': {} comes without a validation set; say train-holdout, fold or none", data.name));
  }
  return {Pool::validation, rows_by_class(data.validation, data.classes)};
}

}  // namespace

const char* pool_name(Pool pool) {
  if (pool == Pool::validation) return "validation";
  return pool == Pool::train ? "train" : "test";
}

const Images& pool_of(const DataSet& data, Pool pool) {
  if (pool == Pool::validation) return data.validation;
  return pool == Pool::train ? data.train : data.test;
}

Split split_data(const DataSet& data, const Config& config, Key seed) {
  const bool rest_tests = data.test.count() == 0;
  std::vector<Rows> available = rows_by_class(data.train, data.classes);
  const ClassCounts wanted = wanted_counts(data, config);
  check_counts(data, wanted, available);
  std::vector<Rows> train = take_training(config, seed, wanted, available);
  std::vector<Rows> test = rest_tests ? std::move(available) : rows_by_class(data.test, data.classes);

  const Pool test_pool = rest_tests ? Pool::train : Pool::test;
  const auto [validation_pool, validation] = take_validation(data, config, seed, train, test);
  // A set's own validation and test may lack a class, as may a fold: its recall is then not defined, and so is
  // said.
  if (config.text("data.validation") == "test-head") check_not_empty(data, validation, "validation");
  if (config.text("data.imbalance") != "own") check_not_empty(data, test, "the test");

  Split split;
  split.train = part_of(Pool::train, train);
  split.validation = part_of(validation_pool, validation);
  split.test = part_of(test_pool, test);
  split.counts = counts_of(train);
  split.train_sha256 = hash_of(split.train);
  split.validation_sha256 = hash_of(split.validation);
  split.test_sha256 = hash_of(split.test);
  return split;
}

}  // namespace m2m

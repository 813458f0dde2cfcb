#include "data/split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "settings/data_settings.hpp"

namespace m2m::data {
namespace {

using Rows = std::vector<std::int32_t>;

/// Rows of each class in file order, [K].
std::vector<Rows> rows_by_class(const Samples& samples, int classes) {
  std::vector<std::size_t> counts(static_cast<std::size_t>(classes));
  for (const auto label : samples.labels) ++counts[label];
  std::vector<Rows> rows(counts.size());
  for (std::size_t k = 0; k < counts.size(); ++k) rows[k].reserve(counts[k]);
  for (std::int64_t row = 0; row < samples.count(); ++row)
    rows[samples.labels[row]].push_back(static_cast<std::int32_t>(row));
  return rows;
}

ClassCounts count_rows(const std::vector<Rows>& rows) {
  ClassCounts counts;
  for (const Rows& of_class : rows) counts.push_back(static_cast<std::int64_t>(of_class.size()));
  return counts;
}

/// Advice on how a user's own data set gets a validation part; "" if it cannot.
std::string own_validation(const std::string& set) {
  if (set == "npz") return ", or add the arrays x_val and y_val with data.validation = 'own'";
  if (set == "images") return ", or add val.txt or val/ with data.validation = 'own'";
  return "";
}

/// Throws because `taker` would take the only training sample of class k; says what to do.
[[noreturn]] void fail_only_sample(const DataSet& data, const settings::DataSettings& settings,
                                   const std::string& taker, std::size_t k) {
  std::string ways = "data.validation = 'none'";
  ways += data.validation.count() > 0 ? " or 'own'" : own_validation(data.name);
  if (settings.imbalance != settings::Imbalance::own) {
    const auto larger = sufficient_settings(data, settings, count_rows(rows_by_class(data.train, data.classes)), 2);
    if (larger && !larger->empty()) ways += ", or " + *larger;
  }
  throw usage_error(
      fmt::format("{} takes the only training sample of class {} of {}: set {}", taker, k, data.name, ways));
}

/// Moves `count` of `rows` out of them, in order: the first ones, or random ones if there is a stream.
Rows take(Rows& rows, std::int64_t count, const Stream* drawn_from) {
  std::vector<bool> taken(rows.size(), false);
  if (drawn_from != nullptr) {
    const auto order = permutation(static_cast<std::int64_t>(rows.size()), *drawn_from);
    for (std::int64_t i = 0; i < count; ++i) taken[order[i]] = true;
  } else {
    std::fill_n(taken.begin(), count, true);
  }
  Rows moved, left;
  moved.reserve(static_cast<std::size_t>(count));
  left.reserve(rows.size() - static_cast<std::size_t>(count));
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

std::vector<Rows> take_training(const settings::DataSettings& settings, Key seed, const ClassCounts& wanted,
                                std::vector<Rows>& available) {
  const bool random = settings.subset == settings::Subset::random;
  std::vector<Rows> train;
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    const Stream stream(seed, Purpose::subset, 0, 0, static_cast<std::uint32_t>(k));
    train.push_back(take(available[k], wanted[k], random ? &stream : nullptr));
  }
  return train;
}

std::vector<Rows> take_holdout(const DataSet& data, const settings::DataSettings& settings, Key seed,
                               std::vector<Rows>& train) {
  std::vector<Rows> held;
  for (std::size_t k = 0; k < train.size(); ++k) {
    const auto count = std::max<std::int64_t>(1, static_cast<std::int64_t>(train[k].size()) / 10);
    if (count == static_cast<std::int64_t>(train[k].size()))
      fail_only_sample(data, settings, "data.validation = 'train-holdout'", k);
    const Stream stream(seed, Purpose::holdout, 0, 0, static_cast<std::uint32_t>(k));
    held.push_back(take(train[k], count, &stream));
  }
  return held;
}

/// Moves every folds-th sample of a class out, in a random order of its own. A class with few samples is missing
/// from some folds.
std::vector<Rows> take_fold(const DataSet& data, const settings::DataSettings& settings, Key seed,
                            std::vector<Rows>& train) {
  const auto folds = static_cast<std::size_t>(settings.folds);
  const auto fold = static_cast<std::size_t>(settings.fold);
  if (fold >= folds) {
    throw usage_error(fmt::format(
        "data.fold = {} is beyond the last fold; set data.fold to at most {}, or data.folds to at least {}", fold,
        folds - 1, fold + 1));
  }
  std::vector<Rows> held(train.size());
  for (std::size_t k = 0; k < train.size(); ++k) {
    const auto order = permutation(static_cast<std::int64_t>(train[k].size()),
                                   Stream(seed, Purpose::holdout, 0, 0, static_cast<std::uint32_t>(k)));
    Rows left;
    // Classes begin at different folds, so that the rarest are not all missing from the same folds.
    for (std::size_t i = 0; i < order.size(); ++i)
      ((i + k) % folds == fold ? held[k] : left).push_back(train[k][order[i]]);
    if (left.empty()) fail_only_sample(data, settings, fmt::format("data.fold = {}", fold), k);
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

/// The first class without a row; K if there is none.
std::size_t first_empty(const std::vector<Rows>& rows) {
  const auto empty = std::find_if(rows.begin(), rows.end(), [](const Rows& of_class) { return of_class.empty(); });
  return static_cast<std::size_t>(empty - rows.begin());
}

/// Samples of a class that training must leave: for the test, and for what test-head takes of it.
std::int64_t reserved_per_class(const DataSet& data, const settings::DataSettings& settings) {
  if (data.test.count() > 0) return 0;
  return settings.validation == settings::Validation::test_head ? 2 : 1;
}

/// Throws if a tenth of the test samples of a class is nothing; says what can validate instead.
void check_test_head(const DataSet& data, const std::vector<Rows>& train, const std::vector<Rows>& test,
                     const std::vector<Rows>& validation) {
  const std::size_t k = first_empty(validation);
  if (k == validation.size()) return;
  const ClassCounts counts = count_rows(train);
  const bool may_hold_out = *std::min_element(counts.begin(), counts.end()) > 1;
  throw usage_error(fmt::format(
      "data.validation = 'test-head' takes a tenth of the test samples of a class, and class {} of {} has {}; set "
      "{}{}data.validation = 'none'",
      k, data.name, test[k].size(), data.validation.count() > 0 ? "data.validation = 'own', or " : "",
      may_hold_out ? "data.validation = 'train-holdout', or " : ""));
}

/// Throws if the training counts are set but the test set lacks a class.
void check_tested(const DataSet& data, const settings::DataSettings& settings, const std::vector<Rows>& test) {
  const std::size_t k = first_empty(test);
  if (settings.imbalance == settings::Imbalance::own || k == test.size()) return;
  throw usage_error(fmt::format(
      "data.imbalance = '{}': the test set of {} has no sample of class {}; set data.imbalance = 'own', or add "
      "samples to the test set",
      settings::to_text(settings.imbalance), data.name, k));
}

/// The rows of all classes in file order; each occurs once.
PoolRows to_pool_rows(const DataSet& data, Pool pool, const std::vector<Rows>& rows) {
  std::vector<char> is_in(static_cast<std::size_t>(samples_in(data, pool).count()));
  std::size_t count = 0;
  for (const Rows& of_class : rows) {
    count += of_class.size();
    for (const std::int32_t row : of_class) is_in[row] = 1;
  }
  PoolRows part{pool, {}};
  part.rows.reserve(count);
  for (std::size_t row = 0; row < is_in.size(); ++row) {
    if (is_in[row] != 0) part.rows.push_back(static_cast<std::int32_t>(row));
  }
  return part;
}

std::string rows_sha256(const PoolRows& part) {
  static_assert(std::endian::native == std::endian::little, "the hash is defined over little-endian integers");
  return sha256_hex(std::as_bytes(std::span(part.rows)));
}

/// Validation rows and their pool; rows that are taken from training or test are removed there.
std::pair<Pool, std::vector<Rows>> take_validation(const DataSet& data, const settings::DataSettings& settings,
                                                   Key seed, std::vector<Rows>& train, std::vector<Rows>& test) {
  using settings::Validation;
  const Validation mode = settings.validation;
  const bool rest_tests = data.test.count() == 0;
  if (mode == Validation::train_holdout) return {Pool::train, take_holdout(data, settings, seed, train)};
  if (mode == Validation::fold) return {Pool::train, take_fold(data, settings, seed, train)};
  if (mode == Validation::test_head)
    return {rest_tests ? Pool::train : Pool::test, take_test_head(test, rest_tests)};
  if (mode != Validation::own) return {Pool::train, {}};
  if (data.validation.count() == 0) {
    throw usage_error(
        fmt::format("data.validation = 'own': {} comes without a validation set; set data.validation = 'none', "
                    "'train-holdout' or 'fold'{}",
                    data.name, own_validation(data.name)));
  }
  return {Pool::validation, rows_by_class(data.validation, data.classes)};
}

}  // namespace

const char* to_text(Pool pool) {
  if (pool == Pool::validation) return "validation";
  return pool == Pool::train ? "train" : "test";
}

const Samples& samples_in(const DataSet& data, Pool pool) {
  if (pool == Pool::validation) return data.validation;
  return pool == Pool::train ? data.train : data.test;
}

Split split_data(const DataSet& data, const settings::DataSettings& settings, Key seed) {
  const bool rest_tests = data.test.count() == 0;
  std::vector<Rows> available = rows_by_class(data.train, data.classes);
  const ClassCounts wanted =
      wanted_counts(data, settings, count_rows(available), reserved_per_class(data, settings));
  std::vector<Rows> train = take_training(settings, seed, wanted, available);
  std::vector<Rows> test = rest_tests ? std::move(available) : rows_by_class(data.test, data.classes);

  const Pool test_pool = rest_tests ? Pool::train : Pool::test;
  const auto [validation_pool, validation] = take_validation(data, settings, seed, train, test);
  // A set's own validation and test, or a fold, may lack a class. Its recall is undefined, and a warning is logged.
  const bool takes_head = settings.validation == settings::Validation::test_head;
  if (takes_head && !rest_tests) check_test_head(data, train, test, validation);
  check_tested(data, settings, test);

  Split split;
  split.train = to_pool_rows(data, Pool::train, train);
  split.validation = to_pool_rows(data, validation_pool, validation);
  split.test = to_pool_rows(data, test_pool, test);
  check_present(data, split);
  split.counts = count_rows(train);
  split.train_sha256 = rows_sha256(split.train);
  split.validation_sha256 = rows_sha256(split.validation);
  split.test_sha256 = rows_sha256(split.test);
  return split;
}

}  // namespace m2m::data

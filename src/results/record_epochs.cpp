// Epochs, generation counts, features and translations of a record in HDF5.
#include <algorithm>
#include <array>
#include <functional>
#include <map>

#include "core/error.hpp"
#include "results/hdf5.hpp"
#include "results/hdf5_data.hpp"
#include "results/record.hpp"
#include "results/record_group.hpp"

namespace m2m::results {
namespace {

constexpr const char* table_name = "epochs";

}  // namespace

void write_epochs(hid_t group, const std::vector<EpochRecord>& epochs) {
  hdf5::Integers numbers;
  hdf5::Integers translated;
  for (const EpochRecord& epoch : epochs) {
    numbers.push_back(epoch.epoch);
    translated.push_back(epoch.generation.classes > 0);
  }
  std::vector<hdf5::TableColumn> columns = {{"epoch", numbers}, {"translated", translated}};
  for (const EpochColumn& measured : epoch_columns) {
    hdf5::Numbers values;
    for (const EpochRecord& epoch : epochs) values.push_back(epoch.*measured.value);
    columns.push_back({measured.name, std::move(values)});
  }
  hdf5::write_table(group, table_name, columns);
  write_generation(group, epochs);
}

std::vector<EpochRecord> read_epochs(hid_t group, RecordParts parts) {
  std::array<const char*, epoch_columns.size()> names{};
  std::transform(epoch_columns.begin(), epoch_columns.end(), names.begin(), std::mem_fn(&EpochColumn::name));
  const auto integers =
      hdf5::read_table_columns<std::int64_t>(group, table_name, std::array{"epoch", "translated"});
  const auto numbers = hdf5::read_table_columns<double>(group, table_name, names);
  std::vector<EpochRecord> epochs(integers[0].size());
  for (std::size_t e = 0; e < epochs.size(); ++e) {
    epochs[e].epoch = static_cast<int>(integers[0][e]);
    for (std::size_t c = 0; c < names.size(); ++c) epochs[e].*epoch_columns[c].value = numbers[c][e];
  }
  if (parts == RecordParts::all) read_generation(group, epochs, integers[1]);
  return epochs;
}

namespace {

using hdf5::Handle;

constexpr const char* features_name = "features";
constexpr const char* translations_name = "translations";

using TrajectoryColumns = std::array<std::pair<const char*, std::vector<float> TranslationSample::*>, 4>;
constexpr TrajectoryColumns trajectories{{{"g_target", &TranslationSample::g_target},
                                          {"g_seed", &TranslationSample::g_seed},
                                          {"f_target", &TranslationSample::f_target},
                                          {"f_seed", &TranslationSample::f_seed}}};
using ClassColumns = std::array<std::pair<const char*, std::vector<std::int32_t> TranslationSample::*>, 3>;
constexpr ClassColumns class_columns{{{"seed_class", &TranslationSample::seed_class},
                                      {"target", &TranslationSample::target},
                                      {"kept", &TranslationSample::kept}}};

void write_features(hid_t group, const FeatureSample& sample) {
  const Handle location = hdf5::create_group(group, features_name);
  const hsize_t n = sample.labels.size();
  hdf5::write_half_array(location.get(), "values", std::array{n, static_cast<hsize_t>(sample.width)},
                         sample.values);
  hdf5::write_array<std::int32_t>(location.get(), "labels", std::array{n}, sample.labels);
  hdf5::write_array<std::int32_t>(location.get(), "rows", std::array{n}, sample.rows);
}

FeatureSample read_features(hid_t group) {
  const Handle location = hdf5::open_group(group, features_name);
  auto values = hdf5::read_half_array(location.get(), "values", 2);
  FeatureSample sample;
  sample.width = static_cast<int>(values.dims[1]);
  sample.values = std::move(values.values);
  sample.labels = hdf5::read_array<std::int32_t>(location.get(), "labels", 1).values;
  sample.rows = hdf5::read_array<std::int32_t>(location.get(), "rows", 1).values;
  if (values.dims[0] != sample.labels.size() || values.dims[0] != sample.rows.size()) {
    throw hdf5::Hdf5Error("features, their labels and their rows differ in length");
  }
  return sample;
}

std::array<hsize_t, 4> image_dims(const TranslationSample& sample) {
  return {sample.target.size(), static_cast<hsize_t>(sample.channels), static_cast<hsize_t>(sample.height),
          static_cast<hsize_t>(sample.width)};
}

void write_translations(hid_t group, const TranslationSample& sample, int epoch) {
  const Handle location = hdf5::create_group(group, translations_name);
  hdf5::write_attribute(location.get(), "epoch", epoch);
  const hsize_t n = sample.target.size();
  for (const auto& [name, values] : class_columns) {
    hdf5::write_array<std::int32_t>(location.get(), name, std::array{n}, sample.*values);
  }
  hdf5::write_half_array(location.get(), "seeds", image_dims(sample), sample.seeds);
  hdf5::write_half_array(location.get(), "translated", image_dims(sample), sample.translated);
  for (const auto& [name, values] : trajectories) {
    hdf5::write_half_array(location.get(), name, std::array{n, static_cast<hsize_t>(sample.steps) + 1},
                           sample.*values);
  }
}

TranslationSample read_translations(hid_t group) {
  const Handle location = hdf5::open_group(group, translations_name);
  TranslationSample sample;
  for (const auto& [name, values] : class_columns) {
    sample.*values = hdf5::read_array<std::int32_t>(location.get(), name, 1).values;
  }
  auto seeds = hdf5::read_half_array(location.get(), "seeds", 4);
  auto translated = hdf5::read_half_array(location.get(), "translated", 4);
  sample.channels = static_cast<int>(seeds.dims[1]);
  sample.height = static_cast<int>(seeds.dims[2]);
  sample.width = static_cast<int>(seeds.dims[3]);
  const std::size_t n = sample.target.size();
  bool has_shape = seeds.dims[0] == n && seeds.dims == translated.dims && sample.seed_class.size() == n &&
                   sample.kept.size() == n;
  for (const auto& [name, values] : trajectories) {
    auto trajectory = hdf5::read_half_array(location.get(), name, 2);
    sample.steps = static_cast<int>(trajectory.dims[1]) - 1;
    has_shape = has_shape && trajectory.dims[0] == n;
    sample.*values = std::move(trajectory.values);
    has_shape = has_shape && (sample.*values).size() == sample.g_target.size();
  }
  if (!has_shape) throw hdf5::Hdf5Error("the arrays of translations/ differ in length");
  sample.seeds = std::move(seeds.values);
  sample.translated = std::move(translated.values);
  return sample;
}

}  // namespace

void write_samples(hid_t group, const TrialRecord& record) {
  if (record.features) write_features(group, *record.features);
  if (record.translations) write_translations(group, *record.translations, record.last.epoch);
}

void read_samples(hid_t group, TrialRecord& record) {
  if (hdf5::contains(group, features_name)) record.features = read_features(group);
  if (hdf5::contains(group, translations_name)) record.translations = read_translations(group);
}

namespace {

constexpr const char* generation_name = "generation";
constexpr const char* classes_name = "classes";  // attribute: K
constexpr std::array pair_columns = {"epoch", "seed_class", "target"};
constexpr int column_count = pair_columns.size() + outcome_count;

using Translated = std::vector<std::int64_t>;  // [epochs], 0 or 1

const char* column_name(std::size_t column) {
  return column < pair_columns.size() ? pair_columns[column] : outcome_names[column - pair_columns.size()];
}

int generation_classes(const std::vector<EpochRecord>& epochs) {
  int classes = 0;
  for (const EpochRecord& epoch : epochs) {
    if (epoch.generation.classes == 0) continue;
    if (classes != 0 && epoch.generation.classes != classes) {
      throw internal_error("generation counts of a trial differ in their number of classes");
    }
    classes = epoch.generation.classes;
  }
  return classes;
}

/// Adds the counts of one epoch to `generation`. cells: [outcome, seed class, target class].
void store_counts(const std::vector<std::int64_t>& cells, GenerationCounts& generation) {
  const auto k = static_cast<std::size_t>(generation.classes);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i] == 0) continue;
    generation.at(static_cast<Outcome>(i / (k * k)), static_cast<std::int32_t>(i / k % k),
                  static_cast<std::int32_t>(i % k)) = cells[i];
  }
}

/// Reads the array of schema 1, int64 [epochs, outcome, seed class, target class], one epoch at a time.
void read_dense(hid_t dataset, const std::vector<hsize_t>& dims, std::vector<EpochRecord>& epochs,
                const Translated& translated) {
  if (dims[0] != epochs.size() || dims[1] != outcome_count || dims[2] != dims[3]) {
    throw hdf5::Hdf5Error("reading generation counts: another shape");
  }
  if (epochs.empty()) return;  // then the file holds no value, whatever the other dimensions claim
  const std::array<hsize_t, 4> count{1, dims[1], dims[2], dims[3]};
  std::vector<std::int64_t> cells(hdf5::element_count(count, sizeof(std::int64_t)));
  const Handle space = hdf5::array_space(dims);
  const Handle memory = hdf5::array_space(std::array<hsize_t, 1>{cells.size()});
  for (std::size_t e = 0; e < epochs.size(); ++e) {
    if (translated[e] == 0) continue;
    const std::array<hsize_t, 4> start{e, 0, 0, 0};
    hdf5::checked(H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
                  "selecting an epoch");
    hdf5::checked(
        H5Dread(dataset, hdf5::memory_type<std::int64_t>(), memory.get(), space.get(), H5P_DEFAULT, cells.data()),
        "reading generation counts");
    epochs[e].generation.classes = static_cast<int>(dims[2]);
    store_counts(cells, epochs[e].generation);
  }
}

/// Reads the table of schema 2: a row per epoch and pair of classes.
void read_sparse(hid_t group, std::int64_t classes, std::vector<EpochRecord>& epochs,
                 const Translated& translated) {
  std::map<std::int64_t, EpochRecord*> by_number;
  for (std::size_t e = 0; e < epochs.size(); ++e) {
    if (translated[e] == 0) continue;
    epochs[e].generation.classes = static_cast<int>(classes);
    by_number[epochs[e].epoch] = &epochs[e];
  }
  std::array<const char*, column_count> names{};
  for (int c = 0; c < column_count; ++c) names[c] = column_name(c);
  const auto columns = hdf5::read_table_columns<std::int64_t>(group, generation_name, names);
  for (std::size_t row = 0; row < columns[0].size(); ++row) {
    const auto epoch = by_number.find(columns[0][row]);
    const std::int64_t seed = columns[1][row];
    const std::int64_t target = columns[2][row];
    if (epoch == by_number.end() || seed < 0 || seed >= classes || target < 0 || target >= classes) {
      throw hdf5::Hdf5Error("reading generation counts: a row of an unknown epoch or class");
    }
    OutcomeCounts& counts =
        epoch->second->generation.cells[{static_cast<std::int32_t>(seed), static_cast<std::int32_t>(target)}];
    for (int o = 0; o < outcome_count; ++o) counts[o] = columns[pair_columns.size() + o][row];
  }
}

}  // namespace

void write_generation(hid_t group, const std::vector<EpochRecord>& epochs) {
  const int classes = generation_classes(epochs);
  if (classes == 0) return;
  std::array<hdf5::Integers, column_count> cells;
  for (const EpochRecord& epoch : epochs) {
    for (const auto& [pair, counts] : epoch.generation.cells) {
      cells[0].push_back(epoch.epoch);
      cells[1].push_back(pair.first);
      cells[2].push_back(pair.second);
      for (int o = 0; o < outcome_count; ++o) cells[pair_columns.size() + o].push_back(counts[o]);
    }
  }
  std::vector<hdf5::TableColumn> columns;
  columns.reserve(column_count);
  for (int c = 0; c < column_count; ++c) columns.push_back({column_name(c), std::move(cells[c])});
  hdf5::write_table(group, generation_name, columns);
  const Handle written(H5Dopen2(group, generation_name, H5P_DEFAULT), H5Dclose, "writing generation counts");
  hdf5::write_attribute(written.get(), classes_name, classes);
}

void read_generation(hid_t group, std::vector<EpochRecord>& epochs, const std::vector<std::int64_t>& translated) {
  if (!hdf5::contains(group, generation_name)) return;
  const Handle dataset = hdf5::open_dataset(group, generation_name);
  const std::vector<hsize_t> dims = hdf5::dimensions(dataset.get());
  if (dims.size() == 4) {
    read_dense(dataset.get(), dims, epochs, translated);
  } else {
    read_sparse(group, hdf5::read_integer_attribute(dataset.get(), classes_name), epochs, translated);
  }
}

}  // namespace m2m::results

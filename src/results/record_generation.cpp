// generation of a record: what became of the slots of each epoch.
#include <array>
#include <map>

#include "core/error.hpp"
#include "results/hdf5_attributes.hpp"
#include "results/hdf5_datasets.hpp"
#include "results/hdf5_types.hpp"
#include "results/record_group.hpp"
#include "results/table.hpp"

namespace m2m::results {
namespace {

using hdf5::Handle;

constexpr const char* generation_name = "generation";
constexpr const char* classes_name = "classes";  // attribute: K
constexpr std::array pair_columns = {"epoch", "seed_class", "target"};
constexpr int column_count = pair_columns.size() + outcome_count;

using Translated = std::vector<std::int64_t>;  // [epochs], 0 or 1

const char* column_name(std::size_t column) {
  return column < pair_columns.size() ? pair_columns[column] : outcome_names[column - pair_columns.size()];
}

int classes_of(const std::vector<EpochRecord>& epochs) {
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

Handle open_generation(hid_t group) {
  return {H5Dopen2(group, generation_name, H5P_DEFAULT), H5Dclose, "reading generation counts"};
}

/// Puts the cells of one epoch into `generation`; cells: [outcome, seed class, target class].
void keep_counted(const std::vector<std::int64_t>& cells, GenerationCounts& generation) {
  const auto k = static_cast<std::size_t>(generation.classes);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i] == 0) continue;
    generation.at(static_cast<Outcome>(i / (k * k)), static_cast<std::int32_t>(i / k % k),
                  static_cast<std::int32_t>(i % k)) = cells[i];
  }
}

/// Schema 1: int64 [epochs, outcome, seed class, target class], read an epoch at a time.
void read_dense(hid_t dataset, const std::vector<hsize_t>& dims, std::vector<EpochRecord>& epochs,
                const Translated& translated) {
  if (dims[0] != epochs.size() || dims[1] != outcome_count || dims[2] != dims[3]) {
    throw hdf5::Failure("reading generation counts: they have another shape");
  }
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
    keep_counted(cells, epochs[e].generation);
  }
}

/// The table of this schema: a row per epoch and pair of classes.
void read_sparse(hid_t group, std::int64_t classes, std::vector<EpochRecord>& epochs,
                 const Translated& translated) {
  std::map<std::int64_t, EpochRecord*> by_number;
  for (std::size_t e = 0; e < epochs.size(); ++e) {
    if (translated[e] == 0) continue;
    epochs[e].generation.classes = static_cast<int>(classes);
    by_number[epochs[e].epoch] = &epochs[e];
  }
  std::array<hdf5::Integers, column_count> columns;
  for (int c = 0; c < column_count; ++c) {
    columns[c] = hdf5::read_table_column<std::int64_t>(group, generation_name, column_name(c));
  }
  for (std::size_t row = 0; row < columns[0].size(); ++row) {
    const auto epoch = by_number.find(columns[0][row]);
    const std::int64_t seed = columns[1][row];
    const std::int64_t target = columns[2][row];
    if (epoch == by_number.end() || seed < 0 || seed >= classes || target < 0 || target >= classes) {
      throw hdf5::Failure("reading generation counts: a row of an epoch or a class that is not there");
    }
    OutcomeCounts& counts =
        epoch->second->generation.cells[{static_cast<std::int32_t>(seed), static_cast<std::int32_t>(target)}];
    for (int o = 0; o < outcome_count; ++o) counts[o] = columns[pair_columns.size() + o][row];
  }
}

}  // namespace

void write_generation(hid_t group, const std::vector<EpochRecord>& epochs) {
  const int classes = classes_of(epochs);
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
  hdf5::write_attribute(open_generation(group).get(), classes_name, classes);
}

void read_generation(hid_t group, std::vector<EpochRecord>& epochs, const std::vector<std::int64_t>& translated) {
  if (!hdf5::contains(group, generation_name)) return;
  const Handle dataset = open_generation(group);
  const std::vector<hsize_t> dims = hdf5::dimensions(dataset.get());
  if (dims.size() == 4) {
    read_dense(dataset.get(), dims, epochs, translated);
  } else {
    read_sparse(group, hdf5::read_integer_attribute(dataset.get(), classes_name), epochs, translated);
  }
}

}  // namespace m2m::results

// The curves of a record, and what became of the slots of each epoch.
#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "results/epoch_columns.hpp"
#include "results/hdf5_datasets.hpp"
#include "results/hdf5_types.hpp"
#include "results/record_group.hpp"
#include "results/table.hpp"

namespace m2m {
namespace {

using hdf5::Handle;

constexpr const char* table_name = "epochs";
constexpr const char* generation_name = "generation";  // int64 [epochs, outcome, seed class, target class]

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

/// Selects one epoch of the file's dataspace.
void select_epoch(hid_t space, std::size_t epoch, const std::array<hsize_t, 4>& dims) {
  const std::array<hsize_t, 4> start{epoch, 0, 0, 0};
  const std::array<hsize_t, 4> count{1, dims[1], dims[2], dims[3]};
  hdf5::checked(H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
                "selecting an epoch");
}

/// One chunk an epoch; those that translated nothing are never written and take no room.
Handle create_generation(hid_t group, const std::array<hsize_t, 4>& dims) {
  const Handle layout(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "choosing a layout");
  const std::array<hsize_t, 4> chunk{1, dims[1], dims[2], dims[3]};
  hdf5::checked(H5Pset_obj_track_times(layout.get(), false), "choosing a layout");
  hdf5::checked(H5Pset_chunk(layout.get(), 4, chunk.data()), "choosing chunks");
  hdf5::checked(H5Pset_shuffle(layout.get()), "choosing filters");
  hdf5::checked(H5Pset_deflate(layout.get(), 4), "choosing filters");
  hdf5::checked(H5Pset_fletcher32(layout.get()), "choosing filters");
  return {H5Dcreate2(group, generation_name, hdf5::memory_type<std::int64_t>(), hdf5::array_space(dims).get(),
                     H5P_DEFAULT, layout.get(), H5P_DEFAULT),
          H5Dclose, "writing generation counts"};
}

void write_generation(hid_t group, const std::vector<EpochRecord>& epochs, int classes) {
  const auto k = static_cast<hsize_t>(classes);
  const std::array<hsize_t, 4> dims{epochs.size(), outcome_count, k, k};
  Handle dataset = create_generation(group, dims);
  const Handle space = hdf5::array_space(dims);
  const Handle memory = hdf5::array_space(std::array<hsize_t, 1>{outcome_count * k * k});
  for (std::size_t e = 0; e < epochs.size(); ++e) {
    if (epochs[e].generation.classes == 0) continue;
    select_epoch(space.get(), e, dims);
    hdf5::checked(H5Dwrite(dataset.get(), hdf5::memory_type<std::int64_t>(), memory.get(), space.get(), H5P_DEFAULT,
                           epochs[e].generation.cells.data()),
                  "writing generation counts");
  }
  dataset.close("writing generation counts");
}

void read_generation(hid_t group, std::vector<EpochRecord>& epochs, const std::vector<std::int64_t>& translated) {
  const Handle dataset(H5Dopen2(group, generation_name, H5P_DEFAULT), H5Dclose, "reading generation counts");
  const std::vector<hsize_t> found = hdf5::dimensions(dataset.get());
  if (found.size() != 4 || found[0] != epochs.size() || found[1] != outcome_count || found[2] != found[3]) {
    throw hdf5::Failure("reading generation counts: they have another shape");
  }
  const std::array<hsize_t, 4> dims{found[0], found[1], found[2], found[3]};
  const Handle space = hdf5::array_space(dims);
  const Handle memory =
      hdf5::array_space(std::array<hsize_t, 1>{hdf5::element_count(std::span(dims).subspan(1), 8)});
  for (std::size_t e = 0; e < epochs.size(); ++e) {
    if (translated[e] == 0) continue;
    epochs[e].generation = GenerationCounts(static_cast<int>(dims[2]));
    select_epoch(space.get(), e, dims);
    hdf5::checked(H5Dread(dataset.get(), hdf5::memory_type<std::int64_t>(), memory.get(), space.get(), H5P_DEFAULT,
                          epochs[e].generation.cells.data()),
                  "reading generation counts");
  }
}

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
  const int classes = classes_of(epochs);
  if (classes > 0) write_generation(group, epochs, classes);
}

std::vector<EpochRecord> read_epochs(hid_t group, RecordParts parts) {
  const auto numbers = hdf5::read_table_column<std::int64_t>(group, table_name, "epoch");
  std::vector<EpochRecord> epochs(numbers.size());
  for (std::size_t e = 0; e < epochs.size(); ++e) epochs[e].epoch = static_cast<int>(numbers[e]);
  for (const EpochColumn& measured : epoch_columns) {
    const auto values = hdf5::read_table_column<double>(group, table_name, measured.name);
    for (std::size_t e = 0; e < epochs.size(); ++e) epochs[e].*measured.value = values[e];
  }
  if (parts == RecordParts::all && hdf5::contains(group, generation_name)) {
    read_generation(group, epochs, hdf5::read_table_column<std::int64_t>(group, table_name, "translated"));
  }
  return epochs;
}

}  // namespace m2m

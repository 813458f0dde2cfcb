// The curves of a record.
#include "results/epoch_columns.hpp"
#include "results/record_group.hpp"
#include "results/table.hpp"

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
  const auto numbers = hdf5::read_table_column<std::int64_t>(group, table_name, "epoch");
  std::vector<EpochRecord> epochs(numbers.size());
  for (std::size_t e = 0; e < epochs.size(); ++e) epochs[e].epoch = static_cast<int>(numbers[e]);
  for (const EpochColumn& measured : epoch_columns) {
    const auto values = hdf5::read_table_column<double>(group, table_name, measured.name);
    for (std::size_t e = 0; e < epochs.size(); ++e) epochs[e].*measured.value = values[e];
  }
  if (parts == RecordParts::all) {
    read_generation(group, epochs, hdf5::read_table_column<std::int64_t>(group, table_name, "translated"));
  }
  return epochs;
}

}  // namespace m2m::results

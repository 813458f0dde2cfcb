// best/ and last/ of a record: confusion matrices and logits.
#include <array>
#include <limits>

#include "core/untested.hpp"
#include "results/half.hpp"
#include "results/hdf5_attributes.hpp"
#include "results/hdf5_datasets.hpp"
#include "results/metrics_of.hpp"
#include "results/record_group.hpp"

namespace m2m::results {
namespace {

using hdf5::Handle;

constexpr hsize_t most_classes = 10'000'000;

/// Of the logits as a reader finds them, rounded to float16: whoever computes it from the file gets the same.
Calibration calibration_as_stored(std::vector<float> logits, const std::vector<std::int32_t>& labels, int classes) {
  for (float& logit : logits) logit = float_from_half(half_from_float(logit));
  return calibration_of(logits, labels, classes);
}

void write_part(hid_t snapshot, const std::string& name, const Confusion& confusion,
                const std::vector<float>& logits, const std::vector<std::int32_t>& labels, const Json& data) {
  const Handle part = hdf5::create_group(snapshot, name);
  const auto classes = static_cast<hsize_t>(confusion.classes);
  hdf5::write_array<std::int64_t>(part.get(), "confusion", std::array{classes, classes}, confusion.cells);
  hdf5::write_half_array(part.get(), "logits", std::array<hsize_t, 2>{logits.size() / classes, classes}, logits);
  const Calibration calibration = calibration_as_stored(logits, labels, confusion.classes);
  hdf5::write_attributes(part.get(), metrics_of(confusion, calibration, recorded_counts(data, confusion.classes)));
  hdf5::write_attribute(part.get(), "recalls", recalls(confusion));
  const std::vector<int> untested = untested_classes(confusion);
  if (!untested.empty()) hdf5::write_attribute(part.get(), "untested", untested);
}

void read_part(hid_t snapshot, const std::string& name, RecordParts parts, Confusion& confusion,
               std::vector<float>& logits, Calibration& calibration) {
  if (!hdf5::contains(snapshot, name)) return;
  const Handle part = hdf5::open_group(snapshot, name);
  auto cells = hdf5::read_array<std::int64_t>(part.get(), "confusion", 2);
  if (cells.dims[0] != cells.dims[1] || cells.dims[0] > most_classes) {
    throw hdf5::Failure("a confusion matrix is not square");
  }
  confusion.classes = static_cast<int>(cells.dims[0]);
  confusion.cells = std::move(cells.values);
  if (hdf5::has_attribute(part.get(), "ece")) {
    calibration.ece = hdf5::read_number_attribute(part.get(), "ece");
    calibration.nll = hdf5::read_number_attribute(part.get(), "nll");
  }
  if (parts == RecordParts::all) logits = hdf5::read_half_array(part.get(), "logits", 2).values;
}

}  // namespace

void write_snapshot(hid_t group, const std::string& name, const Snapshot& snapshot, const TrialRecord& record) {
  const Handle where = hdf5::create_group(group, name);
  hdf5::write_attribute(where.get(), "epoch", snapshot.epoch);
  if (snapshot.validation.classes > 0) {
    write_part(where.get(), "validation", snapshot.validation, snapshot.validation_logits, record.validation_labels,
               record.data);
  }
  if (snapshot.test.classes > 0) {
    write_part(where.get(), "test", snapshot.test, snapshot.test_logits, record.test_labels, record.data);
  }
}

Snapshot read_snapshot(hid_t group, const std::string& name, RecordParts parts) {
  const Handle where = hdf5::open_group(group, name);
  Snapshot snapshot;
  snapshot.epoch = static_cast<int>(hdf5::read_integer_attribute(where.get(), "epoch"));
  read_part(where.get(), "validation", parts, snapshot.validation, snapshot.validation_logits,
            snapshot.validation_calibration);
  read_part(where.get(), "test", parts, snapshot.test, snapshot.test_logits, snapshot.test_calibration);
  return snapshot;
}

void measure_calibration(Snapshot& snapshot, const TrialRecord& record) {
  snapshot.validation_calibration =
      calibration_as_stored(snapshot.validation_logits, record.validation_labels, snapshot.validation.classes);
  snapshot.test_calibration =
      calibration_as_stored(snapshot.test_logits, record.test_labels, snapshot.test.classes);
}

}  // namespace m2m::results

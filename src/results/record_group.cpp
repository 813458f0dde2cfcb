#include "results/record_group.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "core/error.hpp"
#include "core/foreign_files.hpp"
#include "core/metrics.hpp"
#include "core/text.hpp"
#include "results/hdf5_data.hpp"
#include "results/record.hpp"

namespace m2m::results {
namespace {

using hdf5::Handle;

void write_labels(hid_t group, const TrialRecord& record) {
  const Handle labels = hdf5::create_group(group, "labels");
  for (const auto& [name, values] :
       {std::pair{"validation", &record.validation_labels}, std::pair{"test", &record.test_labels}}) {
    const std::array<hsize_t, 1> dims{values->size()};
    hdf5::write_array<std::int32_t>(labels.get(), name, dims, *values);
  }
}

/// Writes the settings twice: as attributes for readers with h5py, as canonical JSON for programs.
void write_settings(hid_t group, const TrialRecord& record) {
  const Handle json = hdf5::create_group(group, "json");
  for (const auto& [name, value] :
       {std::pair{"config", &record.config}, std::pair{"environment", &record.environment},
        std::pair{"data", &record.data}, std::pair{"identity", &record.identity}}) {
    hdf5::write_attributes(hdf5::create_group(group, name).get(), *value);
    hdf5::write_text(json.get(), name, canonical_json(*value));
  }
  Json about = {{"id", record.id}, {"label", record.label}, {"wall_seconds", record.wall_seconds}};
  if (!record.started.empty()) about.update({{"started", record.started}, {"rank", record.rank}});
  hdf5::write_attributes(group, about);
  hdf5::write_text(json.get(), "about", canonical_json(about));
}

Json read_json(hid_t json, const std::string& name) { return parse_json(hdf5::read_text(json, name)); }

void read_settings(hid_t group, TrialRecord& record) {
  const Handle json = hdf5::open_group(group, "json");
  record.config = read_json(json.get(), "config");
  record.identity = read_json(json.get(), "identity");
  record.environment = read_json(json.get(), "environment");
  record.data = read_json(json.get(), "data");
  const Json about = read_json(json.get(), "about");
  record.id = about.at("id").get<std::string>();
  record.label = printable(about.at("label").get<std::string>());
  const Json& seconds = about.at("wall_seconds");
  record.wall_seconds = seconds.is_null() ? not_measured : seconds.get<double>();
  record.started = about.value("started", "");
  record.rank = about.contains("rank") ? whole_number<int>(about.at("rank")) : -1;
}

bool all_below(const std::vector<std::int32_t>& labels, int classes) {
  return std::all_of(labels.begin(), labels.end(),
                     [=](std::int32_t label) { return label >= 0 && label < classes; });
}

bool has_shape(const Snapshot& snapshot, const TrialRecord& record) {
  const auto rows_of = [](const Confusion& confusion, const std::vector<std::int32_t>& labels) {
    return static_cast<std::size_t>(confusion.classes) * labels.size();
  };
  const auto square = [](const Confusion& c) {
    return c.cells.size() == static_cast<std::size_t>(c.classes) * static_cast<std::size_t>(c.classes);
  };
  const auto labelled = [](const Confusion& confusion, const std::vector<std::int32_t>& labels) {
    return confusion.classes == 0 || all_below(labels, confusion.classes);
  };
  return square(snapshot.validation) && square(snapshot.test) &&
         snapshot.validation_logits.size() == rows_of(snapshot.validation, record.validation_labels) &&
         snapshot.test_logits.size() == rows_of(snapshot.test, record.test_labels) &&
         labelled(snapshot.validation, record.validation_labels) && labelled(snapshot.test, record.test_labels);
}

bool is_consistent(const TrialRecord& record) {
  return has_shape(record.last, record) && (!record.best || has_shape(*record.best, record));
}

/// Reads the labels of the test set, if there are any. Throws hdf5::Hdf5Error if logits do not belong to them.
void read_answers(hid_t group, TrialRecord& record) {
  if (hdf5::contains(group, "labels")) {
    const Handle labels = hdf5::open_group(group, "labels");
    if (hdf5::contains(labels.get(), "test")) {
      record.test_labels = hdf5::read_array<std::int32_t>(labels.get(), "test", 1).values;
    }
  }
  for (const Snapshot* snapshot : {&record.last, record.best ? &*record.best : nullptr}) {
    if (snapshot == nullptr || snapshot->test_logits.empty()) continue;
    const int classes = snapshot->test.classes;
    if (snapshot->test_logits.size() != record.test_labels.size() * static_cast<std::size_t>(classes) ||
        !all_below(record.test_labels, classes)) {
      throw hdf5::Hdf5Error("logits, labels and confusion matrices differ in size");
    }
  }
}

}  // namespace

void write_record(hid_t group, const TrialRecord& record) {
  if (!is_consistent(record)) {
    throw internal_error("trial " + record.id + ": logits, labels and confusion matrices differ in size");
  }
  write_settings(group, record);
  write_epochs(group, record.epochs);
  write_labels(group, record);
  write_snapshot(group, "last", record.last, record);
  if (record.best) write_snapshot(group, "best", *record.best, record);
  write_samples(group, record);
}

std::string read_record_id(hid_t group) {
  return read_json(hdf5::open_group(group, "json").get(), "about").at("id").get<std::string>();
}

TrialRecord read_record(hid_t group, RecordParts parts) {
  TrialRecord record;
  read_settings(group, record);
  record.epochs = read_epochs(group, parts);
  record.last = read_snapshot(group, "last", parts);
  if (hdf5::contains(group, "best")) record.best = read_snapshot(group, "best", parts);
  if (parts == RecordParts::answers) read_answers(group, record);
  if (parts != RecordParts::all) return record;
  const Handle labels = hdf5::open_group(group, "labels");
  record.validation_labels = hdf5::read_array<std::int32_t>(labels.get(), "validation", 1).values;
  record.test_labels = hdf5::read_array<std::int32_t>(labels.get(), "test", 1).values;
  read_samples(group, record);
  if (!is_consistent(record)) throw hdf5::Hdf5Error("logits, labels and confusion matrices differ in size");
  measure_calibration(record.last, record);
  if (record.best) measure_calibration(*record.best, record);
  return record;
}

namespace {

constexpr const char* test_part = "test";
constexpr hsize_t max_classes = 10'000'000;
constexpr std::int64_t max_samples = std::int64_t{1} << 40;  // per cell: sums do not overflow

/// The calibration of the logits rounded to float16, so that a reader of the file computes the same.
Calibration calibration_as_stored(std::vector<float> logits, const std::vector<std::int32_t>& labels, int classes) {
  for (float& logit : logits) logit = float_from_half(half_from_float(logit));
  return calibration_from_logits(logits, labels, classes);
}

void write_part(hid_t snapshot, const std::string& name, const Confusion& confusion,
                const std::vector<float>& logits, const std::vector<std::int32_t>& labels, const Json& data) {
  const Handle part = hdf5::create_group(snapshot, name);
  const auto classes = static_cast<hsize_t>(confusion.classes);
  hdf5::write_array<std::int64_t>(part.get(), "confusion", std::array{classes, classes}, confusion.cells);
  hdf5::write_half_array(part.get(), "logits", std::array<hsize_t, 2>{logits.size() / classes, classes}, logits);
  const Calibration calibration = calibration_as_stored(logits, labels, confusion.classes);
  hdf5::write_attributes(part.get(),
                         metrics_json(confusion, calibration, recorded_counts(data, confusion.classes)));
  hdf5::write_attribute(part.get(), "recalls", recalls(confusion));
  const std::vector<int> untested = untested_classes(confusion);
  if (!untested.empty()) hdf5::write_attribute(part.get(), "untested", untested);
}

void read_part(hid_t snapshot, const std::string& name, RecordParts parts, Confusion& confusion,
               std::vector<float>& logits, Calibration& calibration) {
  if (!hdf5::contains(snapshot, name)) return;
  const Handle part = hdf5::open_group(snapshot, name);
  auto cells = hdf5::read_array<std::int64_t>(part.get(), "confusion", 2);
  if (cells.dims[0] != cells.dims[1] || cells.dims[0] > max_classes) {
    throw hdf5::Hdf5Error("a confusion matrix is not square");
  }
  const auto is_count = [](std::int64_t cell) { return cell >= 0 && cell <= max_samples; };
  if (!std::all_of(cells.values.begin(), cells.values.end(), is_count)) {
    throw hdf5::Hdf5Error("a confusion matrix holds impossible numbers");
  }
  confusion.classes = static_cast<int>(cells.dims[0]);
  confusion.cells = std::move(cells.values);
  if (hdf5::has_attribute(part.get(), "ece")) {
    calibration.ece = hdf5::read_number_attribute(part.get(), "ece");
    calibration.nll = hdf5::read_number_attribute(part.get(), "nll");
  }
  const bool if_any = parts == RecordParts::answers && name == test_part && hdf5::contains(part.get(), "logits");
  if (parts == RecordParts::all || if_any) logits = hdf5::read_half_array(part.get(), "logits", 2).values;
}

}  // namespace

void write_snapshot(hid_t group, const std::string& name, const Snapshot& snapshot, const TrialRecord& record) {
  const Handle location = hdf5::create_group(group, name);
  hdf5::write_attribute(location.get(), "epoch", snapshot.epoch);
  if (snapshot.validation.classes > 0) {
    write_part(location.get(), "validation", snapshot.validation, snapshot.validation_logits,
               record.validation_labels, record.data);
  }
  if (snapshot.test.classes > 0) {
    write_part(location.get(), test_part, snapshot.test, snapshot.test_logits, record.test_labels, record.data);
  }
}

Snapshot read_snapshot(hid_t group, const std::string& name, RecordParts parts) {
  const Handle location = hdf5::open_group(group, name);
  Snapshot snapshot;
  snapshot.epoch = static_cast<int>(hdf5::read_integer_attribute(location.get(), "epoch"));
  read_part(location.get(), "validation", parts, snapshot.validation, snapshot.validation_logits,
            snapshot.validation_calibration);
  read_part(location.get(), test_part, parts, snapshot.test, snapshot.test_logits, snapshot.test_calibration);
  return snapshot;
}

void measure_calibration(Snapshot& snapshot, const TrialRecord& record) {
  snapshot.validation_calibration =
      calibration_as_stored(snapshot.validation_logits, record.validation_labels, snapshot.validation.classes);
  snapshot.test_calibration =
      calibration_as_stored(snapshot.test_logits, record.test_labels, snapshot.test.classes);
}

}  // namespace m2m::results

#include "results/record_group.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "results/hdf5_attributes.hpp"
#include "results/hdf5_datasets.hpp"

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

/// The settings twice: as attributes for people with h5py at hand, as canonical JSON for programs.
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

Json read_json(hid_t json, const std::string& name) { return Json::parse(hdf5::read_text(json, name)); }

void read_settings(hid_t group, TrialRecord& record) {
  const Handle json = hdf5::open_group(group, "json");
  record.config = read_json(json.get(), "config");
  record.identity = read_json(json.get(), "identity");
  record.environment = read_json(json.get(), "environment");
  record.data = read_json(json.get(), "data");
  const Json about = read_json(json.get(), "about");
  record.id = about.at("id").get<std::string>();
  record.label = about.at("label").get<std::string>();
  const Json& seconds = about.at("wall_seconds");
  record.wall_seconds = seconds.is_null() ? not_measured : seconds.get<double>();
  record.started = about.value("started", "");
  record.rank = about.value("rank", -1);
}

bool all_below(const std::vector<std::int32_t>& labels, int classes) {
  return std::all_of(labels.begin(), labels.end(),
                     [=](std::int32_t label) { return label >= 0 && label < classes; });
}

bool fits(const Snapshot& snapshot, const TrialRecord& record) {
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
  return fits(record.last, record) && (!record.best || fits(*record.best, record));
}

}  // namespace

void write_record(hid_t group, const TrialRecord& record) {
  if (!is_consistent(record)) {
    throw internal_error("trial " + record.id + ": logits, labels and confusion matrices do not fit each other");
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
  if (parts == RecordParts::metrics) return record;
  const Handle labels = hdf5::open_group(group, "labels");
  record.validation_labels = hdf5::read_array<std::int32_t>(labels.get(), "validation", 1).values;
  record.test_labels = hdf5::read_array<std::int32_t>(labels.get(), "test", 1).values;
  read_samples(group, record);
  if (!is_consistent(record)) throw hdf5::Failure("logits, labels and confusion matrices do not fit each other");
  measure_calibration(record.last, record);
  if (record.best) measure_calibration(*record.best, record);
  return record;
}

}  // namespace m2m::results

// features/ and translations/ of a record.
#include <array>

#include "results/hdf5_attributes.hpp"
#include "results/hdf5_datasets.hpp"
#include "results/record_group.hpp"

namespace m2m::results {
namespace {

using hdf5::Handle;

constexpr const char* features_name = "features";
constexpr const char* translations_name = "translations";

using Courses = std::array<std::pair<const char*, std::vector<float> TranslationSample::*>, 4>;
constexpr Courses courses{{{"g_target", &TranslationSample::g_target},
                           {"g_seed", &TranslationSample::g_seed},
                           {"f_target", &TranslationSample::f_target},
                           {"f_seed", &TranslationSample::f_seed}}};
using Columns = std::array<std::pair<const char*, std::vector<std::int32_t> TranslationSample::*>, 3>;
constexpr Columns columns{{{"seed_class", &TranslationSample::seed_class},
                           {"target", &TranslationSample::target},
                           {"kept", &TranslationSample::kept}}};

void write_features(hid_t group, const FeatureSample& sample) {
  const Handle where = hdf5::create_group(group, features_name);
  const hsize_t n = sample.labels.size();
  hdf5::write_half_array(where.get(), "values", std::array{n, static_cast<hsize_t>(sample.width)}, sample.values);
  hdf5::write_array<std::int32_t>(where.get(), "labels", std::array{n}, sample.labels);
  hdf5::write_array<std::int32_t>(where.get(), "rows", std::array{n}, sample.rows);
}

FeatureSample read_features(hid_t group) {
  const Handle where = hdf5::open_group(group, features_name);
  auto values = hdf5::read_half_array(where.get(), "values", 2);
  FeatureSample sample;
  sample.width = static_cast<int>(values.dims[1]);
  sample.values = std::move(values.values);
  sample.labels = hdf5::read_array<std::int32_t>(where.get(), "labels", 1).values;
  sample.rows = hdf5::read_array<std::int32_t>(where.get(), "rows", 1).values;
  if (values.dims[0] != sample.labels.size() || values.dims[0] != sample.rows.size()) {
    throw hdf5::Failure("features, their labels and their rows do not fit each other");
  }
  return sample;
}

std::array<hsize_t, 4> image_dims(const TranslationSample& sample) {
  return {sample.target.size(), static_cast<hsize_t>(sample.channels), static_cast<hsize_t>(sample.height),
          static_cast<hsize_t>(sample.width)};
}

void write_translations(hid_t group, const TranslationSample& sample, int epoch) {
  const Handle where = hdf5::create_group(group, translations_name);
  hdf5::write_attribute(where.get(), "epoch", epoch);
  const hsize_t n = sample.target.size();
  for (const auto& [name, values] : columns) {
    hdf5::write_array<std::int32_t>(where.get(), name, std::array{n}, sample.*values);
  }
  hdf5::write_half_array(where.get(), "seeds", image_dims(sample), sample.seeds);
  hdf5::write_half_array(where.get(), "translated", image_dims(sample), sample.translated);
  for (const auto& [name, values] : courses) {
    hdf5::write_half_array(where.get(), name, std::array{n, static_cast<hsize_t>(sample.steps) + 1},
                           sample.*values);
  }
}

TranslationSample read_translations(hid_t group) {
  const Handle where = hdf5::open_group(group, translations_name);
  TranslationSample sample;
  for (const auto& [name, values] : columns) {
    sample.*values = hdf5::read_array<std::int32_t>(where.get(), name, 1).values;
  }
  auto seeds = hdf5::read_half_array(where.get(), "seeds", 4);
  auto translated = hdf5::read_half_array(where.get(), "translated", 4);
  sample.channels = static_cast<int>(seeds.dims[1]);
  sample.height = static_cast<int>(seeds.dims[2]);
  sample.width = static_cast<int>(seeds.dims[3]);
  const std::size_t n = sample.target.size();
  bool fits = seeds.dims[0] == n && seeds.dims == translated.dims && sample.seed_class.size() == n &&
              sample.kept.size() == n;
  for (const auto& [name, values] : courses) {
    auto course = hdf5::read_half_array(where.get(), name, 2);
    sample.steps = static_cast<int>(course.dims[1]) - 1;
    fits = fits && course.dims[0] == n;
    sample.*values = std::move(course.values);
    fits = fits && (sample.*values).size() == sample.g_target.size();
  }
  if (!fits) throw hdf5::Failure("the parts of translations/ do not fit each other");
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

}  // namespace m2m::results

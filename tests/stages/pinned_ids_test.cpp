// Compares settings, methods and the identities of stages of the digits with tests/pins.
//
// The data do not depend on names of C++: a change of the functions called here leaves the files of tests/pins as
// they are.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <set>

#include "checkpoints/checkpoint.hpp"
#include "core/files.hpp"
#include "data/readers.hpp"
#include "nn/network.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/table.hpp"
#include "stages/planner.hpp"
#include "study/plan.hpp"
#include "study/study.hpp"
#include "support/pins.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_root.hpp"
#include "train/trial_setup.hpp"

namespace m2m::stages {
namespace {
namespace fs = std::filesystem;

Json row_json(const settings::Setting& setting) {
  Json row = {
      {"name", setting.name}, {"type", settings::to_text(setting.type)}, {"default", setting.default_value}};
  row["in_id"] = !setting.traits.provenance;
  if (!setting.unit.empty()) row["unit"] = setting.unit;
  if (!setting.choices.empty()) row["choices"] = setting.choices;
  const bool is_numeric =
      setting.type != settings::SettingType::text && setting.type != settings::SettingType::flag;
  if (is_numeric && std::isfinite(setting.min)) row["min"] = setting.min;
  if (is_numeric && std::isfinite(setting.max)) row["max"] = setting.max;
  if (!setting.acts_if.setting.empty()) row["acts_if"] = {{setting.acts_if.setting, setting.acts_if.values}};
  return row;
}

Config with(Config config, const Json& settings) {
  for (const auto& [name, value] : settings.items()) config.set(name, value);
  return config;
}

Config digits_config(const std::string& method) {
  return with({}, {{"data.set", "digits"}, {"method", method}, {"seed", 1}});
}

std::string value_of(const Config& config, const std::string& name) { return config.json().at(name).dump(); }

TEST(Pins, OfSettingsHold) {
  Json rows = Json::object(), names = Json::array();
  for (const settings::Setting& setting : settings::all_settings()) {
    names.push_back(setting.name);
    rows[setting.name] = row_json(setting);
  }
  testing::expect_pinned("settings", {{"rows", rows}, {"order", names}});
}

TEST(Pins, OfMethodsHold) {
  Json rows = Json::object();
  for (const settings::Method& method : settings::catalogue()) {
    Json recipe = Json::object();
    const Config config = settings::resolve(digits_config(method.name));
    for (const auto& [name, value] : config.json().items()) {
      if (name.starts_with("recipe.")) recipe[name] = value;
    }
    rows[method.name] = {{"sets", method.sets}, {"recipe", recipe}};
  }
  testing::expect_pinned("methods", {{"rows", rows}, {"order", settings::method_names()}});
}

/// Stages by name. Each has its id and its differences from a reference; the first of each kind has its whole
/// identity.
class Stages {
 public:
  /// `reference`: the name of an earlier stage; if there is no such stage, the first of its kind is the reference.
  void add(const std::string& name, const Json& identity, const std::string& reference = "") {
    const auto kind = identity.at("kind").get<std::string>();
    if (!whole_.contains(kind)) whole_[kind] = identity;
    const bool has_reference = identities_.contains(reference);
    const Json differing = testing::changes(has_reference ? identities_.at(reference) : whole_.at(kind), identity);
    stages_[name] = {{"id", study::stage_id(identity)}};
    if (!differing.empty()) stages_[name]["changes"] = differing;
    identities_[name] = identity;
  }

  /// Adds a stage and the stages that it needs, named after it.
  void add_all(const std::string& name, const study::StageRequest& request, const std::string& reference = "") {
    add(name, request.identity, reference);
    for (const study::StageRequest& needed : request.needs) {
      add_all(name + ", " + needed.label, needed, reference + ", " + needed.label);
    }
  }

  Json json() const { return {{"first of its kind", whole_}, {"stages", stages_}}; }

 private:
  Json whole_ = Json::object(), stages_ = Json::object(), identities_ = Json::object();
};

class StagePins : public ::testing::Test {
 protected:
  study::StageRequest plan(const Config& config) {
    return planner_(settings::resolve(config), config.text("method"));
  }

  /// Value of a case in cases.json; replaces "@checkpoint" and "@data" by a file and a folder that the test makes.
  Json value(const Json& given) const {
    if (given == "@checkpoint") return checkpoint();
    return given == "@data" ? Json(data()) : given;
  }

  Json values(Json settings) const {
    for (auto& [name, given] : settings.items()) given = value(given);
    return settings;
  }

 private:
  /// Writes a checkpoint of a network for digits with all weights 0.5; returns its path.
  std::string checkpoint() const {
    const Config config = settings::resolve(digits_config("ERM"));
    const auto network = train::build_network(train::trial_settings(config), *train::DataCache().get(config));
    checkpoints::Checkpoint checkpoint;
    for (const auto& [name, tensor] : nn::named_state(*network)) {
      checkpoint.network[name] = torch::full_like(tensor, tensor.is_floating_point() ? 0.5 : 1);
    }
    checkpoints::save_checkpoint(root_ / "half.safetensors", checkpoint);
    return (root_ / "half.safetensors").string();
  }

  /// Writes the digits and documents of two classes; returns their folder.
  std::string data() const {
    fs::copy_file(testing::test_root() / "datasets" / data::digits_file, root_ / data::digits_file,
                  fs::copy_options::overwrite_existing);
    for (const auto& [file, documents] : {std::pair{"r52-train.txt", 6}, {"r52-test.txt", 5}}) {
      std::string text;
      for (int i = 0; i < documents; ++i) text += fmt::format("ship\tword{0} sea\ntrade\tword{0} gold\n", i);
      write_file(root_ / "reuters52" / file, text);
    }
    return root_.string();
  }

  testing::TemporaryFolder folder_;
  std::filesystem::path root_ = folder_.path();
  Planner planner_;
};

TEST_F(StagePins, OfEachMethodHold) {
  Stages stages;
  for (const std::string& method : settings::method_names()) stages.add_all(method, plan(digits_config(method)));
  testing::expect_pinned("stages_of_methods", stages.json());
}

TEST_F(StagePins, OfEachSettingChangedAloneHold) {
  Stages stages;
  std::set<std::string> settings;
  for (const Json& entry : Json::parse(read_file(testing::test_root() / "tests/pins/cases.json"))) {
    const auto name = entry.at("setting").get<std::string>(), method = entry.at("method").get<std::string>();
    const Json beside = entry.value("with", Json::object());
    const Config standard = with(digits_config(method), values(beside));
    const std::string reference = beside.empty() ? method : method + ", " + beside.dump();
    stages.add_all(reference, plan(standard));
    const Config changed = with(standard, {{name, value(entry.at("value"))}});
    EXPECT_NE(settings::resolve(standard).json().value(name, Json()), changed.json().at(name))
        << name << ": not changed";
    stages.add_all(fmt::format("{}={} of {}", name, entry.at("value").dump(), reference), plan(changed), reference);
    settings.insert(name);
  }
  for (const settings::Setting& setting : settings::all_settings())
    EXPECT_EQ(settings.count(setting.name), 1U) << setting.name << " has no case in cases.json";
  const Config local = with(digits_config("M2m"), {{"train.batch_norm", "local"}});
  stages.add_all("train.batch_norm=local of M2m on 2 ranks", Planner(2)(settings::resolve(local), "M2m"), "M2m");
  testing::expect_pinned("stages_of_settings", stages.json());
}

TEST_F(StagePins, OfTheDemoHold) {
  const auto fields = settings::all_settings();
  const study::Study study = study::read_study_file(testing::test_root() / "jobs/digits.toml", fields);
  Planner planner;
  const study::StageGraph graph = study::plan_study(study, fields, settings::resolve, std::ref(planner));
  Stages stages;
  for (const study::Stage& stage : graph.stages) {
    stages.add(fmt::format("{} ratio={} seed={}", stage.label, value_of(stage.config, "data.ratio"),
                           value_of(stage.config, "seed")),
               stage.identity);
  }
  testing::expect_pinned("stages_of_digits", stages.json());
}

}  // namespace
}  // namespace m2m::stages

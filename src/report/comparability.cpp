#include "report/comparability.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "core/error.hpp"
#include "settings/data_settings.hpp"
#include "settings/table.hpp"
#include "settings/train_settings.hpp"

namespace m2m::report {

using results::TrialRecord;

namespace {

using settings::DataSettings, settings::TrainSettings, settings::Seeds, settings::name_of;

using Trials = std::vector<const TrialRecord*>;

/// A value that differs between trials: the most frequent one, and the first trial with another.
struct Difference {
  const TrialRecord* odd;
  std::string of_odd, of_others;
};

std::optional<Difference> difference(const Trials& trials,
                                     const std::function<std::string(const TrialRecord&)>& value) {
  std::map<std::string, int> counts;
  for (const TrialRecord* trial : trials) ++counts[value(*trial)];
  if (counts.size() < 2) return std::nullopt;
  std::string common = value(*trials.front());
  for (const auto& [text, count] : counts) {
    if (count > counts[common]) common = text;
  }
  for (const TrialRecord* trial : trials) {
    if (value(*trial) != common) return Difference{trial, value(*trial), common};
  }
  return std::nullopt;
}

std::string text_or_none(const Json& object, const std::string& name) {
  if (!object.is_object() || !object.contains(name)) return "none";
  const Json& value = object.at(name);
  return value.is_string() ? value.get<std::string>() : canonical_json(value);
}

Json member(const Json& object, const std::string& name) {
  return object.is_object() && object.contains(name) ? object.at(name) : Json();
}

/// Seeds may differ, and so may the g trained with them; the way it was trained may not.
std::string g_origin(const Json& g) {
  if (g.is_null()) return "none";
  return g.contains("pick") ? text_or_none(g, "pick") + " epoch of a stage" : "given as a file";
}

/// Lists the settings that acted in training, by name, without seeds and what is drawn from them.
Json training_settings(const TrialRecord& trial) {
  Json training = member(trial.identity, "settings");
  if (!training.is_object()) training = Json::object();
  std::erase_if(training.get_ref<Json::object_t&>(),
                [](const auto& item) { return settings::has_trait(item.first, &settings::Traits::seed); });
  training["g"] = g_origin(member(trial.identity, "g"));
  training["f's start"] = member(trial.identity, "start").is_null() ? "its initialisation" : "given as a file";
  training["data files"] = member(member(trial.identity, "data"), "files");
  return training;
}

std::string result_path(const TrialRecord& trial) {
  return fmt::format("trials/{}../result.h5", trial.id.substr(0, 4));
}

std::optional<std::string> program_difference(const Trials& trials) {
  const auto found = difference(trials, [](const TrialRecord& t) { return text_or_none(t.identity, "numerics"); });
  if (!found) return std::nullopt;
  return fmt::format("{} was written with numerics {}, the others with {}: averaging them would mix two programs",
                     result_path(*found->odd), found->of_odd, found->of_others);
}

std::optional<std::string> mode_difference(const Trials& trials) {
  struct Mode {
    std::string setting;
    const char* mixes;
  };
  for (const Mode& mode : {Mode{name_of(&TrainSettings::precision), "two precisions"},
                           Mode{name_of(&DataSettings::validation), "different test sets"},
                           Mode{name_of(&Seeds::protocol), "two protocols"}}) {
    const auto found =
        difference(trials, [&](const TrialRecord& t) { return text_or_none(t.config, mode.setting); });
    if (!found) continue;
    return fmt::format("{} has {} = {}, the others {}: averaging them would mix {}", result_path(*found->odd),
                       mode.setting, found->of_odd, found->of_others, mode.mixes);
  }
  return std::nullopt;
}

/// Fused kernels round elsewhere than all other executors, which differ in the order of sums only.
std::string rounding_of(const std::string& executor) {
  const bool has_fused = executor.find(settings::to_text(settings::Executor::fused)) != std::string::npos;
  return has_fused ? executor : "eager or graph";
}

std::optional<std::string> executor_difference(const Trials& trials) {
  auto found =
      difference(trials, [](const TrialRecord& t) { return rounding_of(text_or_none(t.environment, "executor")); });
  const char* of_g = "";
  if (!found) {
    of_g = " a g of";
    found = difference(
        trials, [](const TrialRecord& t) { return rounding_of(text_or_none(member(t.data, "g"), "executor")); });
  }
  if (!found) return std::nullopt;
  return fmt::format("{} has{} {} = {}, the others {}: averaging them would mix two ways of rounding",
                     result_path(*found->odd), of_g, name_of(&TrainSettings::executor), found->of_odd,
                     found->of_others);
}

std::optional<std::string> training_difference(const Trials& trials, const std::set<std::string>& may_differ) {
  std::set<std::string> names;
  std::map<const TrialRecord*, Json> trainings;
  for (const TrialRecord* trial : trials) {
    for (const auto& [name, value] : (trainings[trial] = training_settings(*trial)).items()) {
      if (!may_differ.contains(name)) names.insert(name);
    }
  }
  for (const std::string& name : names) {
    const auto found = difference(trials, [&](const TrialRecord& t) { return text_or_none(trainings[&t], name); });
    if (!found) continue;
    const bool folds = name == name_of(&DataSettings::fold);
    return fmt::format(
        "{} has {} = {}, the others {}: these are {}", result_path(*found->odd), name, found->of_odd,
        found->of_others,
        folds ? "folds, which --choose pools" : "different trainings, to be shown in separate rows or columns");
  }
  return std::nullopt;
}

/// "test-head", "fold of 5"
std::string validation_mode(const TrialRecord& trial) {
  const std::string mode = text_or_none(trial.config, name_of(&DataSettings::validation));
  const bool is_fold = mode == settings::to_text(settings::Validation::fold);
  return is_fold ? fmt::format("{} of {}", mode, text_or_none(trial.config, name_of(&DataSettings::folds))) : mode;
}

}  // namespace

std::vector<Fact> make_facts(const Config& config) {
  std::vector<Fact> facts;
  for (const auto& [name, setting] : {std::pair{"validation", name_of(&DataSettings::validation)},
                                      std::pair{"protocol", name_of(&Seeds::protocol)},
                                      std::pair{"precision", name_of(&TrainSettings::precision)},
                                      std::pair{"network", name_of(&TrainSettings::network)},
                                      std::pair{"epochs", name_of(&TrainSettings::epochs)},
                                      std::pair{"started from", name_of(&TrainSettings::start_from)}}) {
    const std::string value = text_or_none(config.json(), setting);
    if (value != "none" || config.has(setting)) facts.push_back({name, value});
  }
  std::erase_if(facts, [](const Fact& fact) { return fact.value.empty(); });
  const Json changed = settings::changed_later_settings(config);
  for (auto one = changed.begin(); one != changed.end(); ++one)
    facts.push_back({one.key(), settings::setting_text(config, one.key(), "")});
  return facts;
}

namespace {

/// Appends the values of `more`, "200, 40", that `values` lacks.
void join_values(std::string& values, std::string more) {
  more += ", ";
  for (std::size_t begin = 0, end; (end = more.find(", ", begin)) != std::string::npos; begin = end + 2) {
    const std::string value = more.substr(begin, end - begin);
    if ((", " + values + ", ").find(", " + value + ", ") == std::string::npos) values += ", " + value;
  }
}

/// Adds the default to the facts that only settings off their default give, if `other`, facts of further trials,
/// lacks them.
void complete_facts(std::vector<Fact>& facts, const std::vector<Fact>& other) {
  if (other.empty()) return;
  for (Fact& fact : facts) {
    const bool is_shared =
        std::any_of(other.begin(), other.end(), [&](const Fact& one) { return one.name == fact.name; });
    if (is_shared || !settings::has_trait(fact.name, &settings::Traits::silent_at_default)) continue;
    const Config defaults(Json{{fact.name, settings::row_of(fact.name).default_value}});
    join_values(fact.value, settings::setting_text(defaults, fact.name, ""));
  }
}

}  // namespace

std::vector<Fact> merge_facts(std::vector<Fact> known, std::vector<Fact> more) {
  complete_facts(known, more);
  complete_facts(more, known);
  for (const Fact& fact : more) {
    const auto same =
        std::find_if(known.begin(), known.end(), [&](const Fact& one) { return one.name == fact.name; });
    if (same == known.end()) {
      known.push_back(fact);
    } else {
      join_values(same->value, fact.value);
    }
  }
  return known;
}

std::optional<std::string> why_not_average(const Trials& trials, const std::string& location,
                                           const std::set<std::string>& may_differ) {
  std::optional<std::string> why = program_difference(trials);
  if (!why) why = mode_difference(trials);
  if (!why) why = executor_difference(trials);
  if (!why) why = training_difference(trials, may_differ);
  if (why) why = fmt::format("{}: {}", location, *why);
  return why;
}

std::optional<std::string> why_not_choose(const Trials& trials, const std::string& location) {
  const auto found = difference(trials, validation_mode);
  if (!found) return std::nullopt;
  return fmt::format("{}: {} validates by {}, the others by {}: choosing would compare different validation sets",
                     location, result_path(*found->odd), found->of_odd, found->of_others);
}

std::optional<std::string> why_not_compare(const std::vector<const TrialRecord*>& trials,
                                           const std::string& location) {
  std::optional<std::string> why = program_difference(trials);
  if (!why) why = mode_difference(trials);
  if (!why) why = executor_difference(trials);
  return why ? std::optional(location + ": " + *why) : std::nullopt;
}

std::optional<std::string> why_not_pair(const TrialRecord& a, const TrialRecord& b, const std::string& location) {
  const auto of_files = [](const TrialRecord& t, const char* name) {
    return text_or_none(member(t.identity, "data"), name);
  };
  std::string differs;
  for (const char* name : {"test", "validation", "train", "files"}) {
    if (of_files(a, name) != of_files(b, name)) differs = name;
  }
  if (text_or_none(a.data, "counts") != text_or_none(b.data, "counts")) differs = "counts";
  if (differs.empty()) return std::nullopt;
  const std::map<std::string, const char*> words = {{"test", "were tested on other samples"},
                                                    {"validation", "validated on other samples"},
                                                    {"train", "were trained on other samples"},
                                                    {"files", "read other data files"},
                                                    {"counts", "have other counts of training samples"}};
  return fmt::format("{}: {} and {} {}: comparing them would mix different data", location, result_path(a),
                     result_path(b), words.at(differs));
}

std::optional<std::string> check_mixture(const std::optional<std::string>& why, bool allow_mixed,
                                         const char* done) {
  if (!why) return std::nullopt;
  if (!allow_mixed) throw usage_error(*why + "; use --allow-mixed if this is intended");
  return fmt::format("{} although they differ (--allow-mixed): {}", done, *why);
}

}  // namespace m2m::report

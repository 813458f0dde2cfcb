#pragma once
// Which trials may be averaged, compared, or chosen from.
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "results/study_results.hpp"

namespace m2m::report {

/// What a table says about the origin of its numbers: {"validation", "test-head"}, {"protocol", "code"},
/// {"precision", "float32"}, {"network", "resnet32"}, {"epochs", "200"}; and each setting that is silent at its
/// default and has another value, {"train.width", "64"}.
struct Fact {
  std::string name, value;
};

/// Lists the facts that a trial's settings give. Pure.
std::vector<Fact> make_facts(const Config& config);

/// Adds facts of further trials to known ones. A fact with another value than a known one joins its value: "200,
/// 40". A setting that only one side has as a fact is at its default on the other: "64, 16". Pure.
std::vector<Fact> merge_facts(std::vector<Fact> known, std::vector<Fact> more);

/// Says why these trials, of one method and data setting, must not be averaged; nothing if they may. They may not
/// if they differ in numerics version, precision, validation mode, protocol, or any setting that acts in training
/// and is not a seed. `location` names the trials; `may_differ` lists settings that are allowed to differ. Pure.
std::optional<std::string> why_not_average(const std::vector<const results::TrialRecord*>& trials,
                                           const std::string& location,
                                           const std::set<std::string>& may_differ = {});

/// Says why these trials, of any methods and one data setting, must not be compared; nothing if they may. They may
/// not if they differ in numerics version, precision, validation mode or protocol. Pure.
std::optional<std::string> why_not_compare(const std::vector<const results::TrialRecord*>& trials,
                                           const std::string& location);

/// Says why these two trials, of one data setting and the same seeds, must not be compared; nothing if they may.
/// They may not if they differ in data files, training counts, or samples for training, validation or test. Pure.
std::optional<std::string> why_not_pair(const results::TrialRecord& a, const results::TrialRecord& b,
                                        const std::string& location);

/// Says why validation must not choose among these trials, of one method and data setting: they validate on
/// different sets. Nothing if it may. Pure.
std::optional<std::string> why_not_choose(const std::vector<const results::TrialRecord*>& trials,
                                          const std::string& location);

/// Accepts or refuses a mixture of trials. `why` is the reason against it, if there is one. Returns the note for
/// the table, which says what was `done` although the trials differ, for example "averaged"; nothing without a
/// reason. Throws Error (usage) if there is a reason and mixtures are not allowed. Pure.
std::optional<std::string> check_mixture(const std::optional<std::string>& why, bool allow_mixed, const char* done);

}  // namespace m2m::report

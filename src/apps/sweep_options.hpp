#pragma once
// Options that several verbs of m2m-sweep share, each defined once.
#include "apps/sweep_arguments.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace m2m::apps {

inline constexpr int max_ranks = 1'000'000;

/// Adds the study and its settings, words that may stand in any order.
void add_study(CLI::App& verb, SweepArguments& arguments);

/// Adds --ranks-per-trial and --trials-per-device.
void add_shared_ranks(CLI::App& verb, SweepArguments& arguments);

/// Adds the study and what decides which stages it has and which of them exist: add_study, add_shared_ranks, --out
/// and --cache.
void add_plan_options(CLI::App& verb, SweepArguments& arguments);

/// Adds --part.
void add_part(CLI::App& verb, SweepArguments& arguments);

/// Adds what a job script hands on to the run: --time-margin, --fail-fast, --profile.
void add_run_options(CLI::App& verb, SweepArguments& arguments);

/// Adds --json.
void add_json(CLI::App& verb, SweepArguments& arguments);

}  // namespace m2m::apps

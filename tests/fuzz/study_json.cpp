// Fuzz target: the JSON of an output folder: study.json, and failure.json of each trial that it plans. The input is
// study.json, a line "%%", failure.json.
#include "results/study_results.hpp"
#include "support/fuzz_input.hpp"

namespace {

constexpr std::size_t max_trials = 10;

void read(const m2m::results::OutputFolder& folder, std::string_view failure) {
  using namespace m2m;
  const results::PlannedStudy study = results::read_planned_study(folder.study());
  for (const results::PlannedTrial& trial : study.trials) {
    testing::require(testing::lies_below(folder.trial(trial.id), folder.root / "trials"),
                     "a trial outside of the output folder: " + trial.id);
  }
  for (const results::PlannedStage& stage : study.stages) {
    testing::require(testing::lies_below(folder.stage(stage.id), folder.cache()),
                     "a stage outside of the output folder: " + stage.id);
  }
  if (study.trials.empty() || study.trials.size() > max_trials || study.trials[0].id.size() > 100) return;
  std::filesystem::create_directories(folder.trial(study.trials[0].id));
  testing::write_scratch(folder.failure(study.trials[0].id).lexically_relative(testing::scratch().path()).string(),
                         failure);
  results::read_output_folder(folder);
  std::filesystem::remove_all(folder.root / "trials");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace m2m;
  const auto parts = testing::split_input(testing::to_text(bytes, size), 2);
  const results::OutputFolder folder{testing::scratch() / "out"};
  std::filesystem::create_directories(folder.root);
  testing::write_scratch("out/study.json", parts[0]);
  testing::read_or_refuse([&] { read(folder, parts[1]); });
  return 0;
}

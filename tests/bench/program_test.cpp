// m2m-bench as a shell sees it.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "core/config.hpp"
#include "core/files.hpp"
#include "support/command.hpp"
#include "support/sample_results.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::bench {
namespace {

using testing::Outcome;
using testing::TemporaryFolder;

Outcome run_bench(const std::string& arguments, const TemporaryFolder& folder) {
  return testing::run_command(testing::quoted(M2M_BENCH) + " " + arguments, folder.path().string());
}

/// Expects the exit code, and a single line of output that contains `part`.
void expect_one_sentence(const Outcome& outcome, int code, const std::string& part) {
  EXPECT_EQ(outcome.code, code) << outcome.output;
  EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 1) << outcome.output;
  EXPECT_TRUE(outcome.output.starts_with("m2m-bench: ")) << outcome.output;
  EXPECT_NE(outcome.output.find(part), std::string::npos) << outcome.output;
}

TEST(BenchProgram, WritesItsMachineAndMediansWithoutErrors) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run_bench("run --filter '^(epoch_planning|gather_|result_file)' --repetitions 3 --json out.json", folder);
  ASSERT_EQ(outcome.code, 0) << outcome.output;
  const Json json = Json::parse(read_file(folder.path() / "out.json"));
  for (const char* key : {"revision", "dirty", "processor", "instruction_sets", "kernels", "affinity", "threads",
                          "libtorch", "compiler", "device", "executor", "timed"}) {
    EXPECT_TRUE(json["context"].contains(key)) << key;
  }
  EXPECT_EQ(json["context"]["threads"], "1");
  int medians = 0;
  for (const Json& run : json["benchmarks"]) {
    EXPECT_FALSE(run.value("error_occurred", false)) << run.dump();
    medians += run.value("aggregate_name", "") == "median" ? 1 : 0;
  }
  EXPECT_EQ(medians, 4);
}

TEST(BenchProgram, TimesTrialsThatShareADevice) {
  const TemporaryFolder folder;
  const Outcome outcome = run_bench(
      "run --filter '^(erm_steps/bf16/auto/128/x2|translated_slots/bf16/auto/76/x1)' --repetitions 1 --json "
      "out.json",
      folder);
  ASSERT_EQ(outcome.code, 0) << outcome.output;
  const Json runs = Json::parse(read_file(folder.path() / "out.json"))["benchmarks"];
  ASSERT_EQ(runs.size(), 2U);
  for (const Json& run : runs) {
    EXPECT_FALSE(run.value("error_occurred", false)) << run.dump();
    EXPECT_NEAR(run.at("s_a_step").get<double>() * 1000, run.at("real_time").get<double>(), 1) << run.dump();
  }
}

TEST(BenchProgram, ComputesTheSameConvolutionsAsOneDnn) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run_bench("run --filter '^convolution_.*(64x8x8|stride2)' --repetitions 1 --json out.json", folder);
  ASSERT_EQ(outcome.code, 0) << outcome.output;
  const Json runs = Json::parse(read_file(folder.path() / "out.json"))["benchmarks"];
  EXPECT_GE(runs.size(), 4U);
  for (const Json& run : runs) {
    EXPECT_FALSE(run.value("error_occurred", false)) << run.dump();
    EXPECT_GT(run.value("onednn_over_project", 0.0), 0) << run.dump();
  }
}

TEST(BenchProgram, TimesSumsOverRanksAndChecksThem) {
  ::setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
  ::setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
  const TemporaryFolder folder;
  for (const int ranks : {1, 2, 3}) {
    const Outcome outcome = testing::run_command(
        testing::quoted(M2M_MPIEXEC) + " --oversubscribe --bind-to none -np " + std::to_string(ranks) + " " +
            testing::quoted(M2M_BENCH) + " collectives --json sums.json",
        folder.path().string());
    ASSERT_EQ(outcome.code, 0) << outcome.output;
    const Json json = Json::parse(read_file(folder.path() / "sums.json"));
    EXPECT_EQ(json.at("ranks"), ranks);
    EXPECT_EQ(json.at("sums").size(), 6U);
    for (const Json& sum : json.at("sums")) EXPECT_TRUE(sum.at("right").get<bool>()) << sum.dump();
  }
}

TEST(BenchProgram, RefusesAGpuIfThereIsNone) {
  const TemporaryFolder folder;
  ::setenv("CUDA_VISIBLE_DEVICES", "", 1);
  expect_one_sentence(run_bench("run --device cuda --filter erm_step", folder), 2, "no GPU is available");
}

TEST(BenchProgram, TakesFusedStepsOnlyInBf16OnAGpu) {
  const TemporaryFolder folder;
  expect_one_sentence(run_bench("run --executor fused --filter erm_step", folder), 2,
                      "train.executor = 'fused' needs a GPU");
  for (const char* choice :
       {"", " --device cuda", " --precision bf16", " --device cuda --precision bf16,float32"}) {
    const Outcome outcome = run_bench("compare --authors . --executor fused" + std::string(choice), folder);
    expect_one_sentence(outcome, 2, "--device cuda --precision bf16");
  }
}

TEST(BenchProgram, NamesItsCases) {
  const TemporaryFolder folder;
  const Outcome outcome = run_bench("--list", folder);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(run_bench("--list > /dev/full", folder).code, 74);
  for (const char* name :
       {"erm_step/bf16/auto/512", "m2m_step/float32/torch/128", "translation/bf16/auto/76",
        "translation_iteration/float32/auto/76", "translated_slots/bf16/auto/76/x2", "m2m_steps/bf16/auto/128/x2",
        "evaluation/bf16/auto/9000", "checkpoint", "convolution_relu/float32/auto/32x16x16"}) {
    EXPECT_NE(outcome.output.find(name), std::string::npos) << name << " is not in " << outcome.output;
  }
}

TEST(BenchProgram, PrintsHelpForItselfAndEachSubcommand) {
  const TemporaryFolder folder;
  const Outcome help = run_bench("--help", folder);
  EXPECT_EQ(help.code, 0);
  EXPECT_EQ(help.output.find("\n  step "), std::string::npos) << help.output;  // hidden: only compare starts it
  for (const std::string verb : {"run", "compare", "collectives"}) {
    EXPECT_NE(help.output.find("\n  " + verb + " "), std::string::npos) << help.output;
    const Outcome own = run_bench(verb + " --help", folder);
    EXPECT_EQ(own.code, 0);
    EXPECT_NE(own.output.find("m2m-bench " + verb), std::string::npos) << own.output;
    EXPECT_NE(own.output.find("--json"), std::string::npos) << own.output;
  }
  EXPECT_EQ(run_bench("run --list", folder).output, run_bench("--list", folder).output);
}

TEST(BenchProgram, NamesTheWrongPartOfACommandLine) {
  const TemporaryFolder folder;
  expect_one_sentence(run_bench("--filter nothing_like_it", folder), 2, "nothing_like_it");
  expect_one_sentence(run_bench("--repetitions 0", folder), 2, "--repetitions");
  expect_one_sentence(run_bench("--filter epoch_planning compare --authors absent", folder), 2,
                      "--filter, which is an option of run");
  expect_one_sentence(run_bench("collectives --device cuda", folder), 2, "--device");
  expect_one_sentence(run_bench("comapre --authors absent", folder), 2, "did you mean 'compare'?");
  const std::string capped = "M2M_INSTRUCTION_SET=avx3 " + testing::quoted(M2M_BENCH) + " --list";
  expect_one_sentence(testing::run_command(capped, folder.path().string()), 2, "M2M_INSTRUCTION_SET='avx3'");
  expect_one_sentence(run_bench("compare", folder), 2, "--authors");
  expect_one_sentence(run_bench("--filter epoch_planning --json no/such/folder/out.json", folder), 74, "out.json");
}

TEST(BenchProgram, NamesTheMissingPartOfAComparison) {
  const TemporaryFolder folder;
  expect_one_sentence(run_bench("compare --authors absent", folder), 2, "absent: no train.py");
  std::filesystem::create_directories(folder.path() / "checkout");
  std::ofstream(folder.path() / "checkout" / "train.py") << "\n";
  expect_one_sentence(run_bench("compare --authors checkout --data absent", folder), 65, "cifar-10-batches-bin");
  std::filesystem::create_directories(folder.path() / "data" / "cifar-10-batches-bin");
  std::ofstream(folder.path() / "data" / "cifar-10-batches-bin" / "test_batch.bin") << "\n";
  expect_one_sentence(run_bench("compare --authors checkout --data data", folder), 65, "no such network");
  std::ofstream(folder.path() / "g.t7") << "\n";
  expect_one_sentence(run_bench("compare --authors checkout --data data --g g.t7 --python ./absent", folder), 2,
                      "./absent");
}

}  // namespace
}  // namespace m2m::bench

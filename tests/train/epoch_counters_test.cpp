#include "train/epoch_counters.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace m2m::train {

using results::EpochRecord;

namespace {

constexpr int many_classes = 3'000'000;  // K x K counters would take 72 TB

struct Chosen {
  std::int32_t slot, seed_class, target;
  bool coin, accepted;
};

/// Makes a step of `slots` slots, all of this rank; the coin is tossed first.
StepWork step_of(std::size_t slots, const std::vector<Chosen>& chosen) {
  StepWork work;
  work.slots = slots;
  std::vector<std::int32_t> translated_slots;
  for (const Chosen& one : chosen) {
    methods::Translation translation;
    translation.slot = one.slot;
    translation.seed_class = one.seed_class;
    translation.target = one.target;
    translation.coin = translation.is_translated = one.coin;
    work.planned.chosen.push_back(translation);
    if (one.coin) translated_slots.push_back(one.slot);
  }
  work.translations.slots = torch::tensor(translated_slots, torch::kInt32);
  return work;
}

/// Makes the outcome of the translations whose coin was won.
methods::TranslatedSlots translated_slots_of(const std::vector<Chosen>& chosen) {
  std::vector<std::int64_t> rows;
  std::vector<std::uint8_t> accepted;
  for (const Chosen& one : chosen) {
    if (!one.coin) continue;
    rows.push_back(one.slot);
    accepted.push_back(one.accepted ? 1 : 0);
  }
  const torch::Tensor labels = torch::zeros({static_cast<std::int64_t>(rows.size())}, torch::kInt64);
  return {torch::tensor(rows, torch::kInt64), labels, labels, labels.to(torch::kBool),
          torch::tensor(accepted, torch::kUInt8).to(torch::kBool)};
}

const std::vector<Chosen> first = {{0, 7, 2'999'999, true, true}, {2, 7, 8, false, false}, {3, 7, 8, true, false}};
const std::vector<Chosen> second = {{0, 7, 8, true, true}, {1, 7, 2'999'999, true, true}};

void add(EpochCounters& counters, std::int64_t step, const std::vector<Chosen>& chosen) {
  const torch::Tensor losses = torch::ones({4});
  counters.add(step, step_of(4, chosen), {torch::zeros({4, 2}), losses, torch::zeros({4}, torch::kInt64)},
               translated_slots_of(chosen));
}

results::GenerationCounts read(const EpochCounters& counters) {
  EpochRecord record;
  counters.read(counters.download(), record);
  return record.generation;
}

const std::map<results::ClassPair, results::OutcomeCounts> of_both = {{{7, 8}, {3, 0, 1, 1, 1}},
                                                                      {{7, 2'999'999}, {2, 0, 0, 0, 2}}};

TEST(EpochCounters, CountPairsOfMillionsOfClasses) {
  EpochCounters counters(many_classes, 8, torch::kCPU);
  add(counters, 0, first);
  add(counters, 1, second);
  EXPECT_EQ(read(counters).classes, many_classes);
  EXPECT_EQ(read(counters).cells, of_both);
}

/// Computes the record of one step by libtorch's operations.
EpochRecord plainly_counted(const nn::StepAnswers& answers, const methods::TranslatedSlots& translated) {
  const auto mean = [](const torch::Tensor& values) { return values.to(torch::kFloat64).mean().item<double>(); };
  const torch::Tensor accepted = translated.accepted.nonzero().squeeze(1);
  const torch::Tensor rows = translated.rows.index_select(0, accepted);
  const torch::Tensor targets = translated.targets.index_select(0, accepted),
                      seed_classes = translated.seed_classes.index_select(0, accepted);
  const torch::Tensor logits = answers.outputs * answers.logit_scale, generated = logits.index_select(0, rows);
  const torch::Tensor probabilities = torch::softmax(generated, 1);
  torch::Tensor is_other = torch::ones({answers.losses.size(0)}, torch::kBool);
  is_other.index_fill_(0, rows, false);
  EpochRecord record;
  record.loss = mean(answers.losses);
  record.accuracy = mean(logits.argmax(1).eq(answers.labels));
  record.generated_loss = mean(answers.losses.index_select(0, rows));
  record.other_loss = mean(answers.losses.masked_select(is_other));
  record.generated_accuracy = mean(generated.argmax(1).eq(targets));
  record.generated_p_target = mean(probabilities.gather(1, targets.unsqueeze(1)));
  record.generated_p_seed = mean(probabilities.gather(1, seed_classes.unsqueeze(1)));
  return record;
}

TEST(EpochCounters, AreTheSumsOfLibtorchsOperations) {
  torch::manual_seed(4);
  const std::vector<Chosen> chosen = {{0, 1, 4, true, true}, {2, 0, 3, true, false}, {3, 1, 2, true, true}};
  const nn::StepAnswers answers{torch::randn({6, 5}, torch::kFloat64), torch::rand({6}, torch::kFloat64),
                                torch::randint(5, {6}, torch::kInt64), 2.5};
  methods::TranslatedSlots translated = translated_slots_of(chosen);
  translated.targets = torch::tensor(std::vector<std::int64_t>{4, 3, 2});
  translated.seed_classes = torch::tensor(std::vector<std::int64_t>{1, 0, 1});
  EpochCounters counters(5, 6, torch::kCPU);
  counters.add(0, step_of(6, chosen), answers, translated);
  EpochRecord counted;
  counters.read(counters.download(), counted);
  const EpochRecord expected = plainly_counted(answers, translated);
  for (const auto value :
       {&EpochRecord::loss, &EpochRecord::accuracy, &EpochRecord::generated_loss, &EpochRecord::other_loss,
        &EpochRecord::generated_accuracy, &EpochRecord::generated_p_target, &EpochRecord::generated_p_seed}) {
    EXPECT_NEAR(counted.*value, expected.*value, 1e-12);
  }
}

TEST(EpochCounters, CountSlotsWithoutASeedAtTheirTarget) {
  EpochCounters counters(3, 4, torch::kCPU);
  StepWork work = step_of(4, {});
  work.planned.without_seed = {2, 2};
  counters.add_planned(work);
  const std::map<results::ClassPair, results::OutcomeCounts> expected = {{{2, 2}, {0, 2, 0, 0, 0}}};
  EXPECT_EQ(read(counters).cells, expected);
}

TEST(EpochCounters, GoOnFromTheirState) {
  EpochCounters begun(many_classes, 8, torch::kCPU);
  add(begun, 0, first);
  EpochCounters resumed(many_classes, 8, torch::kCPU);
  resumed.load(begun.state());
  add(resumed, 1, second);
  EXPECT_EQ(read(resumed).cells, of_both);
  EXPECT_EQ(begun.state().at("generation").size(0), 2) << "a row for each pair of classes";
}

TEST(EpochCounters, GoOnFromAStateOfFormat1) {
  EpochCounters begun(9, 8, torch::kCPU);
  add(begun, 0, {{0, 1, 8, true, true}, {2, 1, 2, false, false}, {3, 1, 2, true, false}});
  auto state = begun.state();
  state.erase("generation");
  torch::Tensor planned = torch::zeros({results::outcome_count, 9, 9}, torch::kInt64),
                accepted = torch::zeros({9, 9}, torch::kInt64);
  planned[0][1][8] = 1;
  planned[0][1][2] = 2;
  planned[1][4][4] = 3;
  planned[2][1][2] = 1;
  accepted[1][8] = 1;
  state["planned"] = planned.flatten();
  state["accepted"] = accepted.flatten();
  EpochCounters resumed(9, 8, torch::kCPU);
  resumed.load(state);
  add(resumed, 1, {{1, 1, 8, true, true}});
  const std::map<results::ClassPair, results::OutcomeCounts> expected = {
      {{1, 2}, {2, 0, 1, 1, 0}}, {{1, 8}, {2, 0, 0, 0, 2}}, {{4, 4}, {0, 3, 0, 0, 0}}};
  EXPECT_EQ(read(resumed).cells, expected);
}

TEST(EpochCounters, RefuseTheStateOfAnotherTrial) {
  EpochCounters counters(9, 4, torch::kCPU);
  const auto whole = counters.state();
  for (const char* name : {"sums", "bad_step", "generation"}) {
    auto state = whole;
    state.erase(name);
    EXPECT_THROW(counters.load(state), Error) << name;
  }
  EpochCounters of_more(many_classes, 4, torch::kCPU);
  add(of_more, 0, first);
  EXPECT_THROW(counters.load(of_more.state()), Error);
}

}  // namespace
}  // namespace m2m::train

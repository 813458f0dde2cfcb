#include "settings/resolve.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "settings/recipe.hpp"
#include "settings/table.hpp"
#include "support/said.hpp"

namespace m2m::settings {
namespace {

Config resolved(const Json& given) { return resolve(Config(given)); }

std::string refusal(const Json& given) {
  return testing::complaint([&] { resolved(given); }, ExitCode::usage);
}

TEST(Resolve, GivesTheScheduleOfTheProtocolForTwoHundredEpochs) {
  const Config config = resolved({{"method", "ERM"}});
  EXPECT_EQ(config.integer("train.warmup"), 5);
  EXPECT_EQ(config.integer("train.defer_until"), 160);
  EXPECT_EQ(config.numbers("train.lr_drops"), (std::vector<double>{160, 180}));
}

TEST(Resolve, KeepsTheShapeOfShortenedSchedules) {
  const Config config = resolved({{"method", "M2m"}, {"train.epochs", 20}});
  EXPECT_EQ(config.integer("train.defer_until"), 16);
  EXPECT_EQ(config.numbers("train.lr_drops"), (std::vector<double>{16, 18}));
}

TEST(Resolve, RebalancesTheLastEpochOfShortSchedulesAndNoOtherWhereNothingIsSaid) {
  for (const char* method : {"M2m", "DRS", "ERM"}) {
    EXPECT_EQ(resolved({{"method", method}, {"train.epochs", 1}}).integer("train.defer_until"), 0);
    EXPECT_EQ(resolved({{"method", method}, {"train.epochs", 2}}).integer("train.defer_until"), 1);
    for (int epochs = 3; epochs <= 400; ++epochs) {
      EXPECT_EQ(resolved({{"method", method}, {"train.epochs", epochs}}).integer("train.defer_until"),
                std::llround(0.8 * epochs));
    }
  }
  EXPECT_NO_THROW(resolved({{"method", "M2m-RS"}, {"m2m.g_method", "DRS"}, {"train.epochs", 1}}));
}

TEST(Resolve, NamesTheScheduleThatADeferredGDoesNotFit) {
  const std::string sentence =
      refusal({{"method", "M2m-RS"}, {"m2m.g_method", "DRS"}, {"train.epochs", 20}, {"train.defer_until", 20}});
  EXPECT_TRUE(testing::says(sentence, {"train.epochs = 20", "train.defer_until = 20"}));
}

using Span = std::pair<std::int64_t, std::int64_t>;

Span cmo_span(const Config& config) { return {config.integer("cmo.from"), config.integer("cmo.until")}; }

TEST(Resolve, ScalesTheSpanOfCmoToTheEpochsOfTheStageThatMixes) {
  EXPECT_EQ(cmo_span(resolved({{"method", "CMO"}})), Span(4, 197));
  const Json second = {{"method", "cRT"}, {"recipe.mixing", "cmo"}, {"second.epochs", 100}};
  EXPECT_EQ(cmo_span(resolved(second)), Span(2, 99));
  Json of_both = second;
  of_both["recipe.start"] = "CMO";
  EXPECT_EQ(cmo_span(with_method(resolved(of_both), "CMO")), Span(4, 197));
  of_both["cmo.from"] = 50;
  EXPECT_EQ(cmo_span(with_method(resolved(of_both), "CMO")), Span(50, 197));
  EXPECT_EQ(cmo_span(with_method(resolved({{"method", "cRT"}, {"recipe.start", "CMO"}}), "CMO")), Span(4, 197));
  EXPECT_EQ(cmo_span(g_config(resolved({{"method", "M2m"}, {"m2m.g_method", "CMO"}, {"m2m.g_stop", 100}}))),
            Span(4, 197));
}

TEST(Resolve, SetsAllFiveSeedsFromOneUnlessGivenAlone) {
  const Config config = resolved({{"method", "ERM"}, {"seed", 3}, {"seeds.plan", 8}});
  EXPECT_EQ(config.integer("seeds.init"), 3);
  EXPECT_EQ(config.integer("seeds.g"), 3);
  EXPECT_EQ(config.integer("seeds.plan"), 8);
}

TEST(Resolve, TakesWhatItMadeWithoutChange) {
  const Config once = resolved({{"method", "M2m"}, {"seed", 3}});
  EXPECT_EQ(resolve(once), once);
}

TEST(Resolve, RefusesADeferralThatWouldNeverBeginExceptForErm) {
  const std::string sentence = refusal({{"method", "M2m"}, {"train.defer_until", 200}});
  EXPECT_TRUE(testing::says(sentence, {"train.defer_until = 200", "train.epochs = 200", "M2m"}));
  EXPECT_NO_THROW(resolved({{"method", "ERM"}, {"train.defer_until", 200}}));
}

TEST(Resolve, RefusesABaseTrialThatWouldNeverBegin) {
  for (const char* method : {"cRT", "LA-post-hoc"}) {
    const Json given = {{"method", method}, {"recipe.start", "DRW"}, {"train.defer_until", 200}};
    EXPECT_TRUE(testing::says(refusal(given), {"train.defer_until = 200", "DRW would never begin"})) << method;
    EXPECT_NO_THROW(resolved({{"method", method}, {"train.defer_until", 200}}));
  }
}

TEST(Resolve, RefusesTheImpossible) {
  EXPECT_TRUE(refusal({}).starts_with("method: "));
  EXPECT_TRUE(refusal({{"method", "ERM"}, {"train.start_epoch", 5}}).starts_with("train.start_epoch = 5 needs"));
  EXPECT_TRUE(refusal({{"method", "M2m"}, {"m2m.gamma", 1.5}}).starts_with("m2m.gamma = 1.5"));
  EXPECT_TRUE(
      refusal({{"method", "ERM"}, {"train.epochs", 3}, {"train.warmup", 4}}).starts_with("train.warmup = 4"));
}

TEST(Resolve, RefusesAGThatCannotBeTrained) {
  EXPECT_TRUE(refusal({{"method", "M2m"}, {"m2m.g_method", "M3m"}}).starts_with("m2m.g_method = 'M3m'"));
  for (const char* method : {"M2m", "LDAM", "cRT"}) {
    EXPECT_TRUE(refusal({{"method", "M2m"}, {"m2m.g_method", method}}).find("a linear head") != std::string::npos);
  }
  EXPECT_TRUE(testing::says(refusal({{"method", "M2m"}, {"m2m.g_method", "DRS"}, {"m2m.g_stop", 160}}),
                            {"m2m.g_stop = 160", "train.defer_until = 160"}));
  EXPECT_TRUE(testing::says(refusal({{"method", "M2m"}, {"m2m.g_stop", 201}}), {"m2m.g_stop = 201", "200"}));
  EXPECT_TRUE(refusal({{"method", "M2m"}, {"data.set", "celeba5"}, {"m2m.g_data", "balanced"}})
                  .starts_with("m2m.g_data = 'balanced'"));
  EXPECT_NO_THROW(resolved({{"method", "ERM"}, {"m2m.g_method", "M3m"}}));
}

TEST(Resolve, RefusesToSayHowAGWasTrainedThatIsBrought) {
  const Json brought = {{"method", "M2m"}, {"m2m.g_from", "g.t7"}};
  const Json said = {
      {"m2m.g_method", "RS"}, {"m2m.g_data", "balanced"}, {"m2m.g_stop", 180}, {"m2m.g_precision", "bf16"}};
  for (const auto& [name, value] : said.items()) {
    Json given = brought;
    given[name] = value;
    EXPECT_TRUE(refusal(given).starts_with(name + ": conflicts with m2m.g_from")) << name;
  }
  EXPECT_NO_THROW(resolved(brought));
}

}  // namespace
}  // namespace m2m::settings

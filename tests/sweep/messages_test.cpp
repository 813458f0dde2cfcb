#include "sweep/messages.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace m2m::sweep {
namespace {

TEST(Messages, CarryAStageWhole) {
  const study::Stage stage{"0123456789abcdef",
                           study::StageKind::g,
                           "M2m, \xce\xbb=0",
                           Config(Json{{"m2m.lambda", 0.1}, {"seed", 3}}),
                           Json{{"a", {1, 2}}},
                           7,
                           0.25,
                           5e9,
                           {{study::StageKind::g, "x"}, {study::StageKind::prefix, "y"}}};
  const ToWorker heard = decode_to_worker(encode(ToWorker(Start{stage})));
  const study::Stage& same = std::get<Start>(heard).stage;
  EXPECT_EQ(same.id, stage.id);
  EXPECT_EQ(same.kind, stage.kind);
  EXPECT_EQ(same.label, stage.label);
  EXPECT_EQ(same.memory, stage.memory);
  EXPECT_EQ(same.config, stage.config);
  EXPECT_TRUE(same.config.json().at("m2m.lambda").is_number_float());
  EXPECT_EQ(same.identity, stage.identity);
  EXPECT_EQ(same.epochs, 7);
  EXPECT_EQ(same.cost, 0.25);
  EXPECT_EQ(same.needs, stage.needs);
}

TEST(Messages, CarryProgressWithWhatDoesNotApply) {
  const auto heard = decode_from_worker(encode(FromWorker(Report{{3, 9, std::nan(""), 0.5, 12, 1.5}})));
  const study::Progress& same = std::get<Report>(heard).progress;
  EXPECT_EQ(same.epoch, 3);
  EXPECT_EQ(same.epochs, 9);
  EXPECT_TRUE(std::isnan(same.validation_bacc));
  EXPECT_EQ(same.kept, 0.5);
}

TEST(Messages, CarryAResultWhole) {
  const study::StageResult result{
      study::StageEnd::done, "bACC 77.9", ExitCode::done, 81, {"one line", "", "and another"}};
  const auto heard = decode_from_worker(encode(FromWorker(StageFinished{result})));
  const study::StageResult& same = std::get<StageFinished>(heard).result;
  EXPECT_EQ(same.summary, result.summary);
  EXPECT_EQ(same.seconds, 81);
  EXPECT_EQ(same.details, result.details);
}

TEST(Messages, MakeReasonsFitForJson) {
  const auto heard = decode_from_worker(
      encode(FromWorker(StageFinished{{study::StageEnd::failed, "bad \xff byte", ExitCode::bad_data, 2}})));
  const study::StageResult& same = std::get<StageFinished>(heard).result;
  EXPECT_NO_THROW(Json(same.summary).dump());
  EXPECT_EQ(same.end, study::StageEnd::failed);
  EXPECT_EQ(same.code, ExitCode::bad_data);
}

TEST(Messages, CarryTheSeatThatTheySpeakOf) {
  const auto here = decode_from_worker(encode(FromWorker(Here{"host a17", 3})));
  EXPECT_EQ(std::get<Here>(here).place, "host a17");
  EXPECT_EQ(std::get<Here>(here).seat, 3);
  EXPECT_EQ(std::get<Report>(decode_from_worker(encode(FromWorker(Report{{}, 2})))).seat, 2);
  for (const bool leaves : {false, true}) {
    const auto ended = decode_from_worker(encode(FromWorker(StageFinished{{}, 1, leaves})));
    EXPECT_EQ(std::get<StageFinished>(ended).seat, 1);
    EXPECT_EQ(std::get<StageFinished>(ended).leaves, leaves);
  }
  EXPECT_EQ(std::get<Start>(decode_to_worker(encode(ToWorker(Start{{}, 4})))).seat, 4);
}

TEST(Messages, AreTellable) {
  EXPECT_EQ(std::get<Remark>(decode_from_worker(encode(FromWorker(Remark{"a \xff b"})))).text, "a \xef\xbf\xbd b");
  EXPECT_TRUE(std::holds_alternative<Bye>(decode_from_worker(encode(FromWorker(Bye{})))));
  for (const StopReason reason : {StopReason::interrupted, StopReason::requeue}) {
    EXPECT_EQ(std::get<StopWanted>(decode_from_worker(encode(FromWorker(StopWanted{reason})))).reason, reason);
  }
  EXPECT_TRUE(std::holds_alternative<Stop>(decode_to_worker(encode(ToWorker(Stop{})))));
  EXPECT_TRUE(std::holds_alternative<Leave>(decode_to_worker(encode(ToWorker(Leave{})))));
}

TEST(Messages, RefuseBytesThatAreNone) {
  std::mt19937 random(1);
  const auto good = encode(FromWorker(StageFinished{{study::StageEnd::done, "x", ExitCode::done, 1}}));
  for (std::size_t end = 0; end < good.size(); ++end) {
    EXPECT_THROW(decode_from_worker({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(end)}), Error) << end;
  }
  for (int round = 0; round < 2000; ++round) {
    auto bytes = good;
    bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    try {
      decode_from_worker(bytes);
      decode_to_worker(bytes);
    } catch (const Error&) {
    }
  }
}

}  // namespace
}  // namespace m2m::sweep

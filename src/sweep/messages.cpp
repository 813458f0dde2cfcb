#include "sweep/messages.hpp"

#include "core/foreign_files.hpp"

namespace m2m::sweep {
namespace {

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

std::vector<std::byte> to_bytes(const Json& json) {
  const std::vector<std::uint8_t> cbor = Json::to_cbor(json);
  const auto bytes = std::as_bytes(std::span(cbor));
  return {bytes.begin(), bytes.end()};
}

Json to_json(const std::vector<std::byte>& bytes) {
  const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
  return Json::from_cbor(first, first + bytes.size());
}

Json progress_json(const study::Progress& p) {
  return {p.epoch, p.epochs, p.validation_bacc, p.kept, p.translations, p.seconds_per_epoch, p.resumed_from};
}

study::Progress progress_from(const Json& json) {
  return {json.at(0).get<int>(),    json.at(1).get<int>(),    json.at(2).get<double>(), json.at(3).get<double>(),
          json.at(4).get<double>(), json.at(5).get<double>(), json.at(6).get<int>()};
}

Json needs_json(const study::Stage& stage) {
  Json needs = Json::array();
  for (const study::StageNeed& need : stage.needs) needs.push_back({static_cast<int>(need.kind), need.id});
  return needs;
}

Json stage_json(const study::Stage& stage) {
  return {{"id", stage.id},
          {"kind", static_cast<int>(stage.kind)},
          {"label", stage.label},
          {"config", stage.config.json()},
          {"identity", stage.identity},
          {"epochs", stage.epochs},
          {"cost", stage.cost},
          {"memory", stage.memory},
          {"needs", needs_json(stage)}};
}

study::Stage stage_from(const Json& json) {
  study::Stage stage;
  stage.id = json.at("id").get<std::string>();
  stage.kind = static_cast<study::StageKind>(json.at("kind").get<int>());
  stage.label = json.at("label").get<std::string>();
  stage.config = Config(json.at("config"));
  stage.identity = json.at("identity");
  stage.epochs = json.at("epochs").get<int>();
  stage.cost = json.at("cost").get<double>();
  stage.memory = json.at("memory").get<double>();
  for (const Json& need : json.at("needs")) {
    stage.needs.push_back({static_cast<study::StageKind>(need.at(0).get<int>()), need.at(1).get<std::string>()});
  }
  return stage;
}

Json result_json(const study::StageResult& result) {
  return {static_cast<int>(result.end), replace_invalid_utf8(result.summary), static_cast<int>(result.code),
          result.seconds, result.details};
}

study::StageResult result_from(const Json& json) {
  return {static_cast<study::StageOutcome>(json.at(0).get<int>()), json.at(1).get<std::string>(),
          static_cast<ExitCode>(json.at(2).get<int>()), json.at(3).get<double>(),
          json.at(4).get<std::vector<std::string>>()};
}

Json life_json(const Alive& alive) {
  Json slots = Json::array();
  for (const SlotLife& life : alive.slots) slots.push_back({life.slot, life.idle, life.phase});
  return slots;
}

Alive life_from(const Json& json) {
  Alive alive;
  for (const Json& life : json)
    alive.slots.push_back({life.at(0).get<int>(), life.at(1).get<double>(), life.at(2).get<std::string>()});
  return alive;
}

int parse_slot(const Json& json) { return json.at("slot").get<int>(); }

[[noreturn]] void throw_unreadable() {
  throw internal_error("a message between the ranks of the sweep is unreadable");
}

}  // namespace

std::vector<std::byte> encode(const FromWorker& message) {
  return to_bytes(std::visit(
      Overloaded{[](const Ready& m) -> Json {
                   return {{"ready", replace_invalid_utf8(m.host)}, {"slot", m.slot}};
                 },
                 [](const ProgressUpdate& m) -> Json {
                   return {{"progress", progress_json(m.progress)}, {"slot", m.slot}};
                 },
                 [](const StageFinished& m) -> Json {
                   return {{"finished", result_json(m.result)}, {"slot", m.slot}, {"withdraws", m.withdraws}};
                 },
                 [](const LogLine& m) -> Json {
                   return {{"log", replace_invalid_utf8(m.text)}};
                 },
                 [](const StopRequest& m) -> Json {
                   return {{"stop", static_cast<int>(m.reason)}};
                 },
                 [](const Alive& m) -> Json {
                   return {{"alive", life_json(m)}};
                 },
                 [](const Goodbye&) -> Json {
                   return {{"goodbye", true}};
                 }},
      message));
}

std::vector<std::byte> encode(const ToWorker& message) {
  return to_bytes(std::visit(Overloaded{[](const Assign& m) -> Json {
                                          return {{"assign", stage_json(m.stage)}, {"slot", m.slot}};
                                        },
                                        [](const MemoryToCome& m) -> Json {
                                          return {{"memory_to_come", m.bytes}};
                                        },
                                        [](const Cancel&) -> Json {
                                          return {{"cancel", true}};
                                        },
                                        [](const Ping&) -> Json {
                                          return {{"ping", true}};
                                        },
                                        [](const Shutdown&) -> Json {
                                          return {{"shutdown", true}};
                                        }},
                             message));
}

FromWorker decode_from_worker(const std::vector<std::byte>& bytes) {
  try {
    const Json json = to_json(bytes);
    if (json.contains("ready")) return Ready{json.at("ready").get<std::string>(), parse_slot(json)};
    if (json.contains("progress")) return ProgressUpdate{progress_from(json.at("progress")), parse_slot(json)};
    if (json.contains("finished")) {
      return StageFinished{result_from(json.at("finished")), parse_slot(json), json.at("withdraws").get<bool>()};
    }
    if (json.contains("log")) return LogLine{json.at("log").get<std::string>()};
    if (json.contains("stop")) return StopRequest{static_cast<StopReason>(json.at("stop").get<int>())};
    if (json.contains("alive")) return life_from(json.at("alive"));
    if (json.contains("goodbye")) return Goodbye{};
  } catch (const Json::exception&) {
    throw_unreadable();
  }
  throw_unreadable();
}

ToWorker decode_to_worker(const std::vector<std::byte>& bytes) {
  try {
    const Json json = to_json(bytes);
    if (json.contains("assign")) return Assign{stage_from(json.at("assign")), parse_slot(json)};
    if (json.contains("memory_to_come")) return MemoryToCome{json.at("memory_to_come").get<double>()};
    if (json.contains("cancel")) return Cancel{};
    if (json.contains("ping")) return Ping{};
    if (json.contains("shutdown")) return Shutdown{};
  } catch (const Json::exception&) {
    throw_unreadable();
  }
  throw_unreadable();
}

}  // namespace m2m::sweep

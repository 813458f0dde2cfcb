// Fuzz target: the JSON of --durations, seconds by stage.
#include "core/config.hpp"
#include "support/fuzz_input.hpp"
#include "sweep/costs.hpp"

namespace {

/// Two stages, "g" and "trial".
m2m::study::StageGraph two_stages() {
  m2m::study::StageGraph graph;
  for (const char* id : {"g", "trial"}) {
    m2m::study::Stage stage;
    stage.id = id;
    stage.cost = 2;
    graph.stages.push_back(stage);
  }
  graph.needs = {{}, {0}};
  graph.dependents = {{1}, {}};
  return graph;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace m2m;
  const study::StageGraph graph = two_stages();
  const auto file = testing::write_scratch("durations.json", testing::to_text(bytes, size));
  const auto read = [&] {
    for (const double seconds : sweep::read_durations(file, graph).seconds)
      testing::require(seconds > 0 && seconds < std::numeric_limits<double>::infinity(), "impossible seconds");
  };
  testing::read_or_refuse(read, {ExitCode::bad_data, ExitCode::usage});
  return 0;
}

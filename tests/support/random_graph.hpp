#pragma once
// Graphs for property tests.
#include <random>

#include "study/graph.hpp"

namespace m2m::testing {

/// Makes a stage whose identity is its name.
inline study::StageRequest request(const std::string& name, double cost,
                                   std::vector<study::StageRequest> needs = {},
                                   study::StageKind kind = study::StageKind::trial) {
  study::StageRequest made;
  made.kind = kind;
  made.label = name;
  made.identity = {{"name", name}};
  made.epochs = 10;
  made.cost = cost;
  made.needs = std::move(needs);
  return made;
}

/// Draws a graph of up to 30 trials that share up to 8 stages of kind g, some of which need another.
inline study::StageGraph random_graph(std::mt19937& random) {
  const auto below = [&](unsigned n) { return random() % n; };
  std::vector<study::StageRequest> shared, trials;
  for (unsigned i = 0, n = below(9); i < n; ++i) {
    std::vector<study::StageRequest> needs;
    if (!shared.empty() && below(3) == 0) needs.push_back(shared[below(static_cast<unsigned>(shared.size()))]);
    shared.push_back(request("g" + std::to_string(i), 1 + below(20), needs, study::StageKind::g));
  }
  for (unsigned i = 0, n = 1 + below(30); i < n; ++i) {
    std::vector<study::StageRequest> needs;
    for (const study::StageRequest& g : shared) {
      if (below(4) == 0) needs.push_back(g);
    }
    trials.push_back(request("trial" + std::to_string(i), 1 + below(50), needs));
  }
  return study::make_graph(trials);
}

}  // namespace m2m::testing

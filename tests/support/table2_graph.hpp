#pragma once
// Table 2 of the paper as a graph of trials with relative costs. The costs are synthetic, not measured.
#include <fmt/format.h>

#include "support/random_graph.hpp"

namespace m2m::testing {

inline constexpr const char* table2_methods[] = {"ERM", "RS",    "SMOTE", "DRS",      "RW",  "CB-RW",
                                                 "DRW", "Focal", "LDAM",  "LDAM-DRW", "M2m", "M2m-LDAM"};
inline constexpr int table2_images[] = {12406, 20431, 10847, 19573};  // CIFAR-LT-10 and -100, rho = 100 and 10
inline constexpr int table2_epochs = 200;
inline constexpr int table2_deferred = 160;     // epoch at which deferred methods and M2m begin to differ from ERM
inline constexpr double table2_image_cost = 3;  // of an image and epoch: one forward pass, two gradients
inline constexpr double table2_m2m_factor = 6;  // cost of an epoch with translations over one without

/// Trials of one data set and seed. g, and the first epochs of ERM, DRS, DRW and M2m, are trained once.
inline std::vector<study::StageRequest> table2_block(int images, int seed) {
  const auto epochs = [images](double count) { return count * images * table2_image_cost; };
  const std::string data = fmt::format(" {} {}", images, seed);
  const int left = table2_epochs - table2_deferred;
  const study::StageRequest g = request("g" + data, epochs(table2_epochs), {}, study::StageKind::g);
  const study::StageRequest prefix =
      request("prefix" + data, epochs(table2_deferred), {}, study::StageKind::prefix);
  std::vector<study::StageRequest> trials;
  for (const std::string method : table2_methods) {
    const bool is_m2m = method.starts_with("M2m");
    const bool has_prefix = method == "ERM" || method == "DRS" || method == "DRW" || method == "M2m";
    std::vector<study::StageRequest> needs;
    if (is_m2m) needs.push_back(g);
    if (has_prefix) needs.push_back(prefix);
    const double own = (has_prefix ? 0 : table2_deferred) + left * (is_m2m ? table2_m2m_factor : 1);
    trials.push_back(request(method + data, epochs(own), needs));
  }
  return trials;
}

inline study::StageGraph table2(int seeds) {
  std::vector<study::StageRequest> trials;
  for (const int images : table2_images) {
    for (int seed = 0; seed < seeds; ++seed) {
      for (study::StageRequest& trial : table2_block(images, seed)) trials.push_back(std::move(trial));
    }
  }
  return study::make_graph(trials);
}

}  // namespace m2m::testing

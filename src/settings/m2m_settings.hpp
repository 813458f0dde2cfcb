#pragma once
// Settings of M2m (m2m.*): translation, and the pre-trained classifier g.
#include <optional>
#include <string>

#include "settings/words.hpp"

namespace m2m::settings {

/// The values of m2m.*.
struct M2mSettings {
  double beta = 0.999;     // base of the coin
  double lambda = 0.5;     // weight of f's logit of the seed image's class; 0: f is not evaluated
  double gamma = 0.9;      // threshold of the gamma test
  int steps = 10;          // T
  double step_size = 0.1;  // eta, L2 norm of a step in pixel space
  std::int64_t pool = 0;   // images per class of the seed pool; 0: seed images come from the batch
  bool random_start = true;
  /// Largest L2 norm of the noise. Images: per channel over all translated images of a step, by default 0.5.
  /// Features: per vector, this divided by sqrt(n) for the n translated vectors of a step, by default 0.866 (0.5
  /// per channel for images of three).
  std::optional<double> noise{};
  SeedBy seed_by{};
  GammaTest gamma_test{};
  CoinOrder order{};
  TrainLabel label{};
  AcceptedImage image{};

  std::string g_from{};  // a file; empty: the sweep trains one
  GEpoch g_epoch{};
  std::string g_method = "ERM";
  std::optional<std::string> g_network{};  // by default f's
  std::optional<Precision> g_precision{};  // by default f's
  std::optional<int> g_stop{};             // epochs; by default the whole schedule
  GData g_data{};
};
template <>
const Rows<M2mSettings>& rows<M2mSettings>();

}  // namespace m2m::settings

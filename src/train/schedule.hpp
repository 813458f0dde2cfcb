#pragma once
// The learning rate by epoch.
#include <vector>

namespace m2m::train {

struct Schedule {
  double learning_rate = 0.1;
  int warmup = 5;                          // epochs of linear warm-up
  std::vector<double> drops = {160, 180};  // epochs from which on the rate is multiplied by drop_factor once more
  double drop_factor = 0.01;
  int cosine_epochs = 0;  // of half a cosine from learning_rate to 0, instead of all that; 0: none
};

/// Learning rate of epoch e, from 0: base * (e + 1) / warmup for e < warmup, else base * drop_factor per drop
/// passed; or base * (1 + cos(pi e / cosine_epochs)) / 2. docs/protocol.md, "Training": 0.1 with 5 warm-up
/// epochs, 0.001 from 160, 0.00001 from 180.
double learning_rate(const Schedule& schedule, int epoch);

/// The first epoch after the last drop; 0 without drops.
int last_drop(const Schedule& schedule);

}  // namespace m2m::train

#pragma once
// A method is a value: when it samples how, with which loss, and what it does to a batch.
#include <functional>
#include <string>
#include <vector>

#include "core/config.hpp"
#include "data/epoch_plan.hpp"
#include "methods/batch_editing.hpp"

namespace m2m {

/// logits [n, K], targets int64 [n] -> per-sample losses [n].
using LossFn = torch::Tensor (*)(const torch::Tensor& logits, const torch::Tensor& targets);

/// When a phase begins: with training, or at train.defer_until.
enum class Begin { at_once, deferred };

/// What holds from its beginning until the next phase begins.
struct Phase {
  Begin begin = Begin::at_once;
  Sampling sampling = Sampling::permutation;
  LossFn loss = nullptr;
  bool edits_batches = false;
};

struct Method {
  std::string name;                                         // as studies and tables say it
  std::string about;                                        // one sentence
  std::string source;                                       // where it comes from
  std::vector<Phase> phases;                                // the first begins at once
  std::function<BatchEditing(const Config&)> editing = {};  // made once a trial; empty: batches stay as they are
};

bool is_deferred(const Method& method);
bool resamples(const Method& method);

/// The phase of an epoch.
const Phase& phase_at(const Method& method, int epoch, int defer_until);

}  // namespace m2m

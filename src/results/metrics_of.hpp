#pragma once
// The metrics that results name, from a confusion matrix.
#include "core/config.hpp"
#include "core/metrics.hpp"

namespace m2m {

/// {"bacc", "gm", "gm_nonzero", "accuracy"}, each in [0, 1].
inline Json metrics_of(const Confusion& confusion) {
  return {{"bacc", balanced_accuracy(confusion)},
          {"gm", geometric_mean(confusion)},
          {"gm_nonzero", geometric_mean_of_nonzero(confusion)},
          {"accuracy", accuracy(confusion)}};
}

}  // namespace m2m

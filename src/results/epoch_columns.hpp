#pragma once
// The measured numbers of an epoch by name: as HDF5 columns and as keys of a journal line.
#include <array>

#include "results/record.hpp"

namespace m2m::results {

struct EpochColumn {
  const char* name;
  double EpochRecord::*value;
};

inline constexpr std::array<EpochColumn, 15> epoch_columns = {{
    {"learning_rate", &EpochRecord::learning_rate},
    {"loss", &EpochRecord::loss},
    {"accuracy", &EpochRecord::accuracy},
    {"validation_bacc", &EpochRecord::validation_bacc},
    {"validation_gm", &EpochRecord::validation_gm},
    {"test_bacc", &EpochRecord::test_bacc},
    {"test_gm", &EpochRecord::test_gm},
    {"seconds", &EpochRecord::seconds},
    {"step_seconds", &EpochRecord::step_seconds},
    {"evaluation_seconds", &EpochRecord::evaluation_seconds},
    {"generated_loss", &EpochRecord::generated_loss},
    {"other_loss", &EpochRecord::other_loss},
    {"generated_accuracy", &EpochRecord::generated_accuracy},
    {"generated_p_target", &EpochRecord::generated_p_target},
    {"generated_p_seed", &EpochRecord::generated_p_seed},
}};

}  // namespace m2m::results

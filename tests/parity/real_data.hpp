#pragma once
// CIFAR as the golden values saw it; tests that need it are skipped where M2M_DATA names none.
#include <memory>
#include <optional>

#include "parity/subsets.hpp"
#include "train/loaded_data.hpp"

namespace m2m::parity {

/// The subset's data set, cut as the authors do; absent where its folder or archive is not in M2M_DATA.
std::shared_ptr<const train::LoadedData> real_data(const Subset& subset, Rounding rounding = Rounding::field);

/// CIFAR-LT-10 rho=100.
std::shared_ptr<const train::LoadedData> real_cifar10();

/// Images of a pool by row, in [0, 1], divided by 255 in `precision`: so are those behind the golden values.
/// [rows, 3, 32, 32]
torch::Tensor images(const train::LoadedData& data, data::Pool pool, const torch::Tensor& rows,
                     torch::Dtype precision);

/// Their labels, int64 [rows].
torch::Tensor labels_of(const train::LoadedData& data, data::Pool pool, const torch::Tensor& rows);

}  // namespace m2m::parity

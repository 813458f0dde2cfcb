#include "parity/real_data.hpp"

#include <cstdlib>
#include <filesystem>

#include "settings/resolve.hpp"
#include "settings/setting.hpp"
#include "settings/table.hpp"
#include "support/test_device.hpp"

namespace m2m::parity {
namespace {

bool is_there(const std::string& data_set) {
  const char* root = std::getenv("M2M_DATA");
  if (root == nullptr) return false;
  const std::filesystem::path folder(root);
  const bool ten = data_set == "cifar10";
  return std::filesystem::exists(folder / (ten ? "cifar-10-batches-bin" : "cifar-100-binary")) ||
         std::filesystem::exists(folder / (ten ? "cifar-10-binary.tar.gz" : "cifar-100-binary.tar.gz"));
}

}  // namespace

std::shared_ptr<const train::LoadedData> real_data(const Subset& subset, Rounding rounding) {
  if (!is_there(subset.data_set)) return nullptr;
  const Config config({{"method", "ERM"},
                       {"data.set", subset.data_set},
                       {"data.ratio", subset.ratio},
                       {"data.rounding", settings::to_text(rounding)},
                       {"seeds.subset", 1}});
  return train::load_data(settings::resolve(config), testing::test_device());
}

std::shared_ptr<const train::LoadedData> real_cifar10() { return real_data(subsets[1]); }

torch::Tensor images(const train::LoadedData& data, data::Pool pool, const torch::Tensor& rows,
                     torch::Dtype precision) {
  const torch::Tensor here = rows.cpu();
  const data::PoolRows part{pool, {here.data_ptr<std::int64_t>(), here.data_ptr<std::int64_t>() + here.numel()}};
  return train::gather_rows(data, part, 0, rows.numel(), precision);
}

torch::Tensor labels_of(const train::LoadedData& data, data::Pool pool, const torch::Tensor& rows) {
  const std::vector<std::int32_t>& all = data::pool_of(data.set, pool).labels;
  return torch::tensor(all, torch::kInt64).to(rows.device()).index_select(0, rows);
}

}  // namespace m2m::parity

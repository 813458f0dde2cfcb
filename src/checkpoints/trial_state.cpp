#include "checkpoints/trial_state.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <stdexcept>

#include "checkpoints/safetensors.hpp"
#include "core/error.hpp"
#include "core/foreign_files.hpp"
#include "core/hash.hpp"
#include "results/journal.hpp"

namespace m2m::checkpoints {

using results::GenerationCounts;
using results::Outcome;

namespace {

constexpr std::int64_t columns = 2 + results::outcome_count;

torch::Tensor on_host(const torch::Tensor& tensor, std::int64_t size) {
  if (tensor.numel() != size) throw std::out_of_range("generation counts of another size");
  return tensor.to(torch::kCPU, torch::kInt64).contiguous();
}

}  // namespace

torch::Tensor to_tensor(const GenerationCounts& counts) {
  torch::Tensor rows = torch::empty({static_cast<std::int64_t>(counts.cells.size()), columns}, torch::kInt64);
  auto* to = rows.data_ptr<std::int64_t>();
  for (const auto& [pair, slots] : counts.cells) {
    *to++ = pair.first;
    *to++ = pair.second;
    to = std::copy(slots.begin(), slots.end(), to);
  }
  return rows;
}

GenerationCounts generation_from_rows(const torch::Tensor& rows, int classes) {
  if (rows.dim() != 2 || rows.size(1) != columns) throw std::out_of_range("generation counts of another shape");
  const torch::Tensor host = on_host(rows, rows.numel());
  GenerationCounts counts(classes);
  const auto* from = host.const_data_ptr<std::int64_t>();
  for (std::int64_t row = 0; row < rows.size(0); ++row, from += columns) {
    if (from[0] < 0 || from[0] >= classes || from[1] < 0 || from[1] >= classes) {
      throw std::out_of_range("generation counts of an unknown class");
    }
    const results::ClassPair pair{static_cast<std::int32_t>(from[0]), static_cast<std::int32_t>(from[1])};
    std::copy_n(from + 2, results::outcome_count, counts.cells[pair].begin());
  }
  return counts;
}

GenerationCounts generation_from_dense(const torch::Tensor& planned, const torch::Tensor& accepted, int classes) {
  const std::int64_t pairs = std::int64_t{classes} * classes;
  const torch::Tensor all =
      on_host(planned, results::outcome_count * pairs).view({results::outcome_count, pairs}).clone();
  all[static_cast<std::int64_t>(Outcome::accepted)] = on_host(accepted, pairs).view({pairs});
  const torch::Tensor rows = all.ne(0).any(0).nonzero().squeeze(1);
  const torch::Tensor sparse = torch::cat({rows.floor_divide(classes).unsqueeze(1),
                                           rows.remainder(classes).unsqueeze(1), all.index_select(1, rows).t()},
                                          1);
  GenerationCounts counts = generation_from_rows(sparse, classes);
  derive_failed_gamma(counts);
  return counts;
}

void derive_failed_gamma(GenerationCounts& counts) {
  const auto of = [](results::OutcomeCounts& slots, Outcome outcome) -> std::int64_t& {
    return slots[static_cast<std::size_t>(outcome)];
  };
  for (auto& [pair, slots] : counts.cells) {
    of(slots, Outcome::failed_gamma) =
        of(slots, Outcome::chosen) - of(slots, Outcome::failed_coin) - of(slots, Outcome::accepted);
  }
}

namespace {

constexpr const char* facts_key = "trial state";
constexpr const char* checksum_key = "sha256";
// 1: generation counts as K x K tensors, those of earlier epochs within the facts; 2: no checksum
constexpr int format_version = 3;
constexpr int first_with_checksum = 3;

/// SHA-256 of everything that the file says: its facts, and names, types, shapes and bytes of its tensors.
std::string checksum(const TensorFile& file) {
  std::string text = file.metadata.at(facts_key);
  for (const auto& [name, tensor] : file.tensors) {
    const auto* bytes = static_cast<const std::byte*>(tensor.const_data_ptr());
    text += fmt::format("\n{} {} [{}] {}", name, safetensors_type_name(tensor.scalar_type()),
                        fmt::join(tensor.sizes(), ", "), sha256_hex(std::span(bytes, tensor.nbytes())));
  }
  return sha256_hex(text);
}

/// Throws std::out_of_range if the file is not as it was written. Files of earlier formats have no checksum.
void check_content(const TensorFile& file, int format) {
  const auto found = file.metadata.find(checksum_key);
  if (found == file.metadata.end() && format < first_with_checksum) return;
  if (found == file.metadata.end() || found->second != checksum(file))
    throw std::out_of_range("its content differs from its checksum");
}

void put_group(TensorFile& file, const std::string& group, const NetworkState& tensors) {
  for (const auto& [name, tensor] : tensors) file.tensors.emplace(group + "/" + name, tensor.cpu().contiguous());
}

NetworkState take_group(const TensorFile& file, const std::string& group) {
  NetworkState tensors;
  const std::string prefix = group + "/";
  for (auto it = file.tensors.lower_bound(prefix); it != file.tensors.end() && it->first.starts_with(prefix);
       ++it) {
    tensors.emplace(it->first.substr(prefix.size()), it->second);
  }
  return tensors;
}

torch::Tensor to_tensor(const Confusion& confusion) {
  return torch::tensor(confusion.cells, torch::kInt64).view({confusion.classes, confusion.classes});
}

Confusion to_confusion(const torch::Tensor& tensor) {
  if (tensor.scalar_type() != torch::kInt64 || tensor.dim() != 2 || tensor.size(0) != tensor.size(1)) {
    throw std::out_of_range("not a confusion matrix");
  }
  Confusion confusion(static_cast<int>(tensor.size(0)));
  const auto* cells = tensor.const_data_ptr<std::int64_t>();
  confusion.cells.assign(cells, cells + tensor.numel());
  return confusion;
}

std::vector<float> to_floats(const torch::Tensor& tensor) {
  if (tensor.scalar_type() != torch::kFloat32) throw std::out_of_range("logits of another type");
  const auto* values = tensor.const_data_ptr<float>();
  return {values, values + tensor.numel()};
}

NetworkState to_tensors(const results::Snapshot& snapshot) {
  return {{"validation", to_tensor(snapshot.validation)},
          {"test", to_tensor(snapshot.test)},
          {"validation_logits", torch::tensor(snapshot.validation_logits, torch::kFloat32)},
          {"test_logits", torch::tensor(snapshot.test_logits, torch::kFloat32)}};
}

results::Snapshot to_snapshot(const NetworkState& tensors, int epoch) {
  results::Snapshot snapshot;
  snapshot.epoch = epoch;
  snapshot.validation = to_confusion(tensors.at("validation"));
  snapshot.test = to_confusion(tensors.at("test"));
  snapshot.validation_logits = to_floats(tensors.at("validation_logits"));
  snapshot.test_logits = to_floats(tensors.at("test_logits"));
  return snapshot;
}

/// Generation counts of the epochs that translated, by epoch. As tensors, because they may exceed the size of a
/// header.
NetworkState counted_by_epoch(const std::vector<results::EpochRecord>& epochs) {
  NetworkState tensors;
  for (const results::EpochRecord& epoch : epochs) {
    if (epoch.generation.classes > 0)
      tensors.emplace(std::to_string(epoch.epoch), checkpoints::to_tensor(epoch.generation));
  }
  return tensors;
}

Json to_json(const TrialState& state) {
  Json epochs = Json::array();
  for (const results::EpochRecord& epoch : state.epochs) {
    Json& line = epochs.emplace_back(results::measures_to_json(epoch));
    if (epoch.generation.classes > 0) line["classes"] = epoch.generation.classes;
  }
  Json facts = {{"format", format_version},
                {"epoch", state.epoch},
                {"step", state.step},
                {"epochs", epochs},
                {"step_seconds", state.step_seconds}};
  if (!state.arithmetic.empty()) facts["arithmetic"] = state.arithmetic;
  if (state.best) facts["best"] = state.best->epoch;
  if (!state.levels.empty()) facts["levels"] = state.levels;
  return facts;
}

TrialState from_file(const TensorFile& file) {
  const Json facts = parse_json(file.metadata.at(facts_key));
  const int format = whole_number<int>(facts.at("format"));
  if (format < 1 || format > format_version) throw std::out_of_range("a format of another version");
  check_content(file, format);
  TrialState state;
  state.epoch = whole_number<int>(facts.at("epoch"));
  state.step = whole_number<std::int64_t>(facts.at("step"));
  if (state.epoch < 0 || state.step < 0) throw std::out_of_range("a negative number of epochs or steps");
  state.step_seconds = facts.at("step_seconds").get<std::vector<double>>();
  for (const Json& level : facts.value("levels", Json::array())) state.levels.push_back(whole_number<int>(level));
  if (facts.contains("arithmetic")) state.arithmetic = facts.at("arithmetic").get<Arithmetic>();
  const NetworkState generation = take_group(file, "generation");
  for (const Json& line : facts.at("epochs")) {
    results::EpochRecord& epoch = state.epochs.emplace_back(results::epoch_from_json(line));
    if (!line.contains("classes")) continue;
    epoch.generation =
        generation_from_rows(generation.at(std::to_string(epoch.epoch)), whole_number<int>(line.at("classes")));
  }
  state.network = take_group(file, "network");
  state.momentum = take_group(file, "momentum");
  state.counters = take_group(file, "counters");
  if (facts.contains("best")) {
    state.best = to_snapshot(take_group(file, "snapshot"), whole_number<int>(facts.at("best")));
    state.best_network = take_group(file, "best");
  }
  return state;
}

}  // namespace

void write_trial_state(const std::filesystem::path& path, const TrialState& state) {
  TensorFile file;
  put_group(file, "network", state.network);
  put_group(file, "momentum", state.momentum);
  put_group(file, "counters", state.counters);
  put_group(file, "generation", counted_by_epoch(state.epochs));
  if (state.best) {
    put_group(file, "snapshot", to_tensors(*state.best));
    put_group(file, "best", state.best_network);
  }
  file.metadata[facts_key] = to_json(state).dump();
  file.metadata[checksum_key] = checksum(file);
  write_safetensors(path, file);
}

TrialState read_trial_state(const std::filesystem::path& path) {
  const auto state_error = [&](const char* why) {
    return data_error(fmt::format("{}: not the state of a trial ({})", path.string(), why));
  };
  const TensorFile file = read_safetensors(path);
  try {
    return from_file(file);
  } catch (const Json::exception& failed) {
    throw state_error(json_fault(failed).c_str());
  } catch (const std::out_of_range& failed) {
    throw state_error(failed.what());
  }
}

}  // namespace m2m::checkpoints

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "bench/cases.hpp"

namespace m2m::bench {
namespace {

constexpr std::int64_t batch = 500;

std::shared_ptr<nn::Network> initialised(Workbench& bench, const Variant& variant) {
  const Config config = trial_config("ERM", variant, 128);
  const TrialSetup setup = bench.setup(config);
  auto network = train::build_network(setup.plan.settings, *setup.parts.data);
  nn::initialise(*network, setup.plan.keys.init);
  return network;
}

/// |a - b| / |b| of the first `count` logits.
double distance(const std::vector<float>& a, const std::vector<float>& b, std::size_t count) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < count; ++i) {
    difference += (a[i] - b[i]) * static_cast<double>(a[i] - b[i]);
    norm += b[i] * static_cast<double>(b[i]);
  }
  return std::sqrt(difference / norm);
}

train::Outputs asking(nn::FrozenNetwork& network) {
  return [&network](const torch::Tensor& pixels) { return network.outputs(pixels); };
}

train::Evaluation evaluate_first_batch(Workbench& bench, nn::Network& network) {
  data::PoolRows part = bench.data()->split.test;
  part.rows.resize(batch);
  const auto frozen = nn::freeze(network);
  frozen->refresh();
  return train::evaluate(asking(*frozen), *bench.data(), part, {batch}, *comm::alone());
}

void evaluate_test_part(benchmark::State& state, Workbench& bench, const Variant& variant) {
  const auto data = bench.data();
  const auto network = initialised(bench, variant);
  const auto frozen = nn::freeze(*network);
  frozen->refresh();
  train::Evaluation evaluation;
  for (auto _ : state)
    evaluation = train::evaluate(asking(*frozen), *data, data->split.test, {batch}, *comm::alone());
  const auto images = static_cast<std::int64_t>(data->split.test.rows.size());
  state.SetItemsProcessed(state.iterations() * images);
  count_flops(state, nn::multiply_adds(network->spec()) * static_cast<double>(images));
  const auto& cells = evaluation.confusion.cells;
  verify(state, std::accumulate(cells.begin(), cells.end(), std::int64_t{0}) == images,
         "the confusion matrix does not count every image once");
  const auto plain = initialised(bench, plain_variant);
  const train::Evaluation expected = evaluate_first_batch(bench, *plain);
  const double off = distance(evaluation.logits, expected.logits, expected.logits.size());
  state.counters["distance"] = off;
  verify(state, off <= (variant.precision == "bf16" ? 0.05 : 1e-4),
         fmt::format("logits are {:.2g} of their norm off the plain path's", off));
}

}  // namespace

void add_evaluation_cases(const std::shared_ptr<Workbench>& bench) {
  for (const Variant& variant : variants()) {
    add_case(case_name("evaluation", variant) + "/9000", 1,
             [bench, variant](benchmark::State& state) { evaluate_test_part(state, *bench, variant); });
  }
}

}  // namespace m2m::bench

// The order and the memory of fused training; its numbers are tested with the pass of a step (tests/train).
#include "nn/fused_training.hpp"

#include <c10/core/CPUAllocator.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "support/emulated_training_kernels.hpp"

namespace m2m::nn {
namespace {

constexpr int layers_of_resnet20 = 19;

std::shared_ptr<ResNet> network_of(const std::string& name) {
  const NetworkSpec spec{name, 10, 3, 32, 32, {0.5, 0.5, 0.5}, {0.2, 0.2, 0.2}, true, "plain"};
  auto network = std::dynamic_pointer_cast<ResNet>(make_network(spec));
  initialise(*network, {1, SeedRole::init});
  for (const torch::Tensor& parameter : network->parameters())
    parameter.mutable_grad() = torch::zeros_like(parameter);
  return network;
}

/// A pass forward and back.
void run(FusedTraining& training, int images) {
  torch::manual_seed(2);
  training.features(torch::rand({images, 3, 32, 32})).pow(2).sum().backward();
}

/// Notes the order of the launches, and computes nothing.
class NotedKernels : public TrainingKernels {
 public:
  struct Notes {
    std::vector<int> backward;                            // layers
    std::vector<std::vector<std::int64_t>> of_weights;    // of each launch: the layers' weights
    std::vector<std::set<std::int64_t>> ready_at_launch;  // weights of the layers that were run back before it
    int joins = 0, launches_after_join = 0;
  };

  explicit NotedKernels(Notes& notes) : notes_(notes) {}
  void pack(const kernels::PackLayer*, int, kernels::Words4*, kernels::Words4*) override {}
  void forward(const kernels::TrainingStep&, int) override {}
  void backward(const kernels::TrainingStep& step, int layer) override {
    notes_.backward.push_back(layer);
    if (layer < kernels::training_layers(step.blocks)) ready_.insert(address(step.layers[layer].dy));
    notes_.launches_after_join += notes_.joins;
  }
  void add_weight_gradients(const kernels::WeightGradientLayer* layers, int count, int) override {
    std::vector<std::int64_t> read;
    for (int i = 0; i < count; ++i) read.push_back(address(layers[i].dy));
    notes_.of_weights.push_back(read);
    notes_.ready_at_launch.push_back(ready_);
    notes_.launches_after_join += notes_.joins;
  }
  void join_weight_gradients() override { ++notes_.joins; }

 private:
  static std::int64_t address(const kernels::Words4* dy) { return reinterpret_cast<std::int64_t>(dy); }

  Notes& notes_;
  std::set<std::int64_t> ready_;
};

TEST(FusedTraining, QueuesTheGradientsOfAStagesWeightsBehindTheGradientsThatTheyRead) {
  const auto network = network_of("resnet20");
  NotedKernels::Notes notes;
  FusedTraining training(*network, std::make_unique<NotedKernels>(notes));
  run(training, 2);
  EXPECT_EQ(notes.backward.size(), layers_of_resnet20 + 1);
  ASSERT_EQ(notes.of_weights.size(), 3) << "a launch a stage";
  EXPECT_EQ(notes.of_weights[0].size(), 6);
  EXPECT_EQ(notes.of_weights[2].size(), 7) << "with the first convolution";
  std::set<std::int64_t> all;
  for (std::size_t launch = 0; launch < notes.of_weights.size(); ++launch) {
    for (const std::int64_t dy : notes.of_weights[launch]) {
      EXPECT_TRUE(notes.ready_at_launch[launch].contains(dy)) << launch;
      EXPECT_TRUE(all.insert(dy).second) << "each layer once";
    }
  }
  EXPECT_EQ(all.size(), layers_of_resnet20);
  EXPECT_LT(notes.ready_at_launch[0].size(), 7) << "the first launch waits for its own stage alone";
  EXPECT_EQ(notes.joins, 1);
  EXPECT_EQ(notes.launches_after_join, 0);
}

/// Adds gradients of weights as late as it may.
class LateKernels : public testing::EmulatedTrainingKernels {
 public:
  void add_weight_gradients(const kernels::WeightGradientLayer* layers, int count, int n) override {
    late_.emplace_back([=, this] { EmulatedTrainingKernels::add_weight_gradients(layers, count, n); });
  }
  void join_weight_gradients() override {
    for (const auto& launch : late_) launch();
    late_.clear();
  }

 private:
  std::vector<std::function<void()>> late_;
};

TEST(FusedTraining, GivesTheSameGradientsIfThoseOfWeightsRunAtOnceOrAfterAllOthers) {
  const auto at_once = network_of("resnet8"), late = network_of("resnet8");
  FusedTraining of_at_once(*at_once, std::make_unique<testing::EmulatedTrainingKernels>()),
      of_late(*late, std::make_unique<LateKernels>());
  run(of_at_once, 2);
  run(of_late, 2);
  const auto expected = at_once->named_parameters();
  for (const auto& item : late->named_parameters()) {
    if (item.key().starts_with("linear.")) continue;  // the head takes no part
    EXPECT_TRUE(torch::equal(item.value().grad(), expected[item.key()].grad())) << item.key();
    EXPECT_GT(item.value().grad().abs().max().item<double>(), 0) << item.key();
  }
}

/// Counts the bytes of host memory that tensors hold.
class CountedMemory : public c10::Allocator {
 public:
  CountedMemory() : base_(c10::GetCPUAllocator()) { c10::SetCPUAllocator(this, priority); }
  ~CountedMemory() override { c10::SetCPUAllocator(base_, priority); }
  CountedMemory(const CountedMemory&) = delete;
  CountedMemory& operator=(const CountedMemory&) = delete;

  std::int64_t bytes() const { return *bytes_; }

  c10::DataPtr allocate(std::size_t size) override {
    auto held = std::make_unique<Held>(Held{base_->allocate(size), size, bytes_});
    *bytes_ += static_cast<std::int64_t>(size);
    void* data = held->memory.get();
    return {data, held.release(), &give_back, c10::Device(c10::kCPU)};
  }
  void copy_data(void* to, const void* from, std::size_t count) const override {
    default_copy_data(to, from, count);
  }

 private:
  static constexpr std::uint8_t priority = 100;
  struct Held {
    c10::DataPtr memory;
    std::size_t size;
    std::shared_ptr<std::int64_t> count;  // memory may be given back later
  };
  static void give_back(void* of) {
    const std::unique_ptr<Held> held(static_cast<Held*>(of));
    *held->count -= static_cast<std::int64_t>(held->size);
  }

  c10::Allocator* base_;
  std::shared_ptr<std::int64_t> bytes_ = std::make_shared<std::int64_t>(0);
};

/// The bytes that fused training holds after a step.
std::int64_t held_bytes(const std::string& name, int images) {
  const auto network = network_of(name);
  NotedKernels::Notes notes;
  const torch::Tensor pixels = torch::empty({images, 3, 32, 32});
  const CountedMemory memory;
  FusedTraining training(*network, std::make_unique<NotedKernels>(notes));
  training.features(pixels);
  return memory.bytes();
}

TEST(FusedTrainingBytes, AreWhatFusedTrainingHolds) {
  for (const int images : {1, 3, 76, 128}) {
    EXPECT_EQ(fused_training_bytes(1, images), held_bytes("resnet8", images)) << images;
    EXPECT_EQ(fused_training_bytes(5, images), held_bytes("resnet32", images)) << images;
  }
  EXPECT_EQ(fused_training_bytes(9, 128), held_bytes("resnet56", 128));
  EXPECT_NEAR(static_cast<double>(fused_training_bytes(5, 128)), 360e6, 10e6) << "as docs/gpu.md says";
}

}  // namespace
}  // namespace m2m::nn

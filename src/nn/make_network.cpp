// The table of networks: from a name to its class and its multiply-adds.
#include "core/error.hpp"
#include "nn/expert_resnet.hpp"
#include "nn/fused_training.hpp"
#include "nn/network.hpp"
#include "nn/other_networks.hpp"
#include "nn/projection_resnet.hpp"
#include "nn/resnet.hpp"
#include "settings/train_settings.hpp"

namespace m2m::nn {
namespace {

template <typename Made>
std::shared_ptr<Network> make(const NetworkSpec& spec) {
  return std::make_shared<Made>(spec);
}

template <int depth>
std::shared_ptr<Network> make_resnet(const NetworkSpec& spec) {
  if (spec.experts > 1) return std::make_shared<ExpertResNet>(spec, depth);
  return std::make_shared<ResNet>(spec, depth);
}

std::shared_ptr<Network> make_resnet18(const NetworkSpec& spec) {
  return std::make_shared<ProjectionResNet>(spec, resnet18_blocks);
}

std::shared_ptr<Network> make_resnet34(const NetworkSpec& spec) {
  return std::make_shared<ProjectionResNet>(spec, resnet34_blocks);
}

double resnet18_cost(const NetworkSpec& spec) { return basic_stages_multiply_adds(spec, resnet18_blocks); }

double resnet34_cost(const NetworkSpec& spec) { return basic_stages_multiply_adds(spec, resnet34_blocks); }

template <int depth>
double resnet_cost(const NetworkSpec& spec) {
  return resnet_multiply_adds(spec, depth);
}

/// Builds a network of settings::networks() and counts its multiply-adds.
struct NetworkMaker {
  const char* name;
  std::shared_ptr<Network> (*make)(const NetworkSpec&);
  double (*multiply_adds)(const NetworkSpec&);
  int depth = 0;  // of a ResNet of three stages
};

constexpr NetworkMaker network_makers[] = {
    {"resnet32", make_resnet<32>, resnet_cost<32>, 32},
    {"resnet8", make_resnet<8>, resnet_cost<8>, 8},
    {"resnet20", make_resnet<20>, resnet_cost<20>, 20},
    {"resnet44", make_resnet<44>, resnet_cost<44>, 44},
    {"resnet56", make_resnet<56>, resnet_cost<56>, 56},
    {"resnet18", make_resnet18, resnet18_cost},
    {"resnet34", make_resnet34, resnet34_cost},
    {"preact18", make<PreactResNet>, resnet18_cost},  // its shortcuts are convolutions of the same sizes
    {"resnet50", make<BottleneckResNet>, bottleneck_multiply_adds},
    {"mlp", make<Mlp>, mlp_multiply_adds},
};

const NetworkMaker& find_maker(const std::string& name) {
  const std::string known = settings::find_network(name).name;
  for (const NetworkMaker& maker : network_makers) {
    if (maker.name == known) return maker;
  }
  throw internal_error("no network maker for train.network = '" + name + "'");
}

}  // namespace

std::shared_ptr<Network> make_network(const NetworkSpec& spec) { return find_maker(spec.name).make(spec); }

int blocks_per_stage(const std::string& network) {
  const int depth = find_maker(network).depth;
  return depth > 0 ? (depth - 2) / 6 : 0;
}

double multiply_adds(const NetworkSpec& spec) { return find_maker(spec.name).multiply_adds(spec); }

}  // namespace m2m::nn

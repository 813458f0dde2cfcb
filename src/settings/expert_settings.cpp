// The settings of experts, and checks that experts fit the network, the loss and the stages of a trial.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
#include "settings/loss_settings.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/train_settings.hpp"

namespace m2m::settings {

template <>
const Rows<ExpertSettings>& rows<ExpertSettings>() {
  static const Rows<ExpertSettings> all = {
      setting("experts.taus", &ExpertSettings::taus)
          .range(-100, 100)
          .acts_if({"recipe.experts", {to_text(Experts::logit_adjusted)}})
          .silent_at_default()
          .help("Logit-adjusted experts: the weight of the log prior in the loss of each; their number is that of "
                "the weights."),
      setting("sade.tau", &ExpertSettings::reversed_tau)
          .range(0, 100)
          .acts_if({"recipe.experts", {to_text(Experts::sade)}})
          .silent_at_default()
          .help("SADE: weight of the reversed log prior in the loss of the third expert."),
  };
  return all;
}

int count_experts(Experts kind, const ExpertSettings& settings) {
  constexpr int experts_of_sade = 3;
  if (kind == Experts::none) return 1;
  return kind == Experts::sade ? experts_of_sade : static_cast<int>(settings.taus.size());
}

namespace {

void check_expert_loss(const Recipe& recipe) {
  if (recipe.loss == Loss::cross_entropy && recipe.head == HeadKind::linear) return;
  throw usage_error(fmt::format(
      "recipe.experts = '{}': the losses of experts are cross-entropies of logits; set recipe.loss = '{}' and "
      "recipe.head = '{}', or recipe.experts = 'none'",
      to_text(recipe.experts), to_text(Loss::cross_entropy), to_text(HeadKind::linear)));
}

void check_expert_network(const Recipe& recipe, const TrainSettings& train) {
  if (!find_network(train.network).takes_width) {
    throw usage_error(fmt::format(
        "recipe.experts = '{}': train.network = '{}' has no last stage for each expert; set train.network = "
        "'resnet32' or another of {}",
        to_text(recipe.experts), train.network, fmt::join(scalable_network_names(), ", ")));
  }
  if (train.executor == Executor::fused) {
    throw usage_error(fmt::format(
        "recipe.experts = '{}': train.executor = 'fused' runs networks with one last stage; set train.executor = "
        "'auto'",
        to_text(recipe.experts)));
  }
}

void check_count(const Config& resolved, const Recipe& recipe) {
  constexpr int most = 16;
  const int count = count_experts(recipe.experts, read<ExpertSettings>(resolved));
  if (count >= 2 && count <= most) return;
  throw usage_error(
      fmt::format("experts.taus has {} values: expected one for each of 2 to {} experts; set experts.taus "
                  "= 0,1,2",
                  count, most));
}

/// A second stage and tau-normalisation change one head.
void check_base(const Recipe& recipe, const Recipe& base) {
  if (base.experts == Experts::none) return;
  if (!recipe.is_second_stage() && recipe.post_hoc != PostHoc::tau_normalisation) return;
  throw usage_error(
      fmt::format("recipe.start = '{}': it has a head for each expert, and this method needs one head; set "
                  "recipe.start = 'ERM' or "
                  "another method without experts",
                  recipe.start));
}

}  // namespace

void check_experts(const Config& resolved) {
  const auto recipe = read<Recipe>(resolved);
  if (!recipe.start.empty()) check_base(recipe, read<Recipe>(with_method(resolved, recipe.start)));
  if (recipe.experts == Experts::none) return;
  if (!recipe.start.empty()) {
    throw usage_error(
        fmt::format("recipe.experts = '{}': experts are trained from the start; set recipe.experts = 'none', or "
                    "recipe.start = ''",
                    to_text(recipe.experts)));
  }
  check_expert_loss(recipe);
  check_expert_network(recipe, read<TrainSettings>(resolved));
  check_count(resolved, recipe);
}

}  // namespace m2m::settings

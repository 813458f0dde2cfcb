// The settings a recipe consists of, and back from texts to values.
#include <algorithm>
#include <array>
#include <utility>

#include "core/error.hpp"
#include "methods/losses.hpp"
#include "methods/recipe.hpp"

namespace m2m::settings {
namespace {

template <typename Value>
struct Word {
  const char* text;
  Value value;
};

constexpr std::array head_words = {Word{"linear", HeadKind::linear}, Word{"cosine", HeadKind::cosine}};
constexpr std::array rebalance_words = {Word{"never", Rebalance::never}, Word{"at-once", Rebalance::at_once},
                                        Word{"deferred", Rebalance::deferred}};
constexpr std::array sampling_words = {Word{"plain", Sampling::permutation},
                                       Word{"class-balanced", Sampling::class_balanced},
                                       Word{"smote", Sampling::filled}};
constexpr std::array weight_words = {Word{"none", ClassWeights::none}, Word{"inverse", ClassWeights::inverse},
                                     Word{"effective", ClassWeights::effective}};
constexpr std::array translate_words = {Word{"none", false}, Word{"m2m", true}};
constexpr std::array mixing_words = {Word{"none", Mixing::none}, Word{"mixup", Mixing::mixup},
                                     Word{"remix", Mixing::remix}, Word{"cmo", Mixing::cmo}};
constexpr std::array train_words = {Word{"everything", Trainable::everything}, Word{"head", Trainable::head},
                                    Word{"scales", Trainable::scales},
                                    Word{"head-and-scales", Trainable::head_and_scales}};
constexpr std::array post_hoc_words = {Word{"none", PostHoc::none},
                                       Word{"tau-normalisation", PostHoc::tau_normalisation},
                                       Word{"logit-adjustment", PostHoc::logit_adjustment}};

template <typename Words>
std::vector<std::string> texts(const Words& words) {
  std::vector<std::string> all;
  for (const auto& word : words) all.emplace_back(word.text);
  return all;
}

template <typename Words>
auto value_of(const Words& words, const std::string& text) {
  const auto found = std::find_if(words.begin(), words.end(), [&](const auto& word) { return text == word.text; });
  if (found == words.end()) throw internal_error("a recipe says '" + text + "', which is no choice");
  return found->value;
}

Field choice(const char* name, std::vector<std::string> choices, const char* help) {
  return {.name = name, .standard = nullptr, .unit = "", .help = help, .choices = std::move(choices)};
}

}  // namespace

std::vector<Field> recipe_fields() {
  return {
      choice("recipe.loss", loss_names(), "The loss; the method's own unless given, as all of recipe.*"),
      choice("recipe.head", texts(head_words), "The last layer: logits, or cosines."),
      choice(
          "recipe.rebalance", texts(rebalance_words),
          "From when on sampling, class weights and translation hold: never, the first epoch, train.defer_until."),
      choice(
          "recipe.sampling", texts(sampling_words),
          "How a batch is drawn: each sample once an epoch; every class equally often, with replacement; or from "
          "the set that SMOTE has filled up."),
      choice("recipe.class_weights", texts(weight_words),
             "Weights of the loss by class: none, 1/N_k, or by the effective number of samples."),
      choice("recipe.translate", texts(translate_words),
             "Fill slots of rare classes with images translated from frequent ones."),
      choice("recipe.mixing", texts(mixing_words), "Mix pairs of samples, in all epochs."),
      {.name = "recipe.start",
       .standard = nullptr,
       .unit = "method",
       .help = "The method whose finished trial this one begins from, for second stages and post-hoc methods."},
      choice("recipe.train", texts(train_words),
             "What is trained: everything, a new head on frozen features, factors of its outputs, or both."),
      choice("recipe.post_hoc", texts(post_hoc_words),
             "What is done to the logits of a finished trial, without training."),
      {.name = "weights.beta",
       .type = FieldType::number,
       .standard = nullptr,
       .unit = "",
       .help = "Beta of the effective number of samples; .999 (protocol code) or .9999 (paper) unless given.",
       .least = 0,
       .most = 0.9999999,
       .acts_where = {"recipe.class_weights", {"effective"}}},
  };
}

Recipe recipe_of(const Config& resolved) {
  const auto text = [&](const char* part) { return resolved.text(std::string("recipe.") + part); };
  return {text("loss"),
          value_of(head_words, text("head")),
          value_of(rebalance_words, text("rebalance")),
          value_of(sampling_words, text("sampling")),
          value_of(weight_words, text("class_weights")),
          value_of(translate_words, text("translate")),
          value_of(mixing_words, text("mixing")),
          text("start"),
          value_of(train_words, text("train")),
          value_of(post_hoc_words, text("post_hoc"))};
}

}  // namespace m2m::settings

#include "methods/registry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
#include "methods/losses.hpp"
#include "methods/m2m.hpp"

namespace m2m {
namespace {

constexpr Phase plain{Begin::at_once, Sampling::permutation, cross_entropy, false};
constexpr Phase balanced{Begin::at_once, Sampling::class_balanced, cross_entropy, false};
constexpr Phase balanced_later{Begin::deferred, Sampling::class_balanced, cross_entropy, false};
constexpr Phase translated_later{Begin::deferred, Sampling::class_balanced, cross_entropy, true};

std::string phase_line(const Phase& phase) {
  return fmt::format("  from {}: {} sampling, cross-entropy{}\n",
                     phase.begin == Begin::at_once ? "epoch 0" : "train.defer_until",
                     phase.sampling == Sampling::permutation ? "plain" : "class-balanced",
                     phase.edits_batches ? ", slots of rare classes filled with translated images" : "");
}

}  // namespace

const std::vector<Method>& methods() {
  static const std::vector<Method> entries = {
      {"ERM", "Empirical risk minimisation: cross-entropy on the data as it is.", "Vapnik 1998", {plain}},
      {"RS",
       "Re-sampling: every class drawn equally often, from the first epoch on.",
       "Japkowicz, Stephen: The class imbalance problem, 2002",
       {balanced}},
      {"DRS",
       "Deferred re-sampling: ERM first, class-balanced batches from train.defer_until on.",
       "Cao et al.: Learning imbalanced datasets with label-distribution-aware margin loss, NeurIPS 2019",
       {plain, balanced_later}},
      {"M2m",
       "Major-to-minor translation: from train.defer_until on, class-balanced slots of rare classes are filled "
       "with images of frequent classes, translated on the fly by gradient steps against g.",
       "Kim, Jeong, Shin: M2m: Imbalanced classification via major-to-minor translation, CVPR 2020",
       {plain, translated_later},
       m2m_editing},
  };
  return entries;
}

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const Method& method : methods()) names.push_back(method.name);
  return names;
}

const Method& find_method(const std::string& name) {
  for (const Method& method : methods()) {
    if (method.name == name) return method;
  }
  throw usage_error(fmt::format("method = '{}': expected one of {}", name, fmt::join(method_names(), ", ")));
}

std::string describe_method(const std::string& name) {
  const Method& method = find_method(name);
  std::string text = fmt::format("{}: {}\n  source: {}\n", method.name, method.about, method.source);
  for (const Phase& phase : method.phases) text += phase_line(phase);
  return text;
}

std::vector<Field> method_fields() {
  std::vector<Field> fields = {
      {"method", FieldType::text, nullptr, "", "The method to train; required.", method_names()}};
  for (Field& field : m2m_fields()) fields.push_back(std::move(field));
  return fields;
}

}  // namespace m2m

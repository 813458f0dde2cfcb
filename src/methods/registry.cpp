#include "methods/registry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
#include "methods/catalogue/balanced_softmax.hpp"
#include "methods/catalogue/cb_rw.hpp"
#include "methods/catalogue/cmo.hpp"
#include "methods/catalogue/crt.hpp"
#include "methods/catalogue/drs.hpp"
#include "methods/catalogue/drw.hpp"
#include "methods/catalogue/erm.hpp"
#include "methods/catalogue/focal.hpp"
#include "methods/catalogue/ldam.hpp"
#include "methods/catalogue/ldam_drw.hpp"
#include "methods/catalogue/logit_adjusted.hpp"
#include "methods/catalogue/logit_adjustment_post_hoc.hpp"
#include "methods/catalogue/lws.hpp"
#include "methods/catalogue/m2m.hpp"
#include "methods/catalogue/m2m_clean.hpp"
#include "methods/catalogue/m2m_ldam.hpp"
#include "methods/catalogue/m2m_rand.hpp"
#include "methods/catalogue/m2m_rs.hpp"
#include "methods/catalogue/m2m_rs_rand.hpp"
#include "methods/catalogue/mislas.hpp"
#include "methods/catalogue/mixup.hpp"
#include "methods/catalogue/mixup_drw.hpp"
#include "methods/catalogue/remix.hpp"
#include "methods/catalogue/rs.hpp"
#include "methods/catalogue/rw.hpp"
#include "methods/catalogue/smote.hpp"
#include "methods/catalogue/tau_normalisation.hpp"
#include "methods/losses.hpp"
#include "methods/m2m.hpp"
#include "methods/mixing.hpp"
#include "methods/post_hoc.hpp"
#include "methods/recipe.hpp"

namespace m2m::settings {
namespace {

/// What a recipe says where neither a study nor its method does.
std::string standard_of(const std::string& name, const Config& config) {
  if (name == "recipe.loss") return "cross-entropy";
  if (name == "recipe.head") return needs_cosines(config.text("recipe.loss")) ? "cosine" : "linear";
  if (name == "recipe.rebalance") return "never";
  if (name == "recipe.sampling") return "plain";
  if (name == "recipe.train") return "everything";
  return name == "recipe.start" ? "" : "none";
}

/// Settings of stages that begin where a trial has ended.
std::vector<Field> second_stage_fields() {
  const ActsWhere second{"recipe.train", {"head", "scales", "head-and-scales"}};
  return {
      {.name = "second.epochs",
       .type = FieldType::integer,
       .standard = 10,
       .unit = "epochs",
       .help = "Length of a second stage.",
       .least = 1,
       .most = 100000,
       .acts_where = second},
      {.name = "second.lr",
       .type = FieldType::number,
       .standard = 0.1,
       .unit = "",
       .help = "Learning rate that a second stage begins with; it falls to 0 along half a cosine.",
       .least = 0,
       .acts_where = second},
      {.name = "second.head_lr_factor",
       .type = FieldType::number,
       .standard = 1.0,
       .unit = "",
       .help = "What the rate is multiplied by for the weights of the head, not for its factors.",
       .least = 0,
       .acts_where = second},
  };
}

std::string phase_line(const Config& config) {
  const Recipe recipe = recipe_of(config);
  if (recipe.rebalance == Rebalance::never) return "";
  std::string line = recipe.rebalance == Rebalance::deferred ? "  from train.defer_until:" : "  from epoch 0:";
  if (recipe.sampling != Sampling::permutation) line += " " + config.text("recipe.sampling") + " sampling";
  if (recipe.class_weights != ClassWeights::none)
    line += " class weights by " + config.text("recipe.class_weights");
  if (recipe.translates) line += ", slots of rare classes filled with translated images";
  return line + "\n";
}

bool says(const Config& config, const std::string& name, const Json& value) {
  return config.has(name) && config.json().at(name) == value;
}

/// What the method has set, and nobody else: defaults take its place.
void forget_settings_of(const Method& method, Config& config) {
  const std::vector<Field> fields = method_fields();
  for (const auto& [name, value] : method.settings.items()) {
    if (says(config, name, value)) config.set(name, find_field(fields, name)->standard);
  }
}

}  // namespace

const std::vector<Method>& methods() {
  static const std::vector<Method> entries = {
      catalogue::erm,
      catalogue::rs,
      catalogue::drs,
      catalogue::smote,
      catalogue::rw,
      catalogue::cb_rw,
      catalogue::drw,
      catalogue::focal,
      catalogue::ldam,
      catalogue::ldam_drw,
      catalogue::m2m,
      catalogue::m2m_ldam,
      catalogue::m2m_rs,
      catalogue::m2m_rand,
      catalogue::m2m_rs_rand,
      catalogue::m2m_clean,
      catalogue::logit_adjusted,
      catalogue::balanced_softmax,
      catalogue::logit_adjustment_post_hoc,
      catalogue::tau_normalisation,
      catalogue::crt,
      catalogue::lws,
      catalogue::mixup,
      catalogue::mixup_drw,
      catalogue::remix,
      catalogue::cmo,
      catalogue::mislas,
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

Config with_recipe(Config config) {
  const Method& method = find_method(config.text("method"));
  for (const auto& [name, value] : method.settings.items()) {
    if (!config.has(name)) config.set(name, value);
  }
  for (const Field& field : recipe_fields()) {
    if (field.name.starts_with("recipe.") && !config.has(field.name)) {
      config.set(field.name, standard_of(field.name, config));
    }
  }
  return config;
}

Config with_method(Config config, const std::string& name) {
  const std::vector<Field> fields = method_fields();
  if (config.has("method")) forget_settings_of(find_method(config.text("method")), config);
  config.set("method", name);
  for (const auto& [key, value] : find_method(name).settings.items()) {
    if (says(config, key, find_field(fields, key)->standard)) config.set(key, nullptr);
  }
  for (const Field& field : fields) {
    if (field.name.starts_with("recipe.")) config.set(field.name, nullptr);
  }
  return with_recipe(std::move(config));
}

std::string describe_method(const std::string& name) {
  const Method& method = find_method(name);
  const Config config = with_method({}, name);
  const Recipe recipe = recipe_of(config);
  std::string text = fmt::format("{}: {}\n  source: {}\n", method.name, method.about, method.source);
  if (!recipe.start.empty()) text += fmt::format("  begins from a finished trial of {}\n", recipe.start);
  if (recipe.trains()) {
    text +=
        fmt::format("  loss: {}: {}; head: {}\n", recipe.loss, about_loss(recipe.loss), config.text("recipe.head"));
    text += phase_line(config);
  }
  for (const auto& [key, value] : method.settings.items()) text += fmt::format("  {} = {}\n", key, value.dump());
  return text;
}

std::vector<Field> method_fields() {
  std::vector<Field> fields = {
      {"method", FieldType::text, nullptr, "", "The method to train; required.", method_names()}};
  for (auto rows :
       {recipe_fields(), loss_fields(), mixing_fields(), second_stage_fields(), post_hoc_fields(), m2m_fields()}) {
    for (Field& field : rows) fields.push_back(std::move(field));
  }
  return fields;
}

}  // namespace m2m::settings

#pragma once
// Translators: they translate the images of each training step and write the accepted ones into the batch.
#include <cstdint>
#include <map>
#include <memory>

#include "methods/batch.hpp"

namespace m2m::methods {

/// What fills the chosen slots of a batch, made for one trial.
class Translator {
 public:
  Translator() = default;
  Translator(const Translator&) = delete;
  Translator& operator=(const Translator&) = delete;
  virtual ~Translator() = default;

  /// Makes the images of `work`, which is not empty, and writes the accepted ones and their labels into `batch`.
  /// Returns which these are: bool [m]. Refreshes f if it is used. The networks are the same in each call and
  /// outlive this object. Local; draws by counter only.
  virtual torch::Tensor operator()(const EditContext& context, const TranslationWork& work, Batch& batch) = 0;
};

/// Translates with a call of both networks per step.
class StepwiseTranslator : public Translator {
 public:
  /// graphed: each step is recorded once per number of images, rounded up to a multiple of 8, and replayed.
  StepwiseTranslator(const settings::M2mSettings& settings, bool graphed)
      : settings_(settings), graphed_(graphed) {}

  torch::Tensor operator()(const EditContext& context, const TranslationWork& work, Batch& batch) override;

  /// Returns translate() of `start` with the settings of this translator, without an observer.
  torch::Tensor steps(const EditContext& context, const TranslationWork& work, const torch::Tensor& start);

  /// Returns target_probability() of the same arguments, from a recording if graphed.
  torch::Tensor probability(nn::FrozenNetwork& g, const torch::Tensor& images, const torch::Tensor& targets);

 private:
  void refresh(nn::FrozenNetwork& f);
  nn::GraphedCall& recorded_step(const EditContext& context, std::int64_t size);

  settings::M2mSettings settings_;
  bool graphed_;
  std::map<std::int64_t, std::unique_ptr<nn::GraphedCall>> recorded_steps_;  // by number of images
  std::unique_ptr<nn::RecordedOutputs> g_outputs_;
  std::unique_ptr<nn::GraphedCall> refresh_;
};

/// Writes the seed images, which only the coin tests: nothing is translated (clean-coin).
class SeedWriter : public Translator {
 public:
  torch::Tensor operator()(const EditContext& context, const TranslationWork& work, Batch& batch) override;
};

/// Makes the translator that the settings ask for. graphed: see StepwiseTranslator; fused: a FusedTranslator.
std::unique_ptr<Translator> make_translator(const settings::M2mSettings& settings, bool graphed, bool fused);

}  // namespace m2m::methods

#pragma once
// The words of the enums of settings, as in studies, results and ids.
#include "core/class_counts.hpp"
#include "settings/bind.hpp"
#include "settings/choices.hpp"

namespace m2m::settings {

template <>
struct Words<Protocol> {
  static constexpr Word<Protocol> list[] = {
      {"code", Protocol::code},
      {"paper", Protocol::paper},
  };
};
template <>
struct Words<Loss> {
  static constexpr Word<Loss> list[] = {
      {"cross-entropy", Loss::cross_entropy},
      {"focal", Loss::focal},
      {"ldam", Loss::ldam},
      {"logit-adjusted", Loss::logit_adjusted},
      {"label-aware-smoothing", Loss::label_aware_smoothing},
      {"vector-scaling", Loss::vector_scaling},
      {"gaussian-clouded", Loss::gaussian_clouded},
      {"lade", Loss::lade},
  };
};
template <>
struct Words<HeadKind> {
  static constexpr Word<HeadKind> list[] = {
      {"linear", HeadKind::linear},
      {"cosine", HeadKind::cosine},
  };
};
template <>
struct Words<Rebalance> {
  static constexpr Word<Rebalance> list[] = {
      {"never", Rebalance::never},
      {"at-once", Rebalance::at_once},
      {"deferred", Rebalance::deferred},
  };
};
template <>
struct Words<Sampling> {
  static constexpr Word<Sampling> list[] = {
      {"plain", Sampling::permutation},
      {"class-balanced", Sampling::class_balanced},
      {"smote", Sampling::smote},
  };
};
template <>
struct Words<ClassWeights> {
  static constexpr Word<ClassWeights> list[] = {
      {"none", ClassWeights::none},
      {"inverse", ClassWeights::inverse},
      {"effective", ClassWeights::effective},
      {"generalised", ClassWeights::generalised},
  };
};
template <>
struct Words<Translate> {
  static constexpr Word<Translate> list[] = {
      {"none", Translate::none},
      {"m2m", Translate::m2m},
  };
};
template <>
struct Words<NoiseImages> {
  static constexpr Word<NoiseImages> list[] = {
      {"none", NoiseImages::none},
      {"open", NoiseImages::open},
  };
};
template <>
struct Words<Mixing> {
  static constexpr Word<Mixing> list[] = {
      {"none", Mixing::none},
      {"mixup", Mixing::mixup},
      {"remix", Mixing::remix},
      {"cmo", Mixing::cmo},
      {"cutmix", Mixing::cutmix},
      {"unimix", Mixing::unimix},
      {"mamix", Mixing::mamix},
      {"balanced-mixup", Mixing::balanced_mixup},
      {"head-to-tail", Mixing::head_to_tail},
  };
};
template <>
struct Words<SmoothingForm> {
  static constexpr Word<SmoothingForm> list[] = {
      {"concave", SmoothingForm::concave},
      {"linear", SmoothingForm::linear},
      {"convex", SmoothingForm::convex},
  };
};
template <>
struct Words<Experts> {
  static constexpr Word<Experts> list[] = {
      {"none", Experts::none},
      {"sade", Experts::sade},
      {"logit-adjusted", Experts::logit_adjusted},
  };
};
template <>
struct Words<Trainable> {
  static constexpr Word<Trainable> list[] = {
      {"everything", Trainable::everything}, {"head", Trainable::head},
      {"scales", Trainable::scales},         {"head-and-scales", Trainable::head_and_scales},
      {"base-head", Trainable::base_head},   {"calibration", Trainable::calibration},
  };
};
template <>
struct Words<PostHoc> {
  static constexpr Word<PostHoc> list[] = {
      {"none", PostHoc::none},
      {"tau-normalisation", PostHoc::tau_normalisation},
      {"logit-adjustment", PostHoc::logit_adjustment},
      {"temperature", PostHoc::temperature},
  };
};
template <>
struct Words<SeedBy> {
  static constexpr Word<SeedBy> list[] = {
      {"sample", SeedBy::sample},
      {"class", SeedBy::class_first},
  };
};
template <>
struct Words<GammaTest> {
  static constexpr Word<GammaTest> list[] = {
      {"probability", GammaTest::probability},
      {"cross-entropy", GammaTest::cross_entropy},
  };
};
template <>
struct Words<CoinOrder> {
  static constexpr Word<CoinOrder> list[] = {
      {"coin-first", CoinOrder::coin_first},
      {"translate-first", CoinOrder::translate_first},
  };
};
template <>
struct Words<TrainLabel> {
  static constexpr Word<TrainLabel> list[] = {
      {"target", TrainLabel::target},
      {"random", TrainLabel::random},
  };
};
template <>
struct Words<AcceptedImage> {
  static constexpr Word<AcceptedImage> list[] = {
      {"translated", AcceptedImage::translated},
      {"clean", AcceptedImage::clean},
      {"clean-coin", AcceptedImage::clean_coin},
  };
};
template <>
struct Words<GEpoch> {
  static constexpr Word<GEpoch> list[] = {
      {"best", GEpoch::best},
      {"last", GEpoch::last},
  };
};
template <>
struct Words<GData> {
  static constexpr Word<GData> list[] = {
      {"same", GData::same},
      {"balanced", GData::balanced},
  };
};
template <>
struct Words<RateSchedule> {
  static constexpr Word<RateSchedule> list[] = {
      {"steps", RateSchedule::steps},
      {"cosine", RateSchedule::cosine},
  };
};
template <>
struct Words<Sharpness> {
  static constexpr Word<Sharpness> list[] = {
      {"none", Sharpness::none},
      {"sam", Sharpness::sam},
      {"asam", Sharpness::asam},
      {"imbsam", Sharpness::imbsam},
  };
};
template <>
struct Words<Precision> {
  static constexpr Word<Precision> list[] = {
      {"float32", Precision::float32},
      {"bf16", Precision::bf16},
      {"tf32", Precision::tf32},
      {"float64", Precision::float64},
  };
};
template <>
struct Words<Device> {
  static constexpr Word<Device> list[] = {
      {"auto", Device::automatic},
      {"cpu", Device::cpu},
      {"cuda", Device::cuda},
  };
};
template <>
struct Words<Executor> {
  static constexpr Word<Executor> list[] = {
      {"auto", Executor::automatic},
      {"eager", Executor::eager},
      {"graph", Executor::graph},
      {"fused", Executor::fused},
  };
};
template <>
struct Words<BatchNorm> {
  static constexpr Word<BatchNorm> list[] = {
      {"sync", BatchNorm::sync},
      {"local", BatchNorm::local},
  };
};
template <>
struct Words<Imbalance> {
  static constexpr Word<Imbalance> list[] = {
      {"longtail", Imbalance::longtail},
      {"step", Imbalance::step},
      {"none", Imbalance::none},
      {"own", Imbalance::own},
  };
};
template <>
struct Words<Rounding> {
  static constexpr Word<Rounding> list[] = {
      {"field", Rounding::field},
      {"truncated", Rounding::truncated},
  };
};
template <>
struct Words<Subset> {
  static constexpr Word<Subset> list[] = {
      {"head", Subset::head},
      {"random", Subset::random},
  };
};
template <>
struct Words<Validation> {
  static constexpr Word<Validation> list[] = {
      {"test-head", Validation::test_head}, {"train-holdout", Validation::train_holdout},
      {"fold", Validation::fold},           {"own", Validation::own},
      {"none", Validation::none},
  };
};
template <>
struct Words<AugmentPolicy> {
  static constexpr Word<AugmentPolicy> list[] = {
      {"plain", AugmentPolicy::plain},
      {"autoaugment", AugmentPolicy::autoaugment},
      {"randaugment", AugmentPolicy::randaugment},
      {"curriculum", AugmentPolicy::curriculum},
  };
};

}  // namespace m2m::settings

#pragma once
// The translation of one image by a thread block, or by two that run g and f at once: from the seed to the batch.
//
// Kim et al. 2020, algorithm 1; the loss of a step is (CE(g(x), target) + lambda * f(x)[seed_class]) / n.
#include "kernels/translation_ends.hpp"

namespace m2m::kernels {

/// A frozen network with its head.
template <typename Block>
struct FusedNetwork {
  FusedResNet<Block> body;
  FusedHead<Block> head;
};

/// Calls f(warp, value number, is_value, gradient of that pixel) for every value of the image, from what
/// loss_gradient left at H.
template <typename Block, typename Function>
M2M_DEVICE void for_each_gradient(Block& block, const FusedNetwork<Block>& net, Function f) {
  using Word = typename Block::Word;
  constexpr std::uint32_t plane = ResNetShapes<Block::warps>::pixels;
  for_each_item(block, 3 * static_cast<int>(plane), [&](auto& warp, Word item, auto is_item) {
    const auto normalised = warp.as_real(warp.load_shared(item * 4U + net.body.h, is_item));
    // A product of its own, so that one block and two give the same bits.
    f(warp, item, is_item, warp.product(normalised, warp.load(net.body.inverse_deviation, item / plane, is_item)));
  });
}

/// The loss of g (network 0) or f (network 1) in a step.
template <typename Block>
M2M_DEVICE OutputLoss loss_of(const TranslationTask<Block>& task, int network) {
  const TranslationBatch& batch = task.batch;
  if (network == 0) return {static_cast<int>(batch.targets[task.image]), batch.per_image, true};
  return {static_cast<int>(batch.seed_classes[task.image]), batch.lambda * batch.per_image, false};
}

/// The address of the warps' sums of squares, behind the gradient at H.
template <int warps>
M2M_HOST_DEVICE std::uint32_t sums_behind(std::uint32_t h) {
  return h + 3 * ResNetShapes<warps>::pixels * 4;
}

/// Runs x through a network: outputs at H + HeadMemory::outputs, behind a barrier. Begins with a barrier.
template <typename Block>
M2M_DEVICE void run_forward(Block& block, const FusedNetwork<Block>& net, const TranslationTask<Block>& task) {
  block.sync();
  load_pixels(block, net.body, task.x);
  forward_features<Pass::forward>(block, net.body);
  compute_outputs(block, net.body.h, net.head);
}

/// Runs the gradient of a loss back to the pixels: at H, behind a barrier.
template <typename Block>
M2M_DEVICE void run_backward(Block& block, const FusedNetwork<Block>& net, const OutputLoss& loss) {
  compute_feature_gradient(block, net.body.h, net.head, loss);
  backward_features(block, net.body);
}

/// x = clamp(x - step_size * gradient / (|gradient| + 1e-10), 0, 1), with the gradient that each lane has left in
/// task.gradient and the warps' sums of squares in shared memory. Behind a barrier.
template <typename Block>
M2M_DEVICE void step_pixels(Block& block, const TranslationTask<Block>& task, std::uint32_t sums) {
  using Word = typename Block::Word;
  using Real = typename Block::Real;
  for_each_item(block, image_values, [&](auto& warp, Word item, auto is_item) {
    Real squares = 0.0F;
    for (int i = 0; i < Block::warps; ++i)
      squares = squares + warp.as_real(warp.load_shared(Word(sums + static_cast<std::uint32_t>(4 * i)), true));
    const Real factor = Real(task.batch.step_size) / (warp.sqrt(squares) + 1e-10F);
    const Real moved = warp.read(task.x, item, is_item) - factor * warp.read(task.gradient, item, is_item);
    warp.store(task.x, item, warp.clamp(moved), is_item);
  });
}

/// Sums of squares of a gradient, a part in each lane.
template <typename Block>
using LaneSquares = typename Block::template PerWarp<typename Block::Real>;

/// Stores the sum of each warp's squares. No barrier.
template <typename Block>
M2M_DEVICE void store_squares(Block& block, LaneSquares<Block>& squares, std::uint32_t sums) {
  block.each_warp([&](auto& warp) {
    const typename Block::Word to = sums + static_cast<std::uint32_t>(4 * warp.index());
    warp.store_shared(to, warp.as_word(warp.sum(squares[warp])), warp.lane() == 0U);
  });
}

/// Adds the gradient of one network to task.gradient, and its squares to those of each lane; the first network
/// begins the sum, the last one has the sum's squares.
template <typename Block>
M2M_DEVICE void add_gradient(Block& block, const FusedNetwork<Block>& net, const TranslationTask<Block>& task,
                             bool is_first, bool is_last, LaneSquares<Block>& squares) {
  using Word = typename Block::Word;
  using Real = typename Block::Real;
  using Flag = typename Block::Flag;
  for_each_gradient(block, net, [&](auto& warp, Word item, Flag is_item, Real gradient) {
    const Real sum = is_first ? gradient : gradient + warp.read(task.gradient, item, is_item);
    warp.store(task.gradient, item, sum, is_item);
    if (is_last) squares[warp] = squares[warp] + sum * sum;
  });
}

/// Translates an image by one block, which runs g and then f. networks_of(0): g, networks_of(1): f, which is not
/// used if lambda is 0. Local to the block; deterministic.
///
/// Both networks run in one place of the code, so that the compiler makes one copy of their layers.
template <typename Block, typename Networks>
M2M_DEVICE void translate_image(Block& block, Networks networks_of, const TranslationTask<Block>& task) {
  const int networks = task.batch.lambda != 0 ? 2 : 1;
  const std::uint32_t h = networks_of(0).body.h, sums = sums_behind<Block::warps>(h);
  start_image(block, task);
  M2M_NO_UNROLL
  for (int step = 0;; ++step) {
    LaneSquares<Block> squares;
    block.each_warp([&](auto& warp) { squares[warp] = 0.0F; });
    M2M_NO_UNROLL
    for (int i = 0; i < networks; ++i) {
      const FusedNetwork<Block> net = networks_of(i);
      run_forward(block, net, task);
      if (step == task.batch.steps)
        return finish_image(block, task, h + HeadMemory<Block::warps>::outputs, net.head.classes);
      run_backward(block, net, loss_of(task, i));
      add_gradient(block, net, task, i == 0, i + 1 == networks, squares);
    }
    store_squares(block, squares, sums);
    block.sync();
    step_pixels(block, task, sums);
  }
}

/// task.gradient = the sum of this block's gradient, at H, and the other block's. Each lane's squares of the sum go
/// to `squares`. Has a barrier of both blocks; another one must come before H changes.
template <typename Block>
M2M_DEVICE void sum_gradients(Block& block, const FusedNetwork<Block>& net, const TranslationTask<Block>& task,
                              LaneSquares<Block>& squares) {
  using Word = typename Block::Word;
  using Real = typename Block::Real;
  using Flag = typename Block::Flag;
  for_each_gradient(block, net, [&](auto& warp, Word item, Flag is_item, Real gradient) {
    warp.store_shared(item * 4U + net.body.h, warp.as_word(gradient), is_item);
  });
  block.sync_pair();
  for_each_item(block, image_values, [&](auto& warp, Word item, Flag is_item) {
    const Word at = item * 4U + net.body.h;
    const Real sum = warp.as_real(warp.load_shared(at, is_item)) + warp.as_real(warp.load_peer(at, is_item));
    warp.store(task.gradient, item, sum, is_item);
    squares[warp] = squares[warp] + sum * sum;
  });
}

/// translate_image by two blocks that can read each other's shared memory: block.rank() 0 runs g and finishes the
/// image, 1 runs f. Each has an x of its own, which both change alike: to the bits of translate_image.
template <typename Block>
M2M_DEVICE void translate_in_pair(Block& block, const FusedNetwork<Block>& net,
                                  const TranslationTask<Block>& task) {
  const std::uint32_t h = net.body.h, sums = sums_behind<Block::warps>(h);
  const int rank = block.rank();
  start_image(block, task);
  M2M_NO_UNROLL
  for (int step = 0;; ++step) {
    const bool is_end = step == task.batch.steps;
    if (is_end && rank == 1) return;
    run_forward(block, net, task);
    if (is_end) return finish_image(block, task, h + HeadMemory<Block::warps>::outputs, net.head.classes);
    run_backward(block, net, loss_of(task, rank));
    LaneSquares<Block> squares;
    block.each_warp([&](auto& warp) { squares[warp] = 0.0F; });
    sum_gradients(block, net, task, squares);
    store_squares(block, squares, sums);
    block.sync_pair();
    step_pixels(block, task, sums);
  }
}

}  // namespace m2m::kernels

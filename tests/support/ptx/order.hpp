#pragma once
// Which uses of memory are ordered, and by what.
//
// A thread is ordered by itself, threads of a warp by bar.warp.sync, those of a block by its barriers, blocks of a
// cluster by those of the cluster, launches by their sequence. Nothing orders blocks of two clusters in a launch.
// Instructions in which the lanes of a warp meet (shfl.sync, ldmatrix, stmatrix, mma) order no memory: they keep a
// load in front of a later store by another lane, but do not show a store to a later load.
#include <cstdint>
#include <vector>

namespace m2m::testing::ptx {

/// When something happens: in which launch, cluster and block, behind how many barriers of each kind.
struct Moment {
  std::uint32_t launch = 0, cluster = 0, block = 0, barriers = 0, cluster_barriers = 0;
};

/// A thread at a moment, in one word, because each byte of memory holds some.
class Actor {
 public:
  static constexpr std::uint32_t most_warp_intervals = (1U << 20) - 1;

  Actor() = default;
  /// moment: its number in Timeline. warp_interval: how often the warp has synchronised since the block's last
  /// barrier. has_arrived: at the next cluster barrier, for which it has not waited yet.
  Actor(std::uint32_t moment, std::uint32_t warp_interval, bool has_arrived, std::uint32_t warp, std::uint32_t lane)
      : word_(std::uint64_t{moment} << 32 | warp_interval << 12 | (has_arrived ? arrived_bit : 0) | warp << 5 |
              lane) {}

  std::uint32_t moment() const { return static_cast<std::uint32_t>(word_ >> 32); }
  std::uint32_t warp_interval() const { return static_cast<std::uint32_t>(word_) >> 12; }
  bool has_arrived() const { return (word_ & arrived_bit) != 0; }
  std::uint32_t warp() const { return word_ >> 5 & 63U; }
  std::uint32_t thread() const { return word_ & 2047U; }

  void set_arrived() { word_ |= arrived_bit; }
  bool operator==(const Actor&) const = default;
  /// True if the two differ in nothing but the lane.
  bool is_beside(const Actor& other) const { return (word_ ^ other.word_) < 32; }

 private:
  static constexpr std::uint64_t arrived_bit = 1U << 11;

  std::uint64_t word_ = 0;
};

/// A thread that uses memory: as one of those that load, whose warp has synchronised whenever its lanes met, and as
/// one of those that store, for which only bar.warp.sync counts.
struct User {
  Actor as_loading, as_storing;
};

/// Threads that one synchronisation can order; each holds those before it.
enum class Scope : std::uint8_t { none, thread, warp, block, cluster, launch };

/// The moments so far, by number; 0 is the time before any launch.
class Timeline {
 public:
  std::uint32_t add(const Moment& moment);
  const Moment& operator[](std::uint32_t number) const { return moments_[number]; }

  /// The widest scope whose threads are all ordered, at the time of `before`, in front of `now`.
  Scope order(const Actor& before, const Actor& now) const;

  /// The smallest scope that holds both.
  Scope scope_of_both(const Actor& a, const Actor& b) const;

 private:
  std::vector<Moment> moments_{1};
};

/// The last uses of one kind of a byte, of which none is ordered behind another.
struct Uses {
  Actor last;
  Scope scope = Scope::none;  // that holds all of them

  bool are_none() const { return scope == Scope::none; }
  bool are_before(const Timeline& timeline, const Actor& now) const {
    return scope == Scope::none || timeline.order(last, now) >= scope;
  }
  /// True if the actor is one of them, or if it makes no difference because another thread of its warp is, too.
  bool hold(const Actor& actor) const {
    return last.is_beside(actor) && scope > (last == actor ? Scope::none : Scope::thread);
  }
  /// Adds a use, which takes the place of all others if it is ordered behind them.
  void add(const Timeline& timeline, const Actor& actor) {
    if (are_before(timeline, actor)) {
      replace(actor);
    } else {
      join(timeline, actor);
    }
  }
  void replace(const Actor& actor) {
    last = actor;
    scope = Scope::thread;
  }
  bool operator==(const Uses&) const = default;

 private:
  void join(const Timeline& timeline, const Actor& actor);
};

}  // namespace m2m::testing::ptx

// The search for a place in the order of tokens: all blocks of a row hold a slice each and come to the same decisions.
#pragma once
#include "model.cuh"
#include "sampling.cuh"

constexpr int THREADS = 256;
constexpr int LOGITS_STRIDE = logits_stride(VOCABULARY);
constexpr int SEEN_WORDS = (VOCABULARY + 31) / 32;
constexpr u32 NONE = 0xffffffffu;
constexpr int LISTED = 1024;                               // tokens that are ranked against one another
constexpr int TOP_K = 0, TOP_P = 1, DRAW = 2, SEARCHES = 3;
constexpr int DIGITS = 8;                                  // of 8 bits, from the top of a place's 64

// What the searches of one row share through global memory. Zero but best, invalid and pick, which are NONE; each step leaves it so.
struct Search {
  u32 listed, digits;           // tokens listed; digits that had to be looked at
  u64 list[LISTED];
  u32 counts[DIGITS][256];
  u64 weights[DIGITS][256];
};
struct Workspace {
  u32 best, invalid, pick;      // lowest descending(logit); lowest id of an invalid logit; lowest id of the highest logit
  u32 arrived, generation, finished;
  u64 kept_by_count, kept;      // weight that top-k leaves; that all cuts leave
  u32 counts[BINS];
  u64 weights[BINS];
  Search searches[SEARCHES];
};

// The block's tokens: ids first to first + count - 1.
struct Slice {
  const f32* logits; int first, count; f32 highest, scale;
  __device__ __forceinline__ f32 exponent(f32 x) const { return (x - highest) * scale; }
  __device__ __forceinline__ u64 weight(u64 order) const { return weight_of(exponent(logit_of(order))); }
};

struct Shared {
  u32 counts[BINS]; SharedSums<BINS> weights;
  u64 list[LISTED], list_weights[LISTED];
  u64 warp_sums[THREADS / 32];
  u64 before_count, before_weight, order;
  SharedSums<1> sum;
  Settings settings;
  u32 entry, number, ticket;
};

// Where a search has come to: places that begin with prefix (its length in bits), and what lies before them in the order.
struct Found { u64 order, before_count, before_weight; int bin, bits; u32 number; };

DEVICE int bin_of(f32 t) { return (int)(t * -BINS_PER_UNIT); }

DEVICE u32 warp_min(u32 v) {
#pragma unroll
  for (int offset = 16; offset > 0; offset >>= 1) v = min(v, __shfl_xor_sync(FULL, v, offset));
  return v;
}

// The blocks of a row wait for one another. The counter wraps to zero and the generation only grows: nothing to reset.
DEVICE void meet(Workspace* w) {
  __syncthreads();
  if (threadIdx.x == 0) {
    const u32 generation = load_acquire(&w->generation);
    if (take_ticket(&w->arrived, gridDim.x - 1) == gridDim.x - 1) store_release(&w->generation, generation + 1);
    else while (load_acquire(&w->generation) == generation) sleep_briefly();
  }
  __syncthreads();
}

DEVICE bool last_of_row(Workspace* w, Shared& shared) {
  __syncthreads();
  if (threadIdx.x == 0) shared.ticket = take_ticket(&w->finished, gridDim.x - 1);
  __syncthreads();
  return shared.ticket == gridDim.x - 1;
}

DEVICE void load_sums(const Workspace* w, Shared& shared) {
  for (int i = threadIdx.x; i < BINS; i += THREADS) {
    shared.counts[i] = w->counts[i];
    shared.weights.set(i, w->weights[i]);
  }
  __syncthreads();
}

// Sum over the threads before this one, and over all.
DEVICE u64 scan(u64 value, u64& total, Shared& shared) {
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  u64 inclusive = value;
#pragma unroll
  for (int offset = 1; offset < 32; offset <<= 1) {
    const u32 low = __shfl_up_sync(FULL, (u32)inclusive, offset), high = __shfl_up_sync(FULL, (u32)(inclusive >> 32), offset);
    if (lane >= offset) inclusive += (u64)high << 32 | low;
  }
  if (lane == 31) shared.warp_sums[warp] = inclusive;
  __syncthreads();
  u64 before = inclusive - value;
  total = 0;
  for (int i = 0; i < THREADS / 32; ++i) { const u64 sum = shared.warp_sums[i]; if (i < warp) before += sum; total += sum; }
  __syncthreads();
  return before;
}

// The entry of [counts, weights] with which the running sum of counts (or weights) passes the target; what lies before it is added
// to found. All threads take part and get the same answer.
template <bool COUNT, int ENTRIES, class Count, class Weight>
DEVICE int passing(Found& found, u64 target, Shared& shared, Count count, Weight weight) {
  constexpr int EACH = ceil_div(ENTRIES, THREADS) | 1;         // odd: threads begin in different banks
  u64 counts = 0, weights = 0, total;
  const int begin = threadIdx.x * EACH;
  for (int i = begin; i < begin + EACH && i < ENTRIES; ++i) { counts += count(i); weights += weight(i); }
  u64 c = found.before_count + scan(counts, total, shared), v = found.before_weight + scan(weights, total, shared);
  if (COUNT ? c <= target && target < c + counts : v <= target && target < v + weights) {
    int i = begin;
    for (; COUNT ? c + count(i) <= target : v + weight(i) <= target; ++i) { c += count(i); v += weight(i); }
    shared.entry = i; shared.number = (u32)count(i); shared.before_count = c; shared.before_weight = v;
  }
  __syncthreads();
  found.before_count = shared.before_count; found.before_weight = shared.before_weight; found.number = shared.number;
  const int entry = shared.entry;
  __syncthreads();
  return entry;
}

DEVICE bool matches(const Found& found, f32 t, u64 order) {
  return bin_of(t) == found.bin && (found.bits == 0 || order >> (64 - found.bits) == found.order);
}

// Finds the few tokens among which the search's answer is, and lists the block's share of them. Waits for the other blocks only
// where a bin has more tokens than can be listed.
template <bool COUNT> DEVICE Found narrow_down(const Slice& slice, Workspace* w, Shared& shared, u64 target, int which) {
  Search* search = w->searches + which;
  Found found = {};
  found.bin = passing<COUNT, BINS>(found, target, shared, [&](int i) { return (u64)shared.counts[i]; },
      [&](int i) { return shared.weights.total(i); });
#pragma unroll 1
  for (int digit = 0; digit < DIGITS && found.number > LISTED; ++digit) {
    for (int i = threadIdx.x; i < slice.count; i += THREADS) {
      const f32 t = slice.exponent(slice.logits[i]);
      const u64 order = order_of(slice.logits[i], slice.first + i), weight = weight_of(t);
      if (weight == 0 || !matches(found, t, order)) continue;
      const int value = (int)(order >> (56 - found.bits) & 255);
      add_relaxed(&search->counts[digit][value], 1);
      add_relaxed(&search->weights[digit][value], weight);
    }
    meet(w);
    const int value = passing<COUNT, 256>(found, target, shared, [&](int i) { return (u64)search->counts[digit][i]; },
        [&](int i) { return search->weights[digit][i]; });
    found.order = found.order << 8 | value;
    found.bits += 8;
    if (blockIdx.x == 0 && threadIdx.x == 0) search->digits = digit + 1;
  }
  for (int i = threadIdx.x; i < slice.count; i += THREADS) {
    const f32 t = slice.exponent(slice.logits[i]);
    const u64 order = order_of(slice.logits[i], slice.first + i);
    if (weight_of(t) != 0 && matches(found, t, order)) search->list[fetch_add_relaxed(&search->listed, 1)] = order;
  }
  return found;
}

// The first token of the list with which the running sum passes the target; once all blocks have listed theirs.
template <bool COUNT> DEVICE Found resolve(const Slice& slice, Workspace* w, Shared& shared, u64 target, Found found, int which) {
  const u64* list = w->searches[which].list;
  for (int i = threadIdx.x; i < found.number; i += THREADS) {
    shared.list[i] = list[i];
    shared.list_weights[i] = slice.weight(shared.list[i]);   // once: each is added for all that come after it
  }
  __syncthreads();
  for (int i = threadIdx.x; i < found.number; i += THREADS) {
    const u64 order = shared.list[i], own = shared.list_weights[i];
    u64 count = found.before_count, weight = found.before_weight;
#pragma unroll 4
    for (int j = 0; j < found.number; ++j) {
      const bool before = shared.list[j] < order;
      count += before;
      weight += before ? shared.list_weights[j] : 0;
    }
    if (COUNT ? count == target : weight <= target && target < weight + own) {
      shared.order = order; shared.before_count = count; shared.before_weight = weight;
    }
  }
  __syncthreads();
  found.order = shared.order; found.before_count = shared.before_count; found.before_weight = shared.before_weight;
  __syncthreads();
  return found;
}

template <bool COUNT> DEVICE Found find(const Slice& slice, Workspace* w, Shared& shared, u64 target, int which) {
  const Found found = narrow_down<COUNT>(slice, w, shared, target, which);
  meet(w);
  return resolve<COUNT>(slice, w, shared, target, found, which);
}

// Weight of the tokens up to a place that weigh at least so much, over all blocks; each use has a sum of its own.
DEVICE u64 weight_through(const Slice& slice, Workspace* w, Shared& shared, u64* sum, u64 last, u64 least) {
  if (threadIdx.x == 0) shared.sum.set(0, 0);
  __syncthreads();
  for (int i = threadIdx.x; i < slice.count; i += THREADS) {
    const u64 weight = weight_of(slice.exponent(slice.logits[i]));
    if (weight >= least && order_of(slice.logits[i], slice.first + i) <= last) shared.sum.add(0, weight);
  }
  __syncthreads();
  if (threadIdx.x == 0) add_relaxed(sum, shared.sum.total(0));
  meet(w);
  return *sum;
}

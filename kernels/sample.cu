// Chooses the next token of each sequence and starts its next step: repetition penalty, temperature, top-k, top-p, min-p, the draw,
// then the embedding of what was drawn. The token is exactly the one that the CPU's Sampler draws from the same logits.
//
// Grid (blocks, rows), 256 threads, launched cooperatively because the blocks of a row wait for one another; each keeps a slice of
// the penalized logits in shared memory (4 x slice bytes, dynamic) and reads the logits once.
//   1. the highest logit of the row
//   2. the number and the weight of tokens by bins of 1/32 in the exponent; greedy: the lowest id that has the highest logit
//   3. each cut, then the draw: its bin from the row's sums; within a bin of too many tokens, its place digit by digit; the last few
//      hundred tokens are listed and ranked. There is no number of candidates that would be too many.
// Whatever changes from step to step is read from device memory, so that one captured graph serves every step.
// logits [rows][VOCABULARY padded to 64]. seen: bit i of a row says that token i occurs in its prompt or continuation.
#include "device.cuh"
#include "model.cuh"
#include "sampling.cuh"
#include "sample_search.cuh"

constexpr int INACTIVE = -1, INVALID_LOGIT = -2, NO_CANDIDATE = -3;  // in place of a token

// A logit after the repetition penalty; the result says whether it was invalid: its id, or NONE.
DEVICE u32 penalized(const f32* logits, const u32* seen, f32 penalty, int token, f32& x) {
  x = logits[token];
  const u32 invalid = x < __uint_as_float(0x7f800000u) ? NONE : (u32)token;  // NaN or plus infinity
  if (penalty != 1.f && (seen[token / 32] >> (token % 32) & 1u)) x = fminf(x > 0.f ? x / penalty : x * penalty, 3.402823466e38f);
  return invalid;
}

// Adds the block's tokens to the row's bins.
DEVICE void count_and_weigh(const Slice& slice, Workspace* w, Shared& shared) {
  for (int i = threadIdx.x; i < BINS; i += THREADS) { shared.counts[i] = 0; shared.weights.set(i, 0); }
  __syncthreads();
  for (int i = threadIdx.x; i < slice.count; i += THREADS) {
    const f32 t = slice.exponent(slice.logits[i]);
    const u64 weight = weight_of(t);
    if (weight == 0) continue;
    fetch_add_shared(&shared.counts[bin_of(t)], 1);
    shared.weights.add(bin_of(t), weight);
  }
  __syncthreads();
  for (int i = threadIdx.x; i < BINS; i += THREADS)
    if (shared.counts[i]) { add_relaxed(&w->counts[i], shared.counts[i]); add_relaxed(&w->weights[i], shared.weights.total(i)); }
}

// Top-k, top-p, min-p. What they leave is a run from the start of the order: its weight is all that the draw has to know.
DEVICE u64 cut(const Slice& slice, const Settings& s, Workspace* w, Shared& shared) {
  u64 total, candidates, own = 0, count = 0, last = ~0ull;
  for (int i = threadIdx.x; i < BINS; i += THREADS) { own += shared.weights.total(i); count += shared.counts[i]; }
  scan(own, total, shared);
  scan(count, candidates, shared);
  if (s.top_k > 0 && s.top_k < candidates) {
    last = find<true>(slice, w, shared, s.top_k - 1, TOP_K).order | 0xffffffffu;  // what equals the K-th stays
    total = weight_through(slice, w, shared, &w->kept_by_count, last, 0);
  }
  const bool top_p = s.share < 1ull << 32;
  if (top_p) {
    // total x share has 32 binary places; its floor and its ceiling decide exactly.
    const u64 low = total * s.share, floor = multiply_high(total, s.share) << 32 | low >> 32, ceiling = floor + ((u32)low != 0);
    const u64 target = s.openai_top_p ? floor : ceiling > 1 ? ceiling - 1 : 0;
    const u64 crossing = find<false>(slice, w, shared, target, TOP_P).order;
    last = s.openai_top_p && floor >= WEIGHT_ONE ? crossing - 1 : crossing;
  }
  return top_p || s.least > 0 ? weight_through(slice, w, shared, &w->kept, last, s.least) : total;
}

// Leaves the workspace as the next step expects it; the row's last block.
DEVICE void clear(Workspace* w, bool searched) {
  if (threadIdx.x == 0) { w->best = w->invalid = w->pick = NONE; w->kept_by_count = w->kept = 0; }
  if (!searched) return;
  for (int i = threadIdx.x; i < BINS; i += THREADS) { w->counts[i] = 0; w->weights[i] = 0; }
  for (int which = 0; which < SEARCHES; ++which) {
    Search* search = w->searches + which;
    const int digits = search->digits;
    for (int i = threadIdx.x; i < digits * 256; i += THREADS) { (&search->counts[0][0])[i] = 0; (&search->weights[0][0])[i] = 0; }
    __syncthreads();
    if (threadIdx.x == 0) search->listed = search->digits = 0;
  }
}

extern "C" __global__ void __launch_bounds__(THREADS) KERNEL(sample)(
    const f32* __restrict__ logits, const Settings* __restrict__ settings, u32* __restrict__ seen, Workspace* workspace,
    int* __restrict__ token_of, int* __restrict__ position_of, int* __restrict__ slot_of, int* __restrict__ sampled,
    const weight* __restrict__ wte, const f32* __restrict__ wte_scales, const f32* __restrict__ wpe, f32* __restrict__ residual) {
  extern __shared__ f32 penalized_logits[];
  __shared__ Shared shared;
  const int index = blockIdx.y, thread = threadIdx.x;
  const int length = ceil_div(VOCABULARY, gridDim.x), first = blockIdx.x * length;
  Workspace* w = workspace + index;
  const Settings& s = shared.settings;                     // there after the first meeting; the penalty is needed before
  const f32 penalty = settings[index].penalty;
  if (thread < sizeof(Settings) / 4)
    reinterpret_cast<u32*>(&shared.settings)[thread] = reinterpret_cast<const u32*>(settings + index)[thread];
  u32* seen_row = seen + (i64)index * SEEN_WORDS;
  if (slot_of[index] < 0) {                                // a row of the bucket without a sequence: so for all of its blocks
    if (blockIdx.x > 0) return;
    if (thread == 0) sampled[index] = INACTIVE;
    for (int i = thread; i < WIDTH; i += THREADS) residual[(i64)index * WIDTH + i] = 0.f;
    return;
  }
  Slice slice = {penalized_logits, first, max(0, min(length, VOCABULARY - first)), 0.f, 0.f};

  u32 best = NONE, invalid = NONE;
#pragma unroll 4
  for (int i = thread; i < slice.count; i += THREADS) {
    f32 x;
    invalid = min(invalid, penalized(logits + (i64)index * LOGITS_STRIDE, seen_row, penalty, first + i, x));
    penalized_logits[i] = x;
    best = min(best, descending(x));
  }
  best = warp_min(best); invalid = warp_min(invalid);
  if (thread % 32 == 0) { min_relaxed(&w->best, best); if (invalid != NONE) min_relaxed(&w->invalid, invalid); }
  meet(w);

  slice.scale = s.scale;
  slice.highest = logit_of((u64)load_relaxed(&w->best) << 32);
  const u32 at_fault = load_relaxed(&w->invalid);
  const bool usable = at_fault == NONE && slice.highest > __uint_as_float(0xff800000u);
  u64 target = 0;
  Found found = {};
  if (usable && s.greedy) {
    u32 pick = NONE;
    for (int i = thread; i < slice.count; i += THREADS)
      if (slice.logits[i] == slice.highest) pick = min(pick, (u32)(first + i));
    pick = warp_min(pick);
    if (thread % 32 == 0 && pick != NONE) min_relaxed(&w->pick, pick);
  } else if (usable) {
    count_and_weigh(slice, w, shared);
    meet(w);
    load_sums(w, shared);
    const u64 total = cut(slice, s, w, shared);
    target = multiply_high(draw_bits(s.seed, s.sequence, position_of[index] + 1), total);
    found = narrow_down<false>(slice, w, shared, target, DRAW);
  }
  if (!last_of_row(w, shared)) return;

  const int position = position_of[index] + 1;             // of the token that is chosen here
  const int token = at_fault != NONE ? INVALID_LOGIT : !usable ? NO_CANDIDATE
      : s.greedy ? (int)load_relaxed(&w->pick) : (int)(u32)resolve<false>(slice, w, shared, target, found, DRAW).order;
  const bool ends = token < 0 || token == s.end_of_text || position >= s.last_position;
  __syncthreads();                                         // all threads have read what is changed from here on
  clear(w, usable && !s.greedy);
  if (thread == 0) {
    sampled[index] = token;
    if (token >= 0) { token_of[index] = token; seen_row[token / 32] |= 1u << (token % 32); }
    else if (token == INVALID_LOGIT) token_of[index] = (int)at_fault;
    position_of[index] = position;
    if (ends) slot_of[index] = INACTIVE;
  }
  for (int i = thread; i < WIDTH; i += THREADS)
    residual[(i64)index * WIDTH + i] = ends ? 0.f : embedding(wte, wte_scales, token, i) + wpe[(i64)position * WIDTH + i];
}

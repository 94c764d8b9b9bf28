// Attention of one to eight new tokens over their sequences' caches, split over the keys so that long sequences fill the GPU.
//
//   out[row] = softmax(scale q[row] K^T) V      per head; keys 0 .. position[row] of slot[row]
//
// Grid (HEADS, splits, rows), 128 threads; splits = ceil(context / SPLIT_KEYS) is fixed, so that a captured graph serves every
// length: a split beyond the sequence has nothing to read but still takes its ticket. The block that takes a head's last ticket
// merges the partial results, in order of split. The ticket wraps to zero, so no launch has to reset it.
// A key is read by LANES neighbouring lanes, 16 bytes each; a warp reads BATCH x 32 / LANES keys and as many values at once.
// q, out: f32 [rows][WIDTH]. partial: f32 [rows][HEADS][splits][HEAD_SIZE + 2]. tickets: u32 [rows][HEADS], zero before the first launch.
#include "device.cuh"
#include "model.cuh"

constexpr int E = PER_16_BYTES<cached>;
constexpr int READS = ceil_div(HEAD_SIZE, E);               // 16-byte reads of one key
FOLDED int power_of_two(int n) { int p = 1; while (p < n) p *= 2; return p; }
constexpr int LANES = READS >= 32 ? 32 : power_of_two(READS);
constexpr int CHUNKS = ceil_div(READS, LANES);              // reads of one key by one lane; 2 for f32 heads above 128
constexpr int STEP = 32 / LANES;                            // keys a warp reads with one instruction
constexpr int BATCH = 4 / CHUNKS;                           // steps in flight
constexpr int STEPS = STEP >= 16 ? BATCH : 16 / STEP < BATCH ? BATCH : 16 / STEP;
constexpr int WARPS = 4;
constexpr int SPLIT_KEYS = WARPS * STEPS * STEP;            // 64 for bf16 heads of 64
constexpr int RECORD = HEAD_SIZE + 2;                       // partial result: weighted values, maximum, sum of weights
constexpr f32 LOWEST = -3.0e38f;                            // below any score, and finite: differences of it are no NaN

// A softmax under way over some keys: maximum score (base 2), sum of weights, and weighted values of this lane's elements.
struct Running {
  f32 maximum, sum, values[CHUNKS * E];
  __device__ __forceinline__ void rescale(f32 to) {
    const f32 factor = exp2_fast(maximum - to);
    maximum = to;
    sum *= factor;
#pragma unroll
    for (int i = 0; i < CHUNKS * E; ++i) values[i] *= factor;
  }
};

DEVICE void read_keys(uint4 (&raw)[BATCH][CHUNKS], const cached* base, int first, int count, int lane) {
#pragma unroll
  for (int b = 0; b < BATCH; ++b)
#pragma unroll
    for (int c = 0; c < CHUNKS; ++c) {
      const int key = first + b * STEP + lane / LANES, read = c * LANES + lane % LANES;
      raw[b][c] = key < count && read < READS ? load_16(base + (i64)key * padded<cached>(HEAD_SIZE) + read * E) : uint4{0, 0, 0, 0};
    }
}

// BATCH x STEP keys from first on. Elements of a head's padding in the cache are never written by anyone but as zero.
DEVICE void attend(Running& run, const f32 (&q)[CHUNKS * E], const cached* keys, const cached* values, int first, int count, int lane) {
  uint4 k[BATCH][CHUNKS], v[BATCH][CHUNKS];
  read_keys(k, keys, first, count, lane);
  read_keys(v, values, first, count, lane);
  f32 score[BATCH], highest = run.maximum;
#pragma unroll
  for (int b = 0; b < BATCH; ++b) {
    f32 s = 0.f;
#pragma unroll
    for (int c = 0; c < CHUNKS; ++c) {
      f32 x[E];
      unpack(k[b][c], x, cached{});
#pragma unroll
      for (int i = 0; i < E; ++i) s = fmadd(x[i], q[c * E + i], s);
    }
#pragma unroll
    for (int offset = LANES / 2; offset > 0; offset >>= 1) s += __shfl_xor_sync(FULL, s, offset);
    score[b] = first + b * STEP + lane / LANES < count ? s : LOWEST;
    highest = fmaxf(highest, score[b]);
  }
  run.rescale(highest);
#pragma unroll
  for (int b = 0; b < BATCH; ++b) {
    const f32 p = score[b] > LOWEST ? exp2_fast(score[b] - highest) : 0.f;
    run.sum += p;
#pragma unroll
    for (int c = 0; c < CHUNKS; ++c) {
      f32 x[E];
      unpack(v[b][c], x, cached{});
#pragma unroll
      for (int i = 0; i < E; ++i) run.values[c * E + i] = fmadd(p, x[i], run.values[c * E + i]);
    }
  }
}

extern "C" __global__ void __launch_bounds__(WARPS * 32) KERNEL(attention_decode)(
    const f32* __restrict__ q, const cached* __restrict__ cache, const int* __restrict__ slot_of, const int* __restrict__ position_of,
    f32* __restrict__ partial, u32* __restrict__ tickets, f32* __restrict__ out, f32 scale, int layer, int slots, int context) {
  __shared__ f32 shared_values[WARPS][HEAD_SIZE];
  __shared__ f32 shared_maximum[WARPS], shared_sum[WARPS];
  __shared__ u32 shared_ticket;
  const int head = blockIdx.x, split = blockIdx.y, row = blockIdx.z, splits = gridDim.y;
  const int thread = threadIdx.x, lane = thread % 32, warp = thread / 32;
  const int slot = slot_of[row], count = slot < 0 ? 0 : position_of[row] + 1;
  const int first = split * SPLIT_KEYS, end = min(count, first + SPLIT_KEYS);
  f32* record = partial + (((i64)row * HEADS + head) * splits + split) * RECORD;

  if (first < count) {
    const cached* keys = cache + cache_offset(layer, slots, slot, 0, head, context, 0);
    const cached* values = cache + cache_offset(layer, slots, slot, 1, head, context, 0);
    f32 query[CHUNKS * E];
    const f32* head_q = q + (i64)row * WIDTH + head * HEAD_SIZE;
#pragma unroll
    for (int i = 0; i < CHUNKS * E; ++i) {
      const int element = (i / E * LANES + lane % LANES) * E + i % E;
      if constexpr (HEAD_SIZE % 4 == 0) {                    // 16 bytes at once
        if (i % 4 == 0) {
          f32 x[4] = {};
          if (element < HEAD_SIZE) unpack(load_16(head_q + element), x, f32{});
#pragma unroll
          for (int j = 0; j < 4; ++j) query[i + j] = x[j] * (scale * LOG2E);
        }
      } else query[i] = element < HEAD_SIZE ? head_q[element] * (scale * LOG2E) : 0.f;
    }
    Running run = {LOWEST, 0.f, {}};
#pragma unroll 1
    for (int step = 0; step < STEPS; step += BATCH)
      attend(run, query, keys, values, first + (warp * STEPS + step) * STEP, end, lane);
#pragma unroll
    for (int offset = LANES; offset < 32; offset <<= 1) {    // the warp's groups of lanes saw different keys
      run.rescale(fmaxf(run.maximum, __shfl_xor_sync(FULL, run.maximum, offset)));
      run.sum += __shfl_xor_sync(FULL, run.sum, offset);
#pragma unroll
      for (int i = 0; i < CHUNKS * E; ++i) run.values[i] += __shfl_xor_sync(FULL, run.values[i], offset);
    }
    if (lane < LANES) {
#pragma unroll
      for (int i = 0; i < CHUNKS * E; ++i) {
        const int element = (i / E * LANES + lane) * E + i % E;
        if (element < HEAD_SIZE) shared_values[warp][element] = run.values[i];
      }
      if (lane == 0) { shared_maximum[warp] = run.maximum; shared_sum[warp] = run.sum; }
    }
    __syncthreads();
    f32 highest = shared_maximum[0];
#pragma unroll
    for (int w = 1; w < WARPS; ++w) highest = fmaxf(highest, shared_maximum[w]);
    for (int element = thread; element < RECORD; element += WARPS * 32) {
      f32 total = element == HEAD_SIZE ? highest : 0.f;
      if (element != HEAD_SIZE)
#pragma unroll
        for (int w = 0; w < WARPS; ++w)
          total = fmadd(exp2_fast(shared_maximum[w] - highest), element < HEAD_SIZE ? shared_values[w][element] : shared_sum[w], total);
      record[element] = total;
    }
  }

  __syncthreads();
  if (thread == 0) shared_ticket = take_ticket(tickets + (i64)row * HEADS + head, splits - 1);
  __syncthreads();
  if (shared_ticket != splits - 1) return;

  const int used = ceil_div(count, SPLIT_KEYS);
  const f32* records = partial + ((i64)row * HEADS + head) * splits * RECORD;
  f32 highest = LOWEST;
  for (int s = 0; s < used; ++s) highest = fmaxf(highest, records[s * RECORD + HEAD_SIZE]);
  for (int element = thread; element < HEAD_SIZE; element += WARPS * 32) {
    f32 total = 0.f, sum = 0.f;
    for (int s = 0; s < used; ++s) {
      const f32 factor = exp2_fast(records[s * RECORD + HEAD_SIZE] - highest);
      total = fmadd(factor, records[s * RECORD + element], total);
      sum = fmadd(factor, records[s * RECORD + HEAD_SIZE + 1], sum);
    }
    out[(i64)row * WIDTH + head * HEAD_SIZE + element] = used > 0 ? total * reciprocal(sum) : 0.f;
  }
}

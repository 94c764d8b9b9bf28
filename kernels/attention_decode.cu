// Attention of one to eight new tokens over their sequences' caches, split over the keys so that all SMs have some to read.
//
//   out[row] = softmax(scale q[row] K^T) V      per head; keys 0 .. position[row] of slot[row]
//
// Grid (HEADS, splits, rows), 32 to 32 MAX_WARPS threads. A warp takes AT_ONCE keys, `batches` times, all of them asked for before one
// is used; a split is the keys of a block's warps, and its size is fixed with the launch, so that a captured graph serves every length.
// A split beyond the sequence has nothing to do. Of the others, the block that takes a head's last ticket merges the partial results, in
// order of split. The ticket wraps to zero, so no launch has to reset it. A sequence of one split needs neither.
// A key is read by LANES neighbouring lanes, 16 bytes each; a warp reads BATCH x 32 / LANES keys and as many values at once.
// q: f32 [rows][WIDTH]. out: [rows][WIDTH] in the cache's type. partial: f32 [rows][HEADS], each [splits][HEAD_SIZE] weighted values,
// then [splits] maximum and sum of weights. tickets: u32 [rows][HEADS], zero before the first launch. Neither is __restrict__: other
// blocks write them meanwhile, and a compiler may keep loads of memory that is a pointer's alone ahead of a ticket.
#include "device.cuh"
#include "model.cuh"

constexpr int E = PER_16_BYTES<cached>;
constexpr int READS = ceil_div(HEAD_SIZE, E);               // 16-byte reads of one key
FOLDED int power_of_two(int n) { int p = 1; while (p < n) p *= 2; return p; }
constexpr int LANES = READS >= 32 ? 32 : power_of_two(READS);
constexpr int CHUNKS = ceil_div(READS, LANES);              // reads of one key by one lane; 2 for f32 heads above 128
constexpr int STEP = 32 / LANES;                            // keys a warp reads with one instruction
constexpr int BATCH = 4 / CHUNKS;                           // steps in flight
constexpr int AT_ONCE = BATCH * STEP;                       // 16 for bf16 heads of 64
constexpr int MAX_WARPS = 8;
constexpr int OWN = CHUNKS * E;                             // elements of a head that a lane has
constexpr f32 LOWEST = -3.0e38f;                            // below any score, and finite: differences of it are no NaN

// Of each chunk a lane has the E elements from (chunk * LANES + lane) E on. In shared memory the lanes' first four elements stand side by
// side, so that they are written without bank conflicts, then the next four, so placed that 32 neighbouring elements are read without any.
constexpr int PLANE = LANES * 4 + (E == 8 ? (48 - LANES * 4 % 32) % 32 : 0);
DEVICE int place_of(int lane, int i) { return i / 4 * PLANE + lane * 4 + i % 4; }
DEVICE int place_of_element(int element) { return place_of(element / E % LANES, element / E / LANES * E + element % E); }

// A softmax under way over some keys: maximum score (base 2), sum of weights, and weighted values of this lane's elements.
struct Running {
  f32 maximum, sum, values[OWN];
  __device__ __forceinline__ void rescale(f32 to) {
    const f32 factor = exp2_fast(maximum - to);
    maximum = to;
    sum *= factor;
#pragma unroll
    for (int i = 0; i < OWN; ++i) values[i] *= factor;
  }
};

DEVICE void read_keys(uint4 (&raw)[BATCH][CHUNKS], const cached* base, int first, int count, int lane) {
#pragma unroll
  for (int b = 0; b < BATCH; ++b)
#pragma unroll
    for (int c = 0; c < CHUNKS; ++c) {
      const int key = first + b * STEP + lane / LANES, read = c * LANES + lane % LANES;
      raw[b][c] = load_16(base + (i64)key * padded<cached>(HEAD_SIZE) + read * E, key < count && read < READS);
    }
}

// The scores of keys that were read, and their values into the sums. A head's padding in the cache is never written but as zero.
DEVICE void attend(
    Running& run, const f32 (&q)[OWN], const uint4 (&k)[BATCH][CHUNKS], const uint4 (&v)[BATCH][CHUNKS], int first, int count, int lane) {
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

// Two neighbouring floats, in one access where heads are of even size: then every pair lies at an even place.
DEVICE void load_pair(const f32* p, f32& a, f32& b) {
  if constexpr (HEAD_SIZE % 2 == 0) {
    const uint2 v = load_8(p);
    a = __uint_as_float(v.x); b = __uint_as_float(v.y);
  } else { a = p[0]; b = p[1]; }
}
DEVICE void store_pair(f32* p, f32 a, f32 b) {
  if constexpr (HEAD_SIZE % 2 == 0) store_8(p, uint2{__float_as_uint(a), __float_as_uint(b)});
  else { p[0] = a; p[1] = b; }
}

extern "C" __global__ void __launch_bounds__(MAX_WARPS * 32) KERNEL(attention_decode)(
    const f32* __restrict__ q, const cached* __restrict__ cache, const int* __restrict__ slot_of, const int* __restrict__ position_of,
    f32* partial, u32* tickets, cached* __restrict__ out, f32 scale, int layer, int slots, int context, int batches) {
  __shared__ __align__(16) f32 shared_values[MAX_WARPS][OWN / 4 * PLANE];
  __shared__ __align__(16) f32 shared_query[OWN / 4 * PLANE];  // in base 2, in the same places; zero past the head
  __shared__ f32 shared_maximum[MAX_WARPS], shared_sum[MAX_WARPS];
  __shared__ u32 shared_ticket;
  __shared__ int shared_slot, shared_count;
  const int head = blockIdx.x, split = blockIdx.y, row = blockIdx.z, splits = gridDim.y;
  const int thread = threadIdx.x, lane = thread % 32, warp = thread / 32, warps = blockDim.x / 32;
  if (thread == 0) {                                         // once a block: it is all that an empty split reads
    const int slot = slot_of[row], position = position_of[row];
    shared_slot = slot;
    shared_count = slot < 0 ? 0 : position + 1;
  }
  __syncthreads();
  const int slot = shared_slot, count = shared_count;
  const int split_keys = warps * batches * AT_ONCE, used = ceil_div(count, split_keys);
  const int first = split * split_keys, end = min(count, first + split_keys);
  cached* to = out + (i64)row * WIDTH + head * HEAD_SIZE;
  if (first >= count) {
    if (count == 0 && split == 0)                            // a row of the bucket without a sequence
      for (int element = thread; element < HEAD_SIZE; element += blockDim.x) narrow(0.f, to[element]);
    return;
  }

  const cached* keys = cache + cache_offset(layer, slots, slot, 0, head, context, 0);
  const cached* values = cache + cache_offset(layer, slots, slot, 1, head, context, 0);
  Running run = {LOWEST, 0.f, {}};
  f32 query[OWN];
#pragma unroll 1
  for (int batch = 0; batch < batches; ++batch) {
    const int from = first + (warp * batches + batch) * AT_ONCE;
    uint4 k[BATCH][CHUNKS], v[BATCH][CHUNKS];
    read_keys(k, keys, from, end, lane);
    read_keys(v, values, from, end, lane);
    if (batch == 0) {
      for (int element = thread; element < LANES * OWN; element += blockDim.x)
        shared_query[place_of_element(element)] =
            element < HEAD_SIZE ? q[(i64)row * WIDTH + head * HEAD_SIZE + element] * (scale * LOG2E) : 0.f;
      __syncthreads();
#pragma unroll
      for (int i = 0; i < OWN; i += 4) {
        const float4 x = *reinterpret_cast<const float4*>(&shared_query[place_of(lane % LANES, i)]);
        query[i] = x.x; query[i + 1] = x.y; query[i + 2] = x.z; query[i + 3] = x.w;
      }
    }
    attend(run, query, k, v, from, end, lane);
  }
#pragma unroll
  for (int offset = LANES; offset < 32; offset <<= 1) {      // the warp's groups of lanes saw different keys
    run.rescale(fmaxf(run.maximum, __shfl_xor_sync(FULL, run.maximum, offset)));
    run.sum += __shfl_xor_sync(FULL, run.sum, offset);
#pragma unroll
    for (int i = 0; i < OWN; ++i) run.values[i] += __shfl_xor_sync(FULL, run.values[i], offset);
  }
  if (lane < LANES) {
#pragma unroll
    for (int i = 0; i < OWN; i += 4)
      *reinterpret_cast<float4*>(&shared_values[warp][place_of(lane, i)]) =
          float4{run.values[i], run.values[i + 1], run.values[i + 2], run.values[i + 3]};
    if (lane == 0) { shared_maximum[warp] = run.maximum; shared_sum[warp] = run.sum; }
  }
  __syncthreads();
  f32 highest = LOWEST, sum = 0.f;
  for (int w = 0; w < warps; ++w) highest = fmaxf(highest, shared_maximum[w]);
  for (int w = 0; w < warps; ++w) sum = fmadd(exp2_fast(shared_maximum[w] - highest), shared_sum[w], sum);
  const i64 head_index = (i64)row * HEADS + head;
  f32* records = partial + head_index * splits * (HEAD_SIZE + 2);
  f32* sums = records + splits * HEAD_SIZE;
  for (int element = thread; element < HEAD_SIZE; element += blockDim.x) {
    f32 total = 0.f;
    for (int w = 0; w < warps; ++w)
      total = fmadd(exp2_fast(shared_maximum[w] - highest), shared_values[w][place_of_element(element)], total);
    if (used == 1) narrow(total * reciprocal(sum), to[element]);
    else records[split * HEAD_SIZE + element] = total;
  }
  if (used == 1) return;
  if (thread == 0) store_pair(sums + 2 * split, highest, sum);

  __syncthreads();
  if (thread == 0) shared_ticket = take_ticket(tickets + head_index, used - 1);
  __syncthreads();
  if (shared_ticket != used - 1) return;

  if (warp * 32 >= HEAD_SIZE) return;
  f32 first_maximum = LOWEST, first_sum = 0.f;               // of the first 32 splits, which are nearly always all
  if (lane < used) load_pair(sums + 2 * lane, first_maximum, first_sum);
  highest = first_maximum;
  for (int s = lane + 32; s < used; s += 32) highest = fmaxf(highest, sums[2 * s]);
  highest = warp_max(highest);
#pragma unroll 1
  for (int element0 = warp * 32; element0 < HEAD_SIZE; element0 += warps * 32) {
    const int element = min(element0 + lane, HEAD_SIZE - 1);
    f32 total = 0.f;
    sum = 0.f;
#pragma unroll 1
    for (int s = 0; s < used; s += 32) {                     // a lane has the factor of one split of 32
      f32 maximum = first_maximum, own = first_sum;
      if (s > 0 && s + lane < used) load_pair(sums + 2 * (s + lane), maximum, own);
      const f32 factor = s + lane < used ? exp2_fast(maximum - highest) : 0.f;
      sum = fmadd(factor, own, sum);
#pragma unroll 1
      for (int part = s; part < min(used, s + 32); part += 8) {
        f32 x[8];                                            // on their way together
#pragma unroll
        for (int j = 0; j < 8; ++j) x[j] = part + j < used ? records[(part + j) * HEAD_SIZE + element] : 0.f;
#pragma unroll
        for (int j = 0; j < 8; ++j) total = fmadd(__shfl_sync(FULL, factor, part - s + j), x[j], total);
      }
    }
    sum = warp_sum(sum);
    if (element0 + lane < HEAD_SIZE) narrow(total * reciprocal(sum), to[element]);
  }
}

// Matrix times one to eight vectors, with what comes before and after it in the same launch.
//
//   y[row][n] = epilogue(sum over k of W[n][k] * prologue(x[row])[k])      W [N][K], rows padded to 16 bytes, int8 with a scale a row
//
// qkv       LayerNorm *, bias; queries to q, keys and values into each row's cache slot   K = WIDTH,  N = 3 WIDTH
// project   bias, added to the residual stream                                           K = WIDTH,  N = WIDTH
// expand    LayerNorm *, bias, GELU                                                      K = WIDTH,  N = INNER
// contract  bias, added to the residual stream                                           K = INNER,  N = WIDTH
// logits    LayerNorm of wanted rows                                                     K = WIDTH,  N = vocabulary
//
// * without its shift, whose product with the matrix is in the bias (fold_shift.cu). What all SMs read besides their weights counts: where
// weights are bytes, an x is as long as four rows of them. For the same reason expand's result and the x of project and contract are in
// the cache's type, as they are between products of many rows.
//
// Grid: ceil(N / per_block) blocks, one an SM where N allows it (per_block = ceil(N / SMs)), so that all SMs stream the
// same number of bytes. A warp takes R weight rows and, of them, every KSPLIT-th segment of 32 16-byte reads; it issues up to U
// segments of its first rows before x is even in shared memory. Partial sums meet in shared memory and are added in order of
// split, so a row's result does not depend on how many rows or blocks there are.
// Threads: 256 to 32 * MAX_WARPS; of the warps a multiple of KSPLIT multiplies. Dynamic shared memory: ROWS rows of x (ROW floats
// each) and the sums (per_block x KSPLIT floats a row, at least the NORM_WARPS that LayerNorm's own sums take).
#include "device.cuh"
#include "model.cuh"

constexpr int R = ROWS <= 2 ? 2 : 4;                       // weight rows a warp works on at once: x is read once for all of them
constexpr int U = ROWS <= 2 ? 3 : 2;                       // segments in flight: R * U * 512 bytes a warp
constexpr int MAX_WARPS = ROWS <= 2 ? 16 : 8;              // by registers
constexpr int NORM_WARPS = 8;                              // LayerNorm adds in this order, whatever the block's size
constexpr int E = PER_16_BYTES<weight>;

template <int K> struct Shape {
  static constexpr int STRIDE = padded<weight>(K);         // elements from row to row
  static constexpr int GROUPS = STRIDE / E;                // 16-byte reads a row
  static constexpr int SEGMENTS = ceil_div(GROUPS, 32);
  static constexpr int KSPLIT = SEGMENTS <= 3 ? 1 : SEGMENTS <= 6 ? 2 : SEGMENTS <= 12 ? 4 : 8;
  static constexpr int SHARED_K = SEGMENTS * 32 * E;       // elements of one x row in shared memory, padded to whole segments
  // Neighbouring elements in different planes are stored at once: planes begin in different banks.
  static constexpr int PLANES = E / 4, PLANE = SHARED_K / PLANES + (PLANES > 1 ? 32 / PLANES : 0);
  static constexpr int ROW = PLANES * PLANE;               // floats from one x row to the next
};

// x in shared memory: [row][PLANES][SEGMENTS * 32] float4 and the gap, so that 32 lanes read 512 contiguous bytes.
template <int K> DEVICE int x_index(int row, int k) {
  return row * Shape<K>::ROW + (k % E / 4) * Shape<K>::PLANE + k / E * 4 + k % 4;
}

template <int K> DEVICE void stage(f32* xs, const cached* x) {
  constexpr int N = K % PER_16_BYTES<cached> == 0 ? PER_16_BYTES<cached> : 1;  // elements at once, so that every row is aligned
#pragma unroll
  for (int row = 0; row < ROWS; ++row)
    for (int k = threadIdx.x * N; k < Shape<K>::SHARED_K; k += blockDim.x * N) {
      if constexpr (N == 1) xs[x_index<K>(row, k)] = k < K ? to_f32(x[(i64)row * K + k]) : 0.f;
      else {
        f32 v[N];
        unpack(load_16(x + (i64)row * K + k, k < K), v, cached{});
#pragma unroll
        for (int i = 0; i < N; i += 4)
          *reinterpret_cast<float4*>(xs + x_index<K>(row, k + i)) = float4{v[i], v[i + 1], v[i + 2], v[i + 3]};
      }
    }
}

// Sums one value a row over NORM_WARPS warps; all threads get the totals.
DEVICE void block_sum(f32 (&v)[ROWS], f32* scratch, int thread) {
#pragma unroll
  for (int row = 0; row < ROWS; ++row) {
    f32 s = warp_sum(v[row]);
    if (thread % 32 == 0 && thread < NORM_WARPS * 32) scratch[row * NORM_WARPS + thread / 32] = s;
  }
  __syncthreads();
#pragma unroll
  for (int row = 0; row < ROWS; ++row) {
    v[row] = 0.f;
    for (int i = 0; i < NORM_WARPS; ++i) v[row] += scratch[row * NORM_WARPS + i];
  }
  __syncthreads();
}

// Two-pass LayerNorm into shared memory. Each thread visits only elements that it staged itself until the last barrier.
template <int K, bool SHIFTED>
DEVICE void stage_normalized(f32* xs, f32* scratch, const f32* x, const f32* gain, const f32* shift, f32 epsilon) {
  const int thread = threadIdx.x;
  constexpr int LANES = NORM_WARPS * 32;
  f32 mean[ROWS] = {}, variance[ROWS] = {};
  if (thread < LANES) {
#pragma unroll
    for (int row = 0; row < ROWS; ++row)
      for (int k = thread; k < Shape<K>::SHARED_K; k += LANES) {
        f32 v = k < K ? x[(i64)row * K + k] : 0.f;
        xs[x_index<K>(row, k)] = v;
        mean[row] += v;
      }
  }
  block_sum(mean, scratch, thread);
#pragma unroll
  for (int row = 0; row < ROWS; ++row) mean[row] *= 1.f / K;
  if (thread < LANES) {
#pragma unroll
    for (int row = 0; row < ROWS; ++row)
      for (int k = thread; k < K; k += LANES) {
        f32 d = xs[x_index<K>(row, k)] - mean[row];
        variance[row] = fmadd(d, d, variance[row]);
      }
  }
  block_sum(variance, scratch, thread);
  if (thread < LANES) {
    for (int k = thread; k < K; k += LANES) {
      const f32 g = gain[k], b = SHIFTED ? shift[k] : 0.f;
#pragma unroll
      for (int row = 0; row < ROWS; ++row) {
        f32 scale = rsqrt_fast(fmadd(variance[row], 1.f / K, epsilon));
        xs[x_index<K>(row, k)] = fmadd((xs[x_index<K>(row, k)] - mean[row]) * scale, g, b);
      }
    }
  }
}

// One warp's weights in flight: R rows by U segments.
template <int K> struct Tile {
  uint4 raw[U][R];
  // Rows past the block's last and groups past a row's end read as zero, which the padding of x makes harmless.
  __device__ __forceinline__ void load(const weight* w, int first, int end, int segment) {
    const int lane = threadIdx.x % 32;
#pragma unroll
    for (int u = 0; u < U; ++u)
#pragma unroll
      for (int r = 0; r < R; ++r) {
        const int group = (segment + u * Shape<K>::KSPLIT) * 32 + lane;
        const bool there = first + r < end && group < Shape<K>::GROUPS;
        raw[u][r] = load_weights(w + (i64)(first + r) * Shape<K>::STRIDE + group * E, there);
      }
  }
};

// Sums of the block's rows, left in sums[KSPLIT][ROWS][per_block] once the block has passed a barrier.
template <int K>
DEVICE void accumulate(Tile<K>& tile, const weight* w, const f32* xs, f32* sums, int row0, int end, int per_block) {
  constexpr int KSPLIT = Shape<K>::KSPLIT, SEGMENTS = Shape<K>::SEGMENTS;
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, split = warp % KSPLIT, teams = blockDim.x / 32 / KSPLIT;
  f32 acc[R][ROWS] = {};
  int first = row0 + warp / KSPLIT * R, segment = split;
  if (warp / KSPLIT >= teams) return;
  while (first < end) {
    const Tile<K> now = tile;
    const int at = first, done = segment;
    segment += U * KSPLIT;
    const bool finished = segment >= SEGMENTS;
    if (finished) { segment = split; first += teams * R; }
    tile.load(w, first, end, segment);                     // the next one travels while this one is used
#pragma unroll
    for (int u = 0; u < U; ++u) {
      if (done + u * KSPLIT >= SEGMENTS) break;
      f32 v[R][E];
#pragma unroll
      for (int r = 0; r < R; ++r) unpack(now.raw[u][r], v[r], weight{});
#pragma unroll
      for (int row = 0; row < ROWS; ++row)
#pragma unroll
        for (int plane = 0; plane < E / 4; ++plane) {
          const int k = ((done + u * KSPLIT) * 32 + lane) * E + plane * 4;
          const float4 x = *reinterpret_cast<const float4*>(xs + x_index<K>(row, k));
#pragma unroll
          for (int r = 0; r < R; ++r) {
            acc[r][row] = fmadd(v[r][plane * 4], x.x, acc[r][row]);
            acc[r][row] = fmadd(v[r][plane * 4 + 1], x.y, acc[r][row]);
            acc[r][row] = fmadd(v[r][plane * 4 + 2], x.z, acc[r][row]);
            acc[r][row] = fmadd(v[r][plane * 4 + 3], x.w, acc[r][row]);
          }
        }
    }
    if (!finished) continue;
#pragma unroll
    for (int r = 0; r < R; ++r)
#pragma unroll
      for (int row = 0; row < ROWS; ++row) {
        const f32 s = warp_sum(acc[r][row]);
        if (lane == 0 && at + r < end) sums[(split * ROWS + row) * per_block + at + r - row0] = s;
        acc[r][row] = 0.f;
      }
  }
}

// The whole product: prologue, sums, and finish(row, n, value) for each of the block's outputs, neighbours n on neighbouring lanes.
template <int K, class Stage, class Finish>
DEVICE void matvec(const weight* __restrict__ w, const f32* __restrict__ scales, int n, int per_block, Stage stage_x, Finish finish) {
  extern __shared__ __align__(16) f32 shared[];
  constexpr int KSPLIT = Shape<K>::KSPLIT;
  f32* xs = shared;
  f32* sums = shared + ROWS * Shape<K>::ROW;
  const int row0 = blockIdx.x * per_block, end = min(n, row0 + per_block), warp = threadIdx.x / 32;
  Tile<K> tile;
  tile.load(w, row0 + warp / KSPLIT * R, end, warp % KSPLIT);
  stage_x(xs, sums);
  __syncthreads();
  accumulate<K>(tile, w, xs, sums, row0, end, per_block);
  __syncthreads();
  const int count = end - row0;
  for (int i = threadIdx.x; i < ROWS * count; i += blockDim.x) {
    const int row = i / count, j = i % count;
    f32 y = 0.f;
    for (int split = 0; split < KSPLIT; ++split) y += sums[(split * ROWS + row) * per_block + j];
    if constexpr (WEIGHT == WEIGHT_INT8) y *= scales[row0 + j];
    finish(row, row0 + j, y);
  }
}

extern "C" __global__ void __launch_bounds__(32 * MAX_WARPS) KERNEL(qkv)(
    const weight* __restrict__ w, const f32* __restrict__ scales, const f32* __restrict__ b, const f32* __restrict__ gain, f32 epsilon,
    const f32* __restrict__ residual, f32* __restrict__ q, cached* __restrict__ cache,
    const int* __restrict__ slot_of, const int* __restrict__ position_of, int layer, int slots, int context, int per_block) {
  matvec<WIDTH>(w, scales, 3 * WIDTH, per_block,
    [&](f32* xs, f32* scratch) { stage_normalized<WIDTH, false>(xs, scratch, residual, gain, nullptr, epsilon); },
    [&](int row, int n, f32 y) {
      y += b[n];
      if (n < WIDTH) { q[(i64)row * WIDTH + n] = y; return; }
      const int kv = n / WIDTH - 1, channel = n % WIDTH, slot = slot_of[row];
      if (slot < 0) return;                                // a row of the bucket without a sequence
      narrow(y, cache[cache_offset(layer, slots, slot, kv, channel / HEAD_SIZE, context, position_of[row]) + channel % HEAD_SIZE]);
    });
}

extern "C" __global__ void __launch_bounds__(32 * MAX_WARPS) KERNEL(project)(
    const weight* __restrict__ w, const f32* __restrict__ scales, const f32* __restrict__ b, const cached* __restrict__ x,
    f32* __restrict__ residual, int per_block) {
  matvec<WIDTH>(w, scales, WIDTH, per_block, [&](f32* xs, f32*) { stage<WIDTH>(xs, x); },
    [&](int row, int n, f32 y) { residual[(i64)row * WIDTH + n] += y + b[n]; });
}

extern "C" __global__ void __launch_bounds__(32 * MAX_WARPS) KERNEL(expand)(
    const weight* __restrict__ w, const f32* __restrict__ scales, const f32* __restrict__ b, const f32* __restrict__ gain, f32 epsilon,
    const f32* __restrict__ residual, cached* __restrict__ hidden, int per_block) {
  matvec<WIDTH>(w, scales, INNER, per_block,
    [&](f32* xs, f32* scratch) { stage_normalized<WIDTH, false>(xs, scratch, residual, gain, nullptr, epsilon); },
    [&](int row, int n, f32 y) { narrow(gelu(y + b[n]), hidden[(i64)row * INNER + n]); });
}

extern "C" __global__ void __launch_bounds__(32 * MAX_WARPS) KERNEL(contract)(
    const weight* __restrict__ w, const f32* __restrict__ scales, const f32* __restrict__ b, const cached* __restrict__ hidden,
    f32* __restrict__ residual, int per_block) {
  matvec<INNER>(w, scales, WIDTH, per_block, [&](f32* xs, f32*) { stage<INNER>(xs, hidden); },
    [&](int row, int n, f32 y) { residual[(i64)row * WIDTH + n] += y + b[n]; });
}

// Rows of the residual stream whose logits are wanted stand together.
extern "C" __global__ void __launch_bounds__(32 * MAX_WARPS) KERNEL(logits)(
    const weight* __restrict__ w, const f32* __restrict__ scales, const f32* __restrict__ gain, const f32* __restrict__ shift,
    f32 epsilon, const f32* __restrict__ residual, f32* __restrict__ out, int vocabulary, int per_block) {
  matvec<WIDTH>(w, scales, vocabulary, per_block,
    [&](f32* xs, f32* scratch) { stage_normalized<WIDTH, true>(xs, scratch, residual, gain, shift, epsilon); },
    [&](int row, int n, f32 y) { out[(i64)row * logits_stride(vocabulary) + n] = y; });
}

// Causal attention of many new tokens over their sequences' f32 caches, exact to f32: no tensor cores.
//
// The host cuts the batch into tiles of up to QUERIES tokens of one sequence. A block takes a tile and a head, a warp a quarter of its
// rows; keys and values pass through shared memory KEYS at a time and serve all of the tile, each on its way while the other is worked
// on. A lane holds TQ queries by TK keys of scores, then TQ queries by COLUMNS 4-element columns of the result; between them the
// probabilities go through shared memory, within the warp. The softmax is carried from piece to piece.
// Grid (tiles, HEADS), 128 threads; up to 45 KiB shared. Of a warp's 4 x 8 lanes eight read one query at once (a broadcast), and keys
// whose rows are an odd number of 16 bytes apart.
// q, out: f32 [T][WIDTH].
#ifndef WEIGHT
#define WEIGHT 0  // WEIGHT_F32
#endif
#include "device.cuh"
#include "model.cuh"
#include "tensor.cuh"
#if WEIGHT != WEIGHT_F32
#error "for f32 caches; attention_prefill.cu is for those of 16 bits"
#endif

struct QueryTile { int first_token, count, slot, first_position; };

constexpr int DEPTH = padded<f32>(HEAD_SIZE), READS = DEPTH / 4;
constexpr int STRIDE = (READS | 1) * 4;
constexpr int QUERIES = DEPTH <= 64 ? 64 : DEPTH <= 128 ? 32 : 16, KEYS = QUERIES / 2;
constexpr int WARPS = 4, OF_WARP = QUERIES / WARPS;
constexpr int TQ = OF_WARP / 4, TK = KEYS / 8, COLUMNS = ceil_div(DEPTH, 32);
constexpr int WEIGHTS = KEYS == 8 ? 8 : KEYS + 8;           // floats of a row of probabilities: four rows begin in different banks
constexpr f32 LOWEST = -3.0e38f;                            // below any score, and finite: differences of it are no NaN
static_assert(((2 * KEYS + QUERIES) * STRIDE + QUERIES * WEIGHTS) * 4 <= 48 << 10, "more shared memory than a block has without opting in");

// KEYS rows of a head's keys or values; rows past the last key are zero.
DEVICE void fetch(f32 (*to)[STRIDE], const f32* head, int first, int count) {
  for (int i = threadIdx.x; i < KEYS * READS; i += WARPS * 32) {
    const int key = i / READS, read = i % READS;
    const bool there = first + key < count;
    copy_16(&to[key][read * 4], there ? head + (i64)(first + key) * DEPTH + read * 4 : head, there);
  }
}

DEVICE float4 four(const f32* p) { return *reinterpret_cast<const float4*>(p); }

extern "C" __global__ void __launch_bounds__(WARPS * 32) attention_prefill_f32(
    const f32* __restrict__ q, const f32* __restrict__ cache, const QueryTile* __restrict__ tiles, f32* __restrict__ out,
    f32 scale, int layer, int slots, int context) {
  __shared__ __align__(16) f32 keys[KEYS][STRIDE], values[KEYS][STRIDE];
  __shared__ __align__(16) f32 queries[QUERIES][STRIDE], weights[QUERIES][WEIGHTS];
  const QueryTile tile = tiles[blockIdx.x];
  const int head = blockIdx.y, thread = threadIdx.x, column = thread % 8, warp = thread / 32, row0 = warp * OF_WARP + thread % 32 / 8;
  const int count = tile.first_position + tile.count, pieces = ceil_div(count, KEYS);
  const f32* k = cache + cache_offset(layer, slots, tile.slot, 0, head, context, 0);
  const f32* v = cache + cache_offset(layer, slots, tile.slot, 1, head, context, 0);

  fetch(keys, k, 0, count);
  close_copy_group();
  fetch(values, v, 0, count);
  close_copy_group();
  for (int i = thread; i < QUERIES * DEPTH; i += WARPS * 32) {
    const int row = i / DEPTH, element = i % DEPTH;
    const bool there = row < tile.count && element < HEAD_SIZE;
    queries[row][element] = there ? q[(i64)(tile.first_token + row) * WIDTH + head * HEAD_SIZE + element] * (scale * LOG2E) : 0.f;
  }

  f32 o[TQ][COLUMNS][4] = {}, highest[TQ], sum[TQ] = {};     // of the rows row0, row0 + 4, ...
#pragma unroll
  for (int i = 0; i < TQ; ++i) highest[i] = LOWEST;
#pragma unroll 1
  for (int piece = 0; piece < pieces; ++piece) {
    const bool more = piece + 1 < pieces;
    const bool seen = piece * KEYS <= tile.first_position + warp * OF_WARP + OF_WARP - 1;  // by any row of the warp
    copies_done<1>();                                        // the keys; the values may still be on their way
    __syncthreads();
    if (seen) {
      f32 s[TQ][TK] = {};
#pragma unroll 4
      for (int d = 0; d < DEPTH; d += 4) {
        float4 y[TK];
#pragma unroll
        for (int j = 0; j < TK; ++j) y[j] = four(&keys[column + 8 * j][d]);
#pragma unroll
        for (int i = 0; i < TQ; ++i) {
          const float4 x = four(&queries[row0 + 4 * i][d]);
#pragma unroll
          for (int j = 0; j < TK; ++j) s[i][j] = fmadd(x.w, y[j].w, fmadd(x.z, y[j].z, fmadd(x.y, y[j].y, fmadd(x.x, y[j].x, s[i][j]))));
        }
      }
#pragma unroll
      for (int i = 0; i < TQ; ++i) {
        const int last = min(tile.first_position + row0 + 4 * i, count - 1);
        f32 m = highest[i];
#pragma unroll
        for (int j = 0; j < TK; ++j) {
          if (piece * KEYS + column + 8 * j > last) s[i][j] = LOWEST;
          m = fmaxf(m, s[i][j]);
        }
#pragma unroll
        for (int offset = 1; offset < 8; offset <<= 1) m = fmaxf(m, __shfl_xor_sync(FULL, m, offset));
        const f32 factor = exp2_fast(highest[i] - m);
        highest[i] = m;
        sum[i] *= factor;
#pragma unroll
        for (int j = 0; j < TK; ++j) {
          const f32 p = s[i][j] > LOWEST ? exp2_fast(s[i][j] - m) : 0.f;
          sum[i] += p;
          weights[row0 + 4 * i][column + 8 * j] = p;
        }
#pragma unroll
        for (int c = 0; c < COLUMNS; ++c)
#pragma unroll
          for (int e = 0; e < 4; ++e) o[i][c][e] *= factor;
      }
    }
    __syncthreads();                                         // before the keys are overwritten; the weights are seen by their warp
    if (more) fetch(keys, k, (piece + 1) * KEYS, count);
    close_copy_group();
    copies_done<1>();                                        // the values
    __syncthreads();
    if (seen) {
#pragma unroll 1
      for (int key = 0; key < KEYS; key += 4) {
        float4 p[TQ];
#pragma unroll
        for (int i = 0; i < TQ; ++i) p[i] = four(&weights[row0 + 4 * i][key]);
#pragma unroll
        for (int step = 0; step < 4; ++step)
#pragma unroll
          for (int c = 0; c < COLUMNS; ++c) {
            const int element = column * 4 + c * 32;
            if (DEPTH % 32 != 0 && element >= DEPTH) continue;
            const float4 x = four(&values[key + step][element]);
#pragma unroll
            for (int i = 0; i < TQ; ++i) {
              const f32 w = step == 0 ? p[i].x : step == 1 ? p[i].y : step == 2 ? p[i].z : p[i].w;
              o[i][c][0] = fmadd(w, x.x, o[i][c][0]);
              o[i][c][1] = fmadd(w, x.y, o[i][c][1]);
              o[i][c][2] = fmadd(w, x.z, o[i][c][2]);
              o[i][c][3] = fmadd(w, x.w, o[i][c][3]);
            }
          }
      }
    }
    __syncthreads();                                         // before the values are overwritten
    if (more) fetch(values, v, (piece + 1) * KEYS, count);
    close_copy_group();
  }

#pragma unroll
  for (int i = 0; i < TQ; ++i) {
    f32 total = sum[i];
#pragma unroll
    for (int offset = 1; offset < 8; offset <<= 1) total += __shfl_xor_sync(FULL, total, offset);
    const int row = row0 + 4 * i;
    if (row >= tile.count) continue;
    f32* to = out + (i64)(tile.first_token + row) * WIDTH + head * HEAD_SIZE;
    const f32 inverse = reciprocal(total);
#pragma unroll
    for (int c = 0; c < COLUMNS; ++c) {
      const int element = column * 4 + c * 32;
#pragma unroll
      for (int e = 0; e < 4; ++e) o[i][c][e] *= inverse;
      if (HEAD_SIZE % 4 == 0) {
        u32 raw[4];
#pragma unroll
        for (int e = 0; e < 4; ++e) raw[e] = __float_as_uint(o[i][c][e]);
        if (element < HEAD_SIZE) store_16(to + element, uint4{raw[0], raw[1], raw[2], raw[3]});
      } else {
#pragma unroll
        for (int e = 0; e < 4; ++e)
          if (element + e < HEAD_SIZE) to[element + e] = o[i][c][e];
      }
    }
  }
}

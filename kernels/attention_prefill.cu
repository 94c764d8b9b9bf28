// Causal attention of many new tokens over their sequences' caches, on tensor cores; for caches of 16-bit elements.
//
// The host cuts the batch into tiles of up to QUERIES tokens of one sequence. A block takes a tile and a head, a warp 16 of its rows. Keys
// and values pass through shared memory KEYS at a time; scores never leave registers, and the maximum and the sum of the softmax are
// carried from one piece to the next (FlashAttention). Scores and sums are f32, probabilities are rounded to the cache's type.
// Grid (tiles, HEADS), 32 WARPS threads. Rows in shared memory are 16 bytes longer than a head, so that eight of them meet eight banks.
// q: f32 [T][WIDTH]; out: cached [T][WIDTH].
#include "device.cuh"
#include "model.cuh"
#include "tensor.cuh"

#if WEIGHT != WEIGHT_F32 && !(BEFORE_SM80 && WEIGHT == WEIGHT_BF16)
struct QueryTile { int first_token, count, slot, first_position; };

constexpr int DEPTH = ceil_div(HEAD_SIZE, 16) * 16;         // head size in whole products
constexpr int STRIDE = DEPTH + 8;
constexpr int WARPS = DEPTH <= 192 ? 4 : 2, QUERIES = 16 * WARPS;
constexpr int KEYS = DEPTH <= 64 ? 64 : DEPTH <= 128 ? 32 : 16;  // by registers
constexpr int STAGES = DEPTH <= 112 ? 2 : 1;                // 2: the next piece travels while one is worked on
static_assert((2 * STAGES * KEYS + QUERIES) * STRIDE * 2 <= 48 << 10, "more shared memory than a block has without opting in");

// KEYS rows of a head's keys or values; rows past the last key and columns past the head are zero.
DEVICE void fetch(cached (*to)[STRIDE], const cached* head, int first, int count) {
  constexpr int READS = DEPTH / 8;
  for (int i = threadIdx.x; i < KEYS * READS; i += WARPS * 32) {
    const int key = i / READS, read = i % READS;
    const bool there = first + key < count && read * 8 < padded<cached>(HEAD_SIZE);
    copy_16(&to[key][read * 8], there ? head + (i64)(first + key) * padded<cached>(HEAD_SIZE) + read * 8 : head, there);
  }
}

extern "C" __global__ void __launch_bounds__(WARPS * 32) KERNEL(attention_prefill)(
    const f32* __restrict__ q, const cached* __restrict__ cache, const QueryTile* __restrict__ tiles, cached* __restrict__ out,
    f32 scale, int layer, int slots, int context) {
  __shared__ __align__(16) cached keys[STAGES][KEYS][STRIDE], values[STAGES][KEYS][STRIDE];
  __shared__ __align__(16) cached queries[QUERIES][STRIDE];
  const QueryTile tile = tiles[blockIdx.x];
  const int head = blockIdx.y, thread = threadIdx.x, lane = thread % 32, warp = thread / 32, count = tile.first_position + tile.count;
  const cached* k = cache + cache_offset(layer, slots, tile.slot, 0, head, context, 0);
  const cached* v = cache + cache_offset(layer, slots, tile.slot, 1, head, context, 0);

  auto fetch_piece = [&](int piece) {
    fetch(keys[piece % STAGES], k, piece * KEYS, count);
    fetch(values[piece % STAGES], v, piece * KEYS, count);
    close_copy_group();
  };
  fetch_piece(0);
  for (int i = thread; i < QUERIES * DEPTH; i += WARPS * 32) {
    const int row = i / DEPTH, column = i % DEPTH;
    const bool there = row < tile.count && column < HEAD_SIZE;
    narrow(there ? q[(i64)(tile.first_token + row) * WIDTH + head * HEAD_SIZE + column] : 0.f, queries[row][column]);
  }

  // Of 16 rows a thread holds two: lane / 4 and 8 further. Its columns in a product are 2 (lane % 4) and the next.
  f32 o[DEPTH / 8][4] = {}, highest[2] = {-3.0e38f, -3.0e38f}, sum[2] = {};
  const int last_row = warp * 16 + 15;
  const int first_position = tile.first_position + warp * 16 + lane / 4;
  const int pieces = ceil_div(count, KEYS);
  // Where the lane's rows of the tiles begin that it names to load_tiles.
  const u32 first_query = shared_address(&queries[warp * 16 + lane % 16][lane / 16 * 8]);
  const u32 first_key = shared_address(&keys[0][lane / 16 * 8 + lane % 8][lane / 8 % 2 * 8]);
  const u32 first_value = shared_address(&values[0][lane % 16][lane / 16 * 8]);
#pragma unroll 1
  for (int piece = 0; piece < pieces; ++piece) {
    const u32 stage = piece % STAGES * (u32)sizeof(keys[0]);
    const u32 query_at = anew(first_query), key_at = anew(first_key + stage), value_at = anew(first_value + stage);
    const bool more = piece + 1 < pieces;
    if (STAGES == 2 && more) { fetch_piece(piece + 1); copies_done<1>(); }
    else copies_done<0>();
    __syncthreads();
    if (piece * KEYS <= tile.first_position + last_row) {    // else no row of this warp sees any of these keys
      f32 s[KEYS / 8][4] = {};
#pragma unroll
      for (int d = 0; d < DEPTH / 16; ++d) {
        u32 a[4];
        load_tiles(a, query_at + d * 32);
#pragma unroll
        for (int n = 0; n < KEYS / 16; ++n) {
          u32 b[4];                                          // keys n and n + 8, elements d and d + 8
          load_tiles(b, key_at + (n * STRIDE + d) * 32);
          multiply(s[2 * n], a, b[0], b[1], cached{});
          multiply(s[2 * n + 1], a, b[2], b[3], cached{});
        }
      }
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        f32 m = highest[half];
#pragma unroll
        for (int n = 0; n < KEYS / 8; ++n)
#pragma unroll
          for (int j = 0; j < 2; ++j) {
            const int key = piece * KEYS + n * 8 + lane % 4 * 2 + j;
            f32& score = s[n][half * 2 + j];
            score = key <= first_position + half * 8 && key < count ? score * (scale * LOG2E) : -3.0e38f;
            m = fmaxf(m, score);
          }
        m = fmaxf(m, __shfl_xor_sync(FULL, m, 1));
        m = fmaxf(m, __shfl_xor_sync(FULL, m, 2));
        const f32 factor = exp2_fast(highest[half] - m);
        highest[half] = m;
        sum[half] *= factor;
#pragma unroll
        for (int n = 0; n < DEPTH / 8; ++n) { o[n][half * 2] *= factor; o[n][half * 2 + 1] *= factor; }
#pragma unroll
        for (int n = 0; n < KEYS / 8; ++n)
#pragma unroll
          for (int j = 0; j < 2; ++j) {
            f32& score = s[n][half * 2 + j];
            score = score > -3.0e38f ? exp2_fast(score - m) : 0.f;
            sum[half] += score;
          }
      }
#pragma unroll
      for (int n = 0; n < KEYS / 16; ++n) {
        const u32 a[4] = {pack(s[2 * n][0], s[2 * n][1], cached{}), pack(s[2 * n][2], s[2 * n][3], cached{}),
                          pack(s[2 * n + 1][0], s[2 * n + 1][1], cached{}), pack(s[2 * n + 1][2], s[2 * n + 1][3], cached{})};
#pragma unroll
        for (int d = 0; d < DEPTH / 16; ++d) {
          u32 b[4];                                          // keys n and n + 8 of elements d, then of d + 8
          load_tiles_transposed(b, value_at + (n * STRIDE + d) * 32);
          multiply(o[2 * d], a, b[0], b[1], cached{});
          multiply(o[2 * d + 1], a, b[2], b[3], cached{});
        }
      }
    }
    __syncthreads();                                         // before the stage is filled again
    if (STAGES == 1 && more) fetch_piece(piece + 1);
  }

#pragma unroll
  for (int half = 0; half < 2; ++half) {
    f32 total = sum[half];
    total += __shfl_xor_sync(FULL, total, 1);
    total += __shfl_xor_sync(FULL, total, 2);
    const int row = warp * 16 + half * 8 + lane / 4;
    if (row >= tile.count) continue;
    cached* to = out + (i64)(tile.first_token + row) * WIDTH + head * HEAD_SIZE;
    const f32 inverse = reciprocal(total);
#pragma unroll
    for (int n = 0; n < DEPTH / 8; ++n) {
      const int column = n * 8 + lane % 4 * 2;
      const f32 low = o[n][half * 2] * inverse, high = o[n][half * 2 + 1] * inverse;
      if constexpr (HEAD_SIZE % 2 == 0) {                    // then every pair lies at an even place
        if (column < HEAD_SIZE) *reinterpret_cast<u32*>(to + column) = pack(low, high, cached{});
      } else {
        if (column < HEAD_SIZE) narrow(low, to[column]);
        if (column + 1 < HEAD_SIZE) narrow(high, to[column + 1]);
      }
    }
  }
}
#endif

// The model's shape, as -D options with GPT-2 124M as the default, so that each file also compiles bare.
#pragma once

#ifndef WIDTH
#define WIDTH 768       // channels of the residual stream
#endif
#ifndef HEADS
#define HEADS 12
#endif
#ifndef HEAD_SIZE
#define HEAD_SIZE 64    // any up to 256
#endif
#ifndef INNER
#define INNER 3072      // channels inside the MLP
#endif
#ifndef VOCABULARY
#define VOCABULARY 50257
#endif
#ifndef ROWS
#define ROWS 1          // rows (tokens) that a matrix-vector kernel takes at once, 1 to 8
#endif

// Rows of a matrix are padded with zeros to whole 16-byte reads; heads in the cache likewise.
template <class T> FOLDED int padded(int elements) { return ceil_div(elements, PER_16_BYTES<T>) * PER_16_BYTES<T>; }

// Floats from one row of logits to the next.
FOLDED int logits_stride(int vocabulary) { return ceil_div(vocabulary, 64) * 64; }

// Offset of a key (kv = 0) or value (kv = 1) vector in a cache [layer][slot][2][head][position][padded head size].
DEVICE i64 cache_offset(int layer, int slots, int slot, int kv, int head, int context, int position) {
  return ((((i64)layer * slots + slot) * 2 + kv) * HEADS + head) * context * padded<cached>(HEAD_SIZE)
      + (i64)position * padded<cached>(HEAD_SIZE);
}

// Element i of a token's embedding; the table's rows are padded like those of any matrix.
DEVICE f32 embedding(const weight* wte, const f32* scales, int token, int i) {
  const f32 value = (f32)to_f32(wte[(i64)token * padded<weight>(WIDTH) + i]);
  return WEIGHT == WEIGHT_INT8 ? value * scales[token] : value;
}

// Types for the kernels of these tests; included by name, so that named headers are tested too.
#pragma once

using u32 = unsigned int;
using u64 = unsigned long long;
using f32 = float;

#ifndef THREADS
#define THREADS 128
#endif

// What this processor has and the operating system has enabled, and what the C library keeps of memory.
#pragma once

/// 1 when AVX2 and FMA can be used, else 0.
int slowfast_cpu_has_avx2_fma(void);
/// 1 when AVX-512 F, BW, DQ and VL (x86-64-v4) can be used, else 0.
int slowfast_cpu_has_avx512(void);
/// 1 when the AVX512-BF16 dot products can be used, else 0.
int slowfast_cpu_has_avx512_bf16(void);
/// 1 when AVX-VNNI, the dot products of bytes of 256-bit registers, can be used, else 0.
int slowfast_cpu_has_avx_vnni(void);
/// 1 when AVX512-VNNI, those of 512-bit registers, can be used, else 0.
int slowfast_cpu_has_avx512_vnni(void);
/// 1 when AVX512-BF16, AVX512-VNNI and AMX's tile registers with products of bfloat16 and of bytes can be used, else 0. Asks
/// the operating system for the tile registers.
int slowfast_cpu_has_amx(void);
/// 1 when the processor is one of Intel's, else 0.
int slowfast_cpu_is_intel(void);
/// Asks the processor about itself: EAX, EBX, ECX and EDX of a leaf of CPUID. 1 where it has that leaf, else 0.
int slowfast_cpu_id(unsigned int leaf, unsigned int words[4]);
/// The bytes of the data cache of a level, 1 to 3, that a core sees; 0 where there is none, or nobody knows.
long slowfast_cpu_cache_bytes(int level);
/// The number of processors that this process may run on.
int slowfast_cpu_available(void);

/// Gives the system back what is free of the heap, where the C library can.
void slowfast_return_free_memory(void);

/// Tells the processor that the thread waits for another one: it saves power and leaves its core to a sibling thread.
static inline void slowfast_cpu_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

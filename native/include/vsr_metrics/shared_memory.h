// Loads and stores of memory that other threads, or other processes, write at the same time.
//
// Each is one machine instruction on an aligned word. Cells are read relaxed: every cell counts for
// itself, and whatever must agree is derived from the same cells. JavaScript writes its lane with
// plain stores; that is sound because no other thread writes there, an aligned 8-byte store does
// not tear, and no reader draws conclusions from the order of two cells.
#ifndef VSR_METRICS_SHARED_MEMORY_H_
#define VSR_METRICS_SHARED_MEMORY_H_

#include <cstdint>
#include <cstring>

namespace vsr_metrics {

template <typename T>
inline T LoadRelaxed(const T* address) {
  T value;
  __atomic_load(address, &value, __ATOMIC_RELAXED);
  return value;
}

template <typename T>
inline T LoadAcquire(const T* address) {
  T value;
  __atomic_load(address, &value, __ATOMIC_ACQUIRE);
  return value;
}

template <typename T>
inline void StoreRelaxed(T* address, T value) {
  __atomic_store(address, &value, __ATOMIC_RELAXED);
}

template <typename T>
inline void StoreRelease(T* address, T value) {
  __atomic_store(address, &value, __ATOMIC_RELEASE);
}

// Copies whole words out of memory that others may be writing, and into memory that others may be
// reading. Each word is what it was at some moment; which of them belong together is for the caller
// to know.
inline void LoadWords(const uint8_t* from, uint64_t size, uint8_t* to) {
  for (uint64_t at = 0; at + 8 <= size; at += 8) {
    const uint64_t word = LoadRelaxed(reinterpret_cast<const uint64_t*>(from + at));
    memcpy(to + at, &word, sizeof word);
  }
}

inline void StoreWords(const uint8_t* from, uint64_t size, uint8_t* to) {
  for (uint64_t at = 0; at + 8 <= size; at += 8) {
    uint64_t word;
    memcpy(&word, from + at, sizeof word);
    StoreRelaxed(reinterpret_cast<uint64_t*>(to + at), word);
  }
}

inline uint64_t FetchAdd(uint64_t* address, uint64_t amount) {
  return __atomic_fetch_add(address, amount, __ATOMIC_ACQ_REL);
}

inline uint32_t FetchAdd(uint32_t* address, uint32_t amount) {
  return __atomic_fetch_add(address, amount, __ATOMIC_ACQ_REL);
}

// True when `*address` was `expected` and is now `desired`.
inline bool CompareAndSwap(uint32_t* address, uint32_t expected, uint32_t desired) {
  return __atomic_compare_exchange_n(address, &expected, desired, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE);
}

inline bool CompareAndSwap(uint64_t* address, uint64_t expected, uint64_t desired) {
  return __atomic_compare_exchange_n(address, &expected, desired, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE);
}

// Raises `*address` to at least `value`.
template <typename T>
inline void RaiseTo(T* address, T value) {
  T seen = LoadAcquire(address);
  while (seen < value && !__atomic_compare_exchange_n(address, &seen, value, false,
                                                      __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
  }
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_SHARED_MEMORY_H_

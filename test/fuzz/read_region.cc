// A libFuzzer target: no change to a region file can crash or hang its reader.
//
//   npm run prove -- fuzz
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "patched_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (!vsr_metrics::ReadPatchedFile(bytes, size)) abort();
  return 0;
}

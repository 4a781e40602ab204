// A plain C++ program that records into a registry that a Node.js program made. No Node in here.
//
// Make a registry in a file, and leave it running:
//
//   node --input-type=module -e "
//     import { createRegistry } from 'vsr-metrics';
//     import { vsr } from 'vsr-metrics/catalogues';
//     createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' }, file:
//     '/dev/shm/vsr.metrics' }); process.stdin.resume();"
//
// Compile this and let it record a million operations on two threads; then look:
//
//   c++ -std=c++17 -O2 -pthread -I "$(node -p "require('vsr-metrics/include')")" record.cc -o
//   record
//   ./record /dev/shm/vsr.metrics 1000000
//   npx vsr-metrics dump /dev/shm/vsr.metrics --metric vsr_operations_total
#include <vsr_metrics.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

namespace {

// What one thread does: it attaches for itself, so that it has cells of its own to store into.
void Work(const std::string& file, uint64_t operations, int* exit_code) {
  vsr_metrics::Error error;
  vsr_metrics::AttachOptions options;
  options.fixed_labels = {{"replica_id", "0"}};
  const auto registry = vsr_metrics::Registry::Attach(file, options, &error);
  if (registry == nullptr) {
    fprintf(stderr, "%s\n", error.message.c_str());
    *exit_code = 1;
    return;
  }
  auto succeeded = registry->OpenCounter("vsr_operations_total", {{"status", "success"}}, &error);
  auto latency =
      succeeded ? registry->OpenHistogram("vsr_prepare_latency_ms", {}, &error) : std::nullopt;
  if (!latency) {
    fprintf(stderr, "%s\n", error.message.c_str());
    *exit_code = 1;
    return;
  }
  for (uint64_t operation = 0; operation < operations; ++operation) {
    const vsr_metrics::ScopeTimer timer(&*latency);
    succeeded->Inc();
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: record FILE OPERATIONS\n");
    return 2;
  }
  const uint64_t operations = strtoull(arguments[2], nullptr, 10);
  int exit_codes[2] = {0, 0};
  std::thread first(Work, arguments[1], operations / 2, &exit_codes[0]);
  std::thread second(Work, arguments[1], operations - operations / 2, &exit_codes[1]);
  first.join();
  second.join();
  return exit_codes[0] | exit_codes[1];
}

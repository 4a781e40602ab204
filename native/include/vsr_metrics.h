// Recording from C++ into a registry that JavaScript made: in another addon of the same process, or
// in a program of its own. Header only; needs C++17 and nothing else, not even Node.
//
//   #include <vsr_metrics.h>
//
//   vsr_metrics::Error error;
//   auto registry = vsr_metrics::Registry::Attach("/dev/shm/replica-0.metrics", &error);
//   if (registry == nullptr) { puts(error.message.c_str()); return 1; }
//
//   // Once: family and labels are looked up, and a series is made if it is new.
//   auto applied = registry->OpenCounter("vsr_operations_total", {{"status", "success"}}, &error);
//   auto latency = registry->OpenHistogram("vsr_prepare_latency_ms", {}, &error);
//   if (!applied || !latency) { puts(error.message.c_str()); return 1; }
//
//   // As often as you like: plain stores.
//   applied->Inc();
//   latency->Record(0.845);
//   { vsr_metrics::ScopeTimer timer(&*latency); Prepare(); }   // in the unit of the family
//
// A Registry and what it opened belong to the thread that attached: every thread attaches for
// itself. Its lane is given back when the last of them is gone; what it recorded stays.
//
// docs/cpp.md tells more.
#ifndef VSR_METRICS_H_
#define VSR_METRICS_H_

#include "vsr_metrics/registry.h"

#endif  // VSR_METRICS_H_

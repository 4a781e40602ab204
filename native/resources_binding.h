// What the operating system says of this process and its machine: in gauges that it fills without
// JavaScript, and for whoever asks.
#ifndef VSR_METRICS_RESOURCES_BINDING_H_
#define VSR_METRICS_RESOURCES_BINDING_H_

#include <napi.h>

#include <memory>

#include "vsr_metrics/region.h"

namespace vsr_metrics {

// Writes readings into gauges that keep the last value, now and then every period. `gauges` maps
// the name of a reading to the index of a series. Returns a function that stops it.
Napi::Function StartResourceSampling(Napi::Env env, std::shared_ptr<Region> region,
                                     uint64_t period_nanoseconds, Napi::Object gauges);

// resourceSampler(): a function that returns the readings of now, by name, with rates since its
// last call, or since it was made. What is not known is left out.
// The names that a catalogue may give as `resource`.
Napi::Array ResourceNames(Napi::Env env);

void RegisterResources(Napi::Env env, Napi::Object exports);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_RESOURCES_BINDING_H_

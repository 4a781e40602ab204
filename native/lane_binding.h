// A lane as JavaScript sees it: its memory, and what has to be asked for before storing into it.
#ifndef VSR_METRICS_LANE_BINDING_H_
#define VSR_METRICS_LANE_BINDING_H_

#include <napi.h>

#include <memory>

#include "mapped_lane.h"

namespace vsr_metrics {

Napi::Object LaneToObject(Napi::Env env, std::shared_ptr<MappedLane> lane);

void RegisterLanes(Napi::Env env);

}  // namespace vsr_metrics

#endif  // VSR_METRICS_LANE_BINDING_H_

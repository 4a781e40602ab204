#include "snapshot_binding.h"

#include "arguments.h"

namespace vsr_metrics {

Napi::Object FrameToObject(Napi::Env env, const Frame& frame) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("takenAt", frame.taken_unix_milliseconds);
  object.Set("takenMonotonic", frame.taken_monotonic_milliseconds);
  object.Set("layoutChanges", double(frame.layout_changes));
  object.Set("states", CopyToTypedArray<Napi::Uint8Array>(env, frame.states));
  object.Set("generations", CopyToTypedArray<Napi::Uint32Array>(env, frame.generations));
  object.Set("created", CopyToTypedArray<Napi::Float64Array>(env, frame.created_unix_milliseconds));
  object.Set("offsets", CopyToTypedArray<Napi::Uint32Array>(env, frame.offsets));
  object.Set("values", CopyToTypedArray<Napi::Float64Array>(env, frame.values));
  object.Set("cellStart", CopyToTypedArray<Napi::Uint32Array>(env, frame.cell_start));
  object.Set("cellIndex", CopyToTypedArray<Napi::Int32Array>(env, frame.cell_index));
  object.Set("cellCount", CopyToTypedArray<Napi::Float64Array>(env, frame.cell_count));
  const ExemplarColumns& exemplars = frame.exemplars;
  if (exemplars.series.empty()) return object;
  Napi::Object columns = Napi::Object::New(env);
  columns.Set("series", CopyToTypedArray<Napi::Uint32Array>(env, exemplars.series));
  columns.Set("bucket", CopyToTypedArray<Napi::Uint32Array>(env, exemplars.bucket));
  columns.Set("value", CopyToTypedArray<Napi::Float64Array>(env, exemplars.value));
  columns.Set("takenAt",
              CopyToTypedArray<Napi::Float64Array>(env, exemplars.taken_unix_milliseconds));
  columns.Set("textEnd", CopyToTypedArray<Napi::Uint32Array>(env, exemplars.text_end));
  columns.Set("text", CopyToTypedArray<Napi::Uint8Array>(env, exemplars.text));
  object.Set("exemplars", columns);
  return object;
}

}  // namespace vsr_metrics

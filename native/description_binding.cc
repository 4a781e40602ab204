#include "description_binding.h"

#include <algorithm>
#include <string>
#include <vector>

#include "arguments.h"
#include "entry_version.h"
#include "vsr_metrics/directory.h"

namespace vsr_metrics {
namespace {

Napi::Object DescribeFamily(Napi::Env env, const Region& region, const Entry& entry) {
  Napi::Object described = Napi::Object::New(env);
  FamilyView family;
  if (!ViewFamily(region, entry, &family)) return described;
  std::vector<double> bounds(family.blob.bound_count);
  for (uint32_t i = 0; i < bounds.size(); ++i) bounds[i] = family.BoundAt(i);
  const auto text = [env](std::string_view text) {
    return Napi::String::New(env, text.data(), text.size());
  };
  described.Set("isFamily", true);
  described.Set("name", text(family.name));
  described.Set("description", text(family.description));
  described.Set("scale", family.blob.scale);
  described.Set("baseIndex", double(family.blob.base_index));
  described.Set("cellCount", double(family.blob.cell_count));
  described.Set("shift", double(family.blob.shift));
  described.Set("bounds", CopyToTypedArray<Napi::Float64Array>(env, bounds));
  return described;
}

// Where the key lies, and what stands there, changes when the entry becomes another series.
std::string CopyKey(const Region& region, const Entry& entry) {
  const uint64_t heap_size = region.header()->heap_size;
  const uint64_t offset = LoadRelaxed(&entry.blob_offset);
  const uint32_t size = LoadRelaxed(&entry.blob_size);
  if (offset > heap_size || size > heap_size - offset) return {};
  std::string key(size, '\0');
  const auto* bytes = reinterpret_cast<const char*>(region.heap() + offset);
  for (uint32_t at = 0; at < size; ++at) key[at] = LoadRelaxed(bytes + at);
  return key;
}

Napi::Value DescribeSeries(Napi::Env env, const Region& region, const Entry& entry) {
  const EntryVersion version = VersionOf(entry);
  const std::string key = CopyKey(region, entry);
  if (version.state != EntryState::kLive || !IsStill(entry, version)) return env.Undefined();
  Napi::Object described = Napi::Object::New(env);
  described.Set("isFamily", false);
  described.Set("family", double(entry.family));
  described.Set("generation", double(version.generation));
  described.Set("key", Napi::String::New(env, key.data(), key.size()));
  return described;
}

}  // namespace

Napi::Array DescribeEntries(Napi::Env env, const Region& region, uint32_t first, uint32_t limit) {
  const uint32_t count = uint32_t(std::min<uint64_t>(region.EntryCount(), uint64_t{first} + limit));
  Napi::Array described = Napi::Array::New(env);
  for (uint32_t index = first; index < count; ++index) {
    Napi::HandleScope scope(env);
    const Entry& entry = region.entries()[index];
    if (EntryState(LoadAcquire(&entry.state)) == EntryState::kEmpty) {
      described.Set(index - first, env.Undefined());
    } else if (entry.type == uint8_t(EntryType::kFamily)) {
      described.Set(index - first, DescribeFamily(env, region, entry));
    } else {
      described.Set(index - first, DescribeSeries(env, region, entry));
    }
  }
  return described;
}

}  // namespace vsr_metrics

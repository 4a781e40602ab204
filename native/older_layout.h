// Regions of layout versions 2 and 3, which programs of vsr-metrics before this one write. They can
// be read, so that a crash file outlives an upgrade; nobody attaches to one.
//
// Version 3 is this one without journals: its header says nothing of them. The rest is about
// version 2. Its sections lie where those of this layout do, and cells, heads, families and keys
// are the same. What differs is the header and the records of lanes, processes, entries, exemplars
// and history. A private copy of the file is made one of this layout; whoever then checks and reads
// it knows of one layout alone.
#ifndef VSR_METRICS_OLDER_LAYOUT_H_
#define VSR_METRICS_OLDER_LAYOUT_H_

#include <cstdint>

#include "history_ring.h"
#include "vsr_metrics/region.h"

namespace vsr_metrics {

constexpr uint32_t kOlderLayoutVersion = 2;
constexpr uint32_t kLayoutVersionWithoutJournals = 3;

// A header of layout 3 in the terms of this one. Its sections are still to be checked.
RegionHeader WithoutJournals(const RegionHeader& older);

// A header of layout 2 in the terms of this one. Its sections are still to be checked.
RegionHeader FromOlderHeader(const uint8_t bytes[sizeof(RegionHeader)]);

// The records of lanes and processes of a copy. Afterwards it can be told which part of a lane
// holds anything.
void ConvertOlderTables(Region& copy);

// The entries of a copy, before they are checked.
void ConvertOlderEntries(Region& copy);

// The exemplars of a copy, and when its gauges were sampled, after its entries were checked.
void ConvertOlderCells(Region& copy);

// How the records of its history are written.
extern const HistoryFormat kOlderHistoryFormat;

}  // namespace vsr_metrics

#endif  // VSR_METRICS_OLDER_LAYOUT_H_

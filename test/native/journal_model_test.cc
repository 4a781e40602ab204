// The protocol of the journal (journal_ring.h, journal.h, journal_reading.h), tried in every order
// that there is: a writer, a drainer, a reader, kills at any moment, and whoever takes the lane
// over then.
//
// Under two memories. In the stronger one (x86-64) stores arrive in their order. In the weaker one
// (arm64, as JavaScript's plain stores may use it) they arrive in any, but for what release stores
// and fences keep apart; and loads between two barriers happen in any order. A ring of two entries
// is enough for laps to meet; records count 4 ^ n, so that a sum says of each how often it is in
// it.
//
// Each part of the protocol is also left out once: then the model must find what it is good for.
// VSR_METRICS_MODEL_FULL=1 tries two kills and two readings, which takes minutes, and kills on
// arm64.

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "check.h"

using namespace vsr_metrics;

namespace {

constexpr int kMostRing = 2;
constexpr int kMostBatch = 2;
// Entries of the ring, and of a batch at most.
int ring_size = 2;

// What of the protocol is left out.
enum Missing {
  kNothing,
  kSignOfValue,          // the value's word does not say which lap it is of
  kPuttingBack,          // a batch that was not finished stays as it is
  kFenceBeforeUndo,      // `undo` may be stored before the progress of the batch before
  kFenceAfterBusy,       // cells may be stored before the progress that says so
  kFenceAfterDraining,   // entries may be stored anew before the progress of the last batch
  kClearing,             // the next owner finds the half of a record
  kNewProgress,          // a batch that was put back has the progress that it had
  kNewProgressForOwner,  // and so has a ring that was cleared
  kSecondLook,           // a reader does not look whether something was drained meanwhile
  kTakingBack,           // a reader takes the words of a batch under way as they are
};

struct Model {
  bool is_weak;
  int ring;
  int records;
  int kills;
  int readings;
  Missing missing = kNothing;
};

enum Word : uint8_t {
  kSeries0,
  kSeries1,
  kValue0,
  kValue1,
  kCount,
  kSum,
  kCountBefore,
  kSumBefore,
  kProgress,
  kWords
};

struct Store {
  uint8_t word = 0;
  uint16_t value = 0;
  uint8_t after = 0;  // how many of the stores before it in the buffer must arrive first
};

// A processor's stores that have not arrived yet.
struct Buffer {
  std::array<Store, 6> stores;
  uint8_t size = 0;
  uint8_t fence = 0;  // stores before this one arrive before those behind it
};

enum Role : uint8_t { kWriter, kDrainer, kReader, kThreads };

struct State {
  std::array<uint16_t, kWords> memory{};
  std::array<Buffer, 2> buffers;  // of the writer and the drainer
  // The writer: its next record, and which of its two words comes next.
  uint8_t record = 0;
  uint8_t word = 0;
  uint8_t is_alive = 1;
  uint8_t kills_left = 0;
  // The drainer; after a kill the next owner, which also records once more when it is done.
  uint8_t at = 0;
  uint8_t step = 0;
  uint16_t start = 0;
  uint8_t entries = 0;
  uint8_t loaded = 0;
  uint16_t series_word = 0;
  uint16_t value_word = 0;
  std::array<uint16_t, kMostBatch> values{};
  uint8_t is_successor = 0;
  uint8_t has_recorded = 0;
  // The reader.
  uint8_t reading = 0;
  uint8_t is_reading = 0;
  uint16_t seen = 0;  // which words it has loaded
  std::array<uint16_t, kWords> read{};
  uint16_t least = 0;  // records that were there when it began
  uint16_t last = 0;   // what the reading before gave
};

// Drainer: where it is.
enum At : uint8_t {
  kRepair,
  kRepairCount,
  kRepairSum,
  kRepaired,
  kBegin,
  kLoad,
  kNoteCount,
  kNoteSum,
  kBusy,
  kApplyCount,
  kApplySum,
  kDone,
  kClear,
  kCleared,
  kRecordSeries,
  kRecordValue,
  kFinished,
};

constexpr uint16_t kPutBack = 64;  // progress: changes * 64 + position * 2 + busy
int PositionOf(uint16_t progress) { return progress % kPutBack / 2; }
uint16_t Signed(int position, int payload) {
  return uint16_t(payload * 2 + (position / ring_size % 2 == 0 ? 1 : 0));
}
uint16_t Absent(int position) { return uint16_t(position / ring_size % 2 == 0 ? 0 : 1); }
bool HasSign(uint16_t word, int position) { return word % 2 == Signed(position, 0); }
uint16_t ValueOf(int record) { return uint16_t(1 << 2 * record); }
// Each record is of a series of its own, so that halves of two are no record of either.
int SeriesOf(int record) { return record + 1; }
bool AreOfOneRecord(int series_word, int value_word) {
  return series_word / 2 > 0 && value_word / 2 == ValueOf(series_word / 2 - 1);
}
// Each at most once.
bool IsSet(int sum) { return (sum & 0xaaa) == 0; }
int SizeOf(int set) { return __builtin_popcount(unsigned(set)); }

class Checker {
 public:
  explicit Checker(const Model& model) : model_(model) { ring_size = model.ring; }

  // The first thing that is wrong; empty: nothing is, in any order.
  std::string Run() {
    State first;
    first.kills_left = uint8_t(model_.kills);
    first.at = kBegin;
    Visit(first);
    while (!open_.empty() && problem_.empty()) {
      const State state = open_.back();
      open_.pop_back();
      Continue(state);
    }
    return problem_;
  }
  size_t states() const { return known_.size(); }

 private:
  void Visit(const State& state) {
    if (std::exchange(is_stalled_, false)) return;
    if (known_.insert(Packed(state)).second) open_.push_back(state);
  }

  static std::string Packed(const State& s) {
    std::string packed;
    const auto add = [&packed](unsigned value) {
      packed.push_back(char(value & 0xff));
      packed.push_back(char(value >> 8));
    };
    for (const uint16_t word : s.memory) add(word);
    for (const Buffer& buffer : s.buffers) {
      add(buffer.size * 16u + buffer.fence);
      for (int i = 0; i < buffer.size; ++i) {
        const Store& store = buffer.stores[size_t(i)];
        add(store.value);
        add(store.word * 16u + store.after);
      }
    }
    add(s.record * 16u + s.word * 4u + s.is_alive * 2u + s.is_successor);
    add(s.kills_left * 256u + s.at * 8u + s.step);
    add(s.start);
    add(s.entries * 16u + s.loaded * 4u + s.has_recorded * 2u + s.is_reading);
    add(s.series_word);
    add(s.value_word);
    for (const uint16_t value : s.values) add(value);
    add(s.reading);
    add(s.seen);
    for (const uint16_t word : s.read) add(word);
    add(s.least);
    add(s.last);
    return packed;
  }

  // ---- memory ----

  static uint16_t Load(const State& state, int processor, int word) {
    const Buffer& buffer = state.buffers[size_t(processor)];
    for (int i = buffer.size - 1; i >= 0; --i) {
      if (buffer.stores[size_t(i)].word == word) return buffer.stores[size_t(i)].value;
    }
    return state.memory[size_t(word)];
  }

  void Put(State* state, int processor, int word, int value, bool is_release = false) {
    Buffer& buffer = state->buffers[size_t(processor)];
    // A processor whose buffer is full waits.
    is_stalled_ = buffer.size == buffer.stores.size();
    if (is_stalled_) return;
    const uint8_t after = is_release || !model_.is_weak ? buffer.size : buffer.fence;
    buffer.stores[buffer.size++] = {uint8_t(word), uint16_t(value), after};
  }

  static void Fence(State* state, int processor) {
    Buffer& buffer = state->buffers[size_t(processor)];
    buffer.fence = buffer.size;
  }

  static bool MayArrive(const Buffer& buffer, int index) {
    const Store& store = buffer.stores[size_t(index)];
    if (store.after > 0) return false;
    for (int i = 0; i < index; ++i) {
      if (buffer.stores[size_t(i)].word == store.word) return false;
    }
    return true;
  }

  static void Arrive(State* state, int processor, int index) {
    Buffer& buffer = state->buffers[size_t(processor)];
    state->memory[buffer.stores[size_t(index)].word] = buffer.stores[size_t(index)].value;
    for (int i = index; i + 1 < buffer.size; ++i)
      buffer.stores[size_t(i)] = buffer.stores[size_t(i) + 1];
    --buffer.size;
    if (buffer.fence > index) --buffer.fence;
    for (int i = 0; i < buffer.size; ++i) {
      Store& store = buffer.stores[size_t(i)];
      if (store.after > index) --store.after;
    }
    buffer.stores[buffer.size] = {};
  }

  // ---- what may happen next ----

  void Continue(const State& state) {
    for (int processor = 0; processor < 2; ++processor) {
      const Buffer& buffer = state.buffers[size_t(processor)];
      for (int i = 0; i < buffer.size; ++i) {
        if (!MayArrive(buffer, i)) continue;
        State next = state;
        Arrive(&next, processor, i);
        Visit(next);
      }
    }
    if (state.is_alive && !state.is_successor) Write(state);
    if (state.is_alive) Drain(state);
    if (state.is_alive && state.kills_left > 0) {
      State next = state;
      next.is_alive = 0;
      --next.kills_left;
      Visit(next);
    }
    TakeOver(state);
    Read(state);
    if (IsOver(state)) CheckEnd(state);
  }

  void Write(const State& state) {
    if (state.record == model_.records) return;
    State next = state;
    const int position = state.record;
    if (state.word == 0) {
      // Room: what was there before has been drained.
      if (position - PositionOf(state.memory[kProgress]) >= ring_size) return;
      Put(&next, kWriter, kSeries0 + position % ring_size, Signed(position, SeriesOf(position)));
      next.word = 1;
    } else {
      Put(&next, kWriter, kValue0 + position % ring_size, Signed(position, ValueOf(position)));
      next.word = 0;
      ++next.record;
    }
    Visit(next);
  }

  void TakeOver(const State& state) {
    if (state.is_alive || state.buffers[kWriter].size > 0 || state.buffers[kDrainer].size > 0)
      return;
    State next = state;
    next.is_alive = 1;
    next.is_successor = 1;
    next.word = 0;
    next.at = kRepair;
    next.step = next.entries = next.loaded = 0;
    next.series_word = next.value_word = 0;
    next.values = {};
    next.buffers[kWriter].fence = next.buffers[kDrainer].fence = 0;
    Visit(next);
  }

  void Drain(const State& state) {
    State next = state;
    const auto load = [&](int word) { return Load(state, kDrainer, word); };
    const auto put = [&](int word, int value, bool is_release = false) {
      Put(&next, kDrainer, word, value, is_release);
    };
    const auto go = [&](uint8_t at) { next.at = at; };
    const int entry = (state.start + state.entries) % ring_size;
    switch (state.at) {
      case kRepair:
        go((load(kProgress) & 1) == 0       ? kBegin
           : model_.missing == kPuttingBack ? kRepaired
                                            : kRepairCount);
        break;
      case kRepairCount:
        put(kCount, load(kCountBefore));
        go(kRepairSum);
        break;
      case kRepairSum:
        put(kSum, load(kSumBefore));
        go(kRepaired);
        break;
      case kRepaired:
        put(kProgress, load(kProgress) - 1 + (model_.missing == kNewProgress ? 0 : kPutBack), true);
        go(kBegin);
        break;
      case kBegin:
        next.start = uint16_t(PositionOf(load(kProgress)));
        next.entries = next.loaded = 0;
        go(kLoad);
        break;
      case kLoad:
        LoadEntry(state, entry);
        return;
      case kNoteCount:
        if (state.step == 0 && model_.missing != kFenceBeforeUndo) Fence(&next, kDrainer);
        put(kCountBefore, load(kCount));
        go(kNoteSum);
        break;
      case kNoteSum:
        put(kSumBefore, load(kSum));
        go(kBusy);
        break;
      case kBusy:
        put(kProgress, load(kProgress) | 1, true);
        if (model_.missing != kFenceAfterBusy) Fence(&next, kDrainer);
        next.step = 0;
        go(kApplyCount);
        break;
      case kApplyCount:
        put(kCount, load(kCount) + 1);
        go(kApplySum);
        break;
      case kApplySum:
        put(kSum, load(kSum) + state.values[state.step]);
        ++next.step;
        go(next.step == state.entries ? kDone : kApplyCount);
        break;
      case kDone:
        put(kProgress, load(kProgress) - 1 + 2 * state.entries, true);
        next.step = 0;
        next.values = {};
        go(kBegin);
        break;
      case kClear: {
        if (state.step == 0 && model_.missing != kFenceAfterDraining) Fence(&next, kDrainer);
        const int position = state.start + state.step / 2;
        const int word = (state.step % 2 == 0 ? kSeries0 : kValue0) + position % ring_size;
        if (model_.missing != kClearing) put(word, Absent(position));
        ++next.step;
        if (next.step == 2 * ring_size) {
          next.step = 0;
          go(kCleared);
        }
        break;
      }
      case kCleared:
        if (model_.missing != kNewProgressForOwner)
          put(kProgress, load(kProgress) + kPutBack, true);
        Fence(&next, kDrainer);
        go(kRecordValue);
        break;
      // The next owner's record. A compiler or a processor may store the value first.
      case kRecordValue:
        put(kValue0 + state.start % ring_size, Signed(state.start, ValueOf(model_.records)));
        go(kRecordSeries);
        break;
      case kRecordSeries:
        put(kSeries0 + state.start % ring_size, Signed(state.start, SeriesOf(model_.records)));
        next.has_recorded = 1;
        go(kBegin);
        break;
      default:
        return;
    }
    Visit(next);
  }

  // The two words of an entry, in any order; then what is to be done.
  void LoadEntry(const State& state, int entry) {
    for (const uint8_t bit : {1, 2}) {
      if ((state.loaded & bit) != 0) continue;
      State next = state;
      next.loaded |= bit;
      uint16_t& word = bit == 1 ? next.series_word : next.value_word;
      word = Load(state, kDrainer, (bit == 1 ? kSeries0 : kValue0) + entry);
      if (next.loaded == 3) Decide(&next);
      Visit(next);
    }
  }

  void Decide(State* next) {
    const int position = next->start + next->entries;
    const bool is_there = HasSign(next->series_word, position) &&
                          (model_.missing == kSignOfValue || HasSign(next->value_word, position));
    if (is_there && !AreOfOneRecord(next->series_word, next->value_word)) {
      Fail("halves of two records are drained");
    }
    if (is_there) next->values[next->entries++] = next->value_word / 2;
    next->loaded = 0;
    next->series_word = next->value_word = 0;
    if (is_there && next->entries < ring_size) return;
    if (next->entries > 0) {
      next->at = kNoteCount;
    } else if (!next->is_successor) {
      next->at = kBegin;
    } else {
      next->at = next->has_recorded ? kFinished : kClear;
    }
  }

  // ---- the reader ----

  void Read(const State& state) {
    if (state.reading == model_.readings) return;
    State next = state;
    if (!state.is_reading) {
      next.is_reading = 1;
      next.read = {};
      next.read[kProgress] = state.memory[kProgress];
      next.seen = 1 << kProgress | 1 << kCount | 1 << kCountBefore;
      if ((state.memory[kProgress] & 1) == 0) next.seen |= 1 << kSumBefore;
      if (ring_size == 1) next.seen |= 1 << kSeries1 | 1 << kValue1;
      next.least = Recorded(state);
      Visit(next);
      return;
    }
    // Everything else, in any order.
    bool has_all = true;
    for (int word = 0; word < kWords; ++word) {
      if ((state.seen >> word & 1) != 0) continue;
      has_all = false;
      next = state;
      next.read[size_t(word)] = state.memory[size_t(word)];
      next.seen |= uint16_t(1 << word);
      Visit(next);
      // In the stronger memory loads happen in their order.
      if (!model_.is_weak) return;
    }
    if (!has_all) return;
    next.is_reading = 0;
    ++next.reading;
    next.seen = 0;
    next.read = {};
    next.least = 0;
    const bool is_current = state.memory[kProgress] == state.read[kProgress];
    if (is_current || model_.missing == kSecondLook) next.last = Judge(state);
    Visit(next);
  }

  // The records that are there for everybody: in cells, or whole in the ring.
  static uint16_t Recorded(const State& state) { return uint16_t(Reading(state.memory, true)); }

  // Negative: halves of two records.
  static int Reading(const std::array<uint16_t, kWords>& words, bool takes_back,
                     Missing missing = kNothing) {
    const bool is_busy = (words[kProgress] & 1) != 0;
    int sum = words[is_busy && takes_back ? kSumBefore : kSum];
    const int start = PositionOf(words[kProgress]);
    for (int i = 0; i < ring_size; ++i) {
      const int slot = (start + i) % ring_size;
      const uint16_t value = words[size_t(kValue0 + slot)];
      if (!HasSign(words[size_t(kSeries0 + slot)], start + i) ||
          !(missing == kSignOfValue || HasSign(value, start + i))) {
        break;
      }
      if (!AreOfOneRecord(words[size_t(kSeries0 + slot)], value)) return -1;
      sum += value / 2;
    }
    return sum;
  }

  uint16_t Judge(const State& state) {
    const int set = Reading(state.read, model_.missing != kTakingBack, model_.missing);
    if (set < 0) {
      Fail("a reader sees halves of two records");
    } else if (!IsSet(set)) {
      Fail("a reader sees a record twice");
    } else if ((state.least & ~set) != 0) {
      Fail("a reader misses a record that was there");
    } else if ((state.last & ~set) != 0) {
      Fail("a total steps back");
    }
    return uint16_t(set);
  }

  void Fail(const std::string& what) {
    if (problem_.empty()) problem_ = what;
  }

  // ---- the end ----

  bool IsOver(const State& state) const {
    if (state.buffers[kWriter].size > 0 || state.buffers[kDrainer].size > 0) return false;
    if (state.is_successor) return state.at == kFinished;
    return state.is_alive && state.record == model_.records && state.at == kBegin &&
           PositionOf(state.memory[kProgress]) == model_.records;
  }

  void CheckEnd(const State& state) {
    int wanted = 0;
    for (int record = 0; record < state.record; ++record) wanted += ValueOf(record);
    if (state.has_recorded) wanted += ValueOf(model_.records);
    if (state.memory[kSum] != wanted || state.memory[kCount] != SizeOf(wanted)) {
      Fail("at the end there are " + std::to_string(state.memory[kSum]) + " in " +
           std::to_string(state.memory[kCount]) + " records instead of " + std::to_string(wanted));
    }
  }

  const Model model_;
  std::string problem_;
  bool is_stalled_ = false;
  std::unordered_set<std::string> known_;
  std::vector<State> open_;
};

const char* NameOf(bool is_weak) { return is_weak ? "arm64" : "x86-64"; }

void TestProtocol(bool is_full) {
  for (const bool is_weak : {false, true}) {
    const std::string memory = NameOf(is_weak);
    Behaviour right("journal model: on " + memory +
                    " each record is seen and kept once, in every order");
    std::vector<Model> models = {{is_weak, 1, 3, 0, 1}, {is_weak, 2, 2, 0, 1}};
    // On arm64 that is half of all the time.
    if (!is_weak) models.push_back({is_weak, 1, 2, 1, 1});
    if (is_full) {
      models = {{is_weak, 1, 3, 0, 2},
                {is_weak, 2, 2, 1, 1},
                {is_weak, 1, 3, 1, 1},
                {is_weak, 1, 2, 2, 1},
                {is_weak, 1, 2, 1, 2}};
    }
    for (const Model& model : models) {
      Checker checker(model);
      right.Equal(
          checker.Run(), "",
          std::to_string(model.records) + " records, " + std::to_string(model.kills) + " kills");
      printf("# %zu states on %s: a ring of %d, %d records, %d kills, %d readings\n",
             checker.states(), memory.c_str(), model.ring, model.records, model.kills,
             model.readings);
    }
  }
}

void TestWhatIsMissing() {
  Behaviour caught("journal model: finds what each part of the protocol is good for");
  struct Case {
    const char* name;
    Missing missing;
    Model model;
  };
  const Case cases[] = {
      {"the sign of the value", kSignOfValue, {true, 1, 3, 0, 1}},
      {"putting back", kPuttingBack, {false, 1, 2, 1, 0}},
      {"the fence before undo", kFenceBeforeUndo, {true, 2, 2, 0, 1}},
      {"the fence after busy", kFenceAfterBusy, {true, 1, 3, 0, 1}},
      {"the fence after draining", kFenceAfterDraining, {true, 2, 2, 1, 1}},
      {"clearing", kClearing, {false, 1, 2, 1, 1}},
      {"a new progress after putting back", kNewProgress, {false, 1, 2, 1, 1}},
      {"a new progress for the next owner", kNewProgressForOwner, {false, 1, 2, 1, 1}},
      {"the second look", kSecondLook, {false, 1, 2, 0, 1}},
      {"taking back", kTakingBack, {false, 1, 2, 0, 1}},
  };
  for (const Case& each : cases) {
    Model model = each.model;
    model.missing = each.missing;
    const std::string found = Checker(model).Run();
    caught.Expect(!found.empty(), std::string(each.name) + " is not missed");
    printf("# without %s on %s: %s\n", each.name, NameOf(model.is_weak), found.c_str());
  }
}

}  // namespace

int main() {
  TestProtocol(getenv("VSR_METRICS_MODEL_FULL") != nullptr);
  TestWhatIsMissing();
  return FailedBehaviours() == 0 ? 0 : 1;
}

// What a child made by fork() has to give up: what its parent maps and holds is not the child's.
//
//   ForkedChild in_child_{[](void* self) { static_cast<Thing*>(self)->GiveUp(); }, this};
//
// Runs in the child before fork() returns, for as long as the object lives. A child of a program
// with several threads may do very little then: system calls and plain stores.
#ifndef VSR_METRICS_FORKED_CHILD_H_
#define VSR_METRICS_FORKED_CHILD_H_

#include <pthread.h>

#include "hidden.h"

namespace vsr_metrics {

class ForkedChild {
 public:
  ForkedChild(void (*give_up)(void* owner), void* owner);
  ~ForkedChild();
  ForkedChild(const ForkedChild&) = delete;
  ForkedChild& operator=(const ForkedChild&) = delete;

  ForkedChild* next = nullptr;
  ForkedChild* previous = nullptr;
  void (*give_up)(void* owner);
  void* owner;
};

namespace forked_child_internal {

// All there are, in a list. Nobody changes it while a fork is under way.
struct List {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  ForkedChild* first = nullptr;
};

VSR_METRICS_HIDDEN inline List& Everyone();

inline void Lock() { pthread_mutex_lock(&Everyone().mutex); }
inline void Unlock() { pthread_mutex_unlock(&Everyone().mutex); }

inline void GiveUpEverything() {
  for (ForkedChild* each = Everyone().first; each != nullptr; each = each->next) {
    each->give_up(each->owner);
  }
  Unlock();
}

// Never destroyed: objects of other statics may outlive it.
inline List& Everyone() {
  static List* const list = [] {
    pthread_atfork(Lock, Unlock, GiveUpEverything);
    return new List();
  }();
  return *list;
}

}  // namespace forked_child_internal

inline ForkedChild::ForkedChild(void (*given_give_up)(void*), void* given_owner)
    : give_up(given_give_up), owner(given_owner) {
  using namespace forked_child_internal;
  List& list = Everyone();
  Lock();
  next = list.first;
  if (next != nullptr) next->previous = this;
  list.first = this;
  Unlock();
}

inline ForkedChild::~ForkedChild() {
  using namespace forked_child_internal;
  List& list = Everyone();
  Lock();
  if (next != nullptr) next->previous = previous;
  if (previous != nullptr) {
    previous->next = next;
  } else {
    list.first = next;
  }
  Unlock();
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_FORKED_CHILD_H_

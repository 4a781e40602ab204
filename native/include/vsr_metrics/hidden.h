// For what may exist only once in each library, not once in the process.
//
// A variable of an inline function is otherwise shared by every library of the process that has it,
// even between addons that know nothing of each other, and those may be built from different
// versions of these headers.
#ifndef VSR_METRICS_HIDDEN_H_
#define VSR_METRICS_HIDDEN_H_

#define VSR_METRICS_HIDDEN __attribute__((visibility("hidden")))

#endif  // VSR_METRICS_HIDDEN_H_
